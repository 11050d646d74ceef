"""The seed's network: one public address, two directors, two real servers.

        client 192.168.1.128 (and .2 - .99)
          |
    ------+------ 192.168.1.0/24
          | .254
        Route3
          | 10.10.100.254
    ------+------
          |
     ( internet )------------------+
          | 10.10.10.1             | 10.10.1.1
          | 10.10.10.254           | 10.10.1.254
        Route1                   Route2
          | 172.51.97.1            | 172.51.96.1
    ------+-----------+------------+------+-----------+---------- one LAN: 172.51.96.0/24 and 172.51.97.0/24
                      | .96.119    | .96.105          | .96.235   | .96.236
                  master-dr    backup-dr            web1        web2
                      (VIP 172.51.97.175)           (VIP on lo, once `drover real start` has put it there)

Requests come in by Route1 and the MASTER director, answers leave by Route2.

What the role table says and a kernel does not simply take: the directors' gateway, 172.51.97.1, is on no network of
theirs until they hold the VIP. A plain `ip route add default via 172.51.97.1` is refused ("Nexthop has invalid
gateway"), so the route is added with `onlink`: the kernel is told that the gateway is on that wire. (Nothing that a
director does needs it: packets go to real servers on its own LAN, adverts and gratuitous ARP stay there too.)
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from lab.host import Host, Nic
from lab.laboratory import Lab
from lab.process import Process

VIP = "172.51.97.175"
VIP6, CLIENT6 = "fd00:97::175", "fd00:168::128"
CLIENTS = [f"192.168.1.{n}" for n in range(2, 100)]
SEED = Path(__file__).resolve().parent / "seed"
HERE = Path(__file__).resolve().parent
PYTHON = "/usr/bin/python3 -B"

ROUTER = {"net.ipv4.ip_forward": 1}
# A director answers and asks ARP for an address only on the card that has it: an ARP request of its own with the VIP as
# sender would tell the LAN that the VIP is here.
DIRECTOR = {"net.ipv4.conf.all.arp_announce": 2}


class SeedNetwork:
    def __init__(self, lab: Lab, directors_eth1: bool = False, native_xdp: bool = True):
        """`directors_eth1`: the directors have the second card that the seed's files track, on a LAN of its own.
        `native_xdp`: the directors' first cards can run XDP in their driver."""
        self.lab = lab
        self.native_xdp = native_xdp
        clients, backbone = lab.lan("clients"), lab.lan("backbone100")
        to_route1, to_route2, site = lab.lan("backbone10"), lab.lan("backbone1"), lab.lan("site")
        self.site = site
        self.inner = lab.lan("inner")

        self.internet = lab.host(
            "internet",
            [Nic("eth0", to_route1, ["10.10.10.1/24"]), Nic("eth1", to_route2, ["10.10.1.1/24"]),
             Nic("eth2", backbone, ["10.10.100.1/24"])],
            ["172.51.97.0/24 via 10.10.10.254", "172.51.96.0/24 via 10.10.1.254", "192.168.1.0/24 via 10.10.100.254"],
            ROUTER)
        self.route1 = lab.host(
            "Route1", [Nic("eth0", site, ["172.51.97.1/24"]), Nic("eth1", to_route1, ["10.10.10.254/24"])],
            ["default via 10.10.10.1"], ROUTER)
        self.route2 = lab.host(
            "Route2", [Nic("eth0", site, ["172.51.96.1/24"]), Nic("eth1", to_route2, ["10.10.1.254/24"])],
            ["default via 10.10.1.1"], ROUTER)
        self.route3 = lab.host(
            "Route3", [Nic("eth0", clients, ["192.168.1.254/24"]), Nic("eth1", backbone, ["10.10.100.254/24"])],
            ["default via 10.10.100.1"], ROUTER)
        self.client = lab.host(
            "client", [Nic("eth0", clients, ["192.168.1.128/24", *(f"{address}/24" for address in CLIENTS)])],
            ["default via 192.168.1.254"])

        self.master = self._director("master-dr", "172.51.96.119", directors_eth1)
        self.backup = self._director("backup-dr", "172.51.96.105", directors_eth1)
        self.web1 = self._real_server("web1", "172.51.96.235")
        self.web2 = self._real_server("web2", "172.51.96.236")
        self.directors = [self.master, self.backup]
        self.real_servers = [self.web1, self.web2]

    def give_ipv6(self) -> None:
        """Addresses and routes of IPv6 for all hosts but the backup, in the shape of IPv4's: requests for VIP6 come in by
        Route1 and the master, answers leave by Route2. No network of the seed's page has any."""
        for host, addresses, routes in (
                (self.internet, {"eth0": "fd00:10::1", "eth1": "fd00:1::1", "eth2": "fd00:100::1"},
                 {"fd00:97::/64": "fd00:10::254", "fd00:96::/64": "fd00:1::254", "fd00:168::/64": "fd00:100::254"}),
                (self.route1, {"eth0": "fd00:97::1", "eth1": "fd00:10::254"}, {"default": "fd00:10::1"}),
                (self.route2, {"eth0": "fd00:96::1", "eth1": "fd00:1::254"}, {"default": "fd00:1::1"}),
                (self.route3, {"eth0": "fd00:168::254", "eth1": "fd00:100::254"}, {"default": "fd00:100::1"}),
                (self.client, {"eth0": CLIENT6}, {"default": "fd00:168::254"}),
                (self.master, {"eth0": "fd00:96::119"}, {}),
                (self.web1, {"eth0": "fd00:96::235"}, {"default": "fd00:96::1"}),
                (self.web2, {"eth0": "fd00:96::236"}, {"default": "fd00:96::1"})):
            lines = [f"ip address add {address}/64 nodad dev {nic}" for nic, address in addresses.items()]
            if "net.ipv4.ip_forward" in host.sysctls:
                lines.append("echo 1 > /proc/sys/net/ipv6/conf/all/forwarding")
            lines += [f"ip -6 route add {network} via {gateway}" for network, gateway in routes.items()]
            host.run("\n".join(["set -e", *lines]))

    def _director(self, name: str, address: str, eth1: bool) -> Host:
        nics = [Nic("eth0", self.site, [f"{address}/24"], sends_from_xdp=self.native_xdp,
                    refuses_native_xdp=not self.native_xdp)]
        if eth1:
            nics.append(Nic("eth1", self.inner, []))
        director = self.lab.host(name, nics, ["default via 172.51.97.1 dev eth0 onlink"], DIRECTOR)
        director.write("/etc/keepalived/keepalived.conf", (SEED / f"{name}.keepalived.conf").read_bytes())
        for script in ("state_master.sh", "state_backup.sh", "state_fault.sh"):
            director.write(f"/etc/keepalived/scripts/{script}", (SEED / script).read_bytes())
        return director

    def _real_server(self, name: str, address: str) -> Host:
        return self.lab.host(name, [Nic("eth0", self.site, [f"{address}/24"])], ["default via 172.51.96.1"])

    # -- the real servers' pages ---------------------------------------------------------------------------------

    def serve_pages(self, ports: str = "80 8080") -> None:
        for number, server in enumerate(self.real_servers, start=1):
            address = server.nics[0].addresses[0].split("/")[0]
            server.spawn(f"{PYTHON} {HERE}/web_server.py 'RIP{number}({address})' {ports}", "web")
        for server in self.real_servers:
            for port in ports.split():
                server.wait_for_port(int(port))

    @staticmethod
    def fail(server: Host) -> None:
        """/info.php answers 500 from now on; / goes on."""
        server.run("touch /run/web-fails")

    @staticmethod
    def heal(server: Host) -> None:
        server.run("rm -f /run/web-fails")

    def put_plain_blanks(self, director: Host) -> None:
        """keepalived takes U+00A0 for a letter: it needs the configuration with plain blanks. drover does not."""
        path = director.path("/etc/keepalived/keepalived.conf")
        path.write_bytes(path.read_bytes().replace("\u00a0".encode(), b" "))

    def make_scripts_runnable(self) -> None:
        """What a shell needs and the page lacks: plain blanks in place of U+00A0, and the right to be executed."""
        for director in self.directors:
            for script in director.path("/etc/keepalived/scripts").iterdir():
                script.write_bytes(script.read_bytes().replace("\u00a0".encode(), b" "))
                script.chmod(0o755)

    # -- the client ----------------------------------------------------------------------------------------------

    def fetch(self, sources: list[str], port: int = 80, seconds: float = 10) -> list[str | None]:
        """The page of the VIP, fetched once from each of the client's addresses in turn; None: no answer."""
        command = f"{PYTHON} {HERE}/fetch.py http://{VIP}:{port}/ {seconds:g} " + " ".join(map(shlex.quote, sources))
        return json.loads(self.client.output(command, seconds=10 + seconds * len(sources)))

    def ask_steadily(self, port: int = 80) -> SteadyClient:
        return SteadyClient(self.client.spawn(f"{PYTHON} {HERE}/steady_client.py {VIP} {port}", "steady_client"))

    def connect_steadily(self, port: int) -> SteadyClient:
        return SteadyClient(self.client.spawn(f"{PYTHON} {HERE}/new_connections.py {VIP} {port}", "new_connections"))


class SteadyClient:
    """A client that asks all the time: steady_client.py and new_connections.py tell what they have seen."""

    def __init__(self, process: Process):
        self._process = process

    def stop(self) -> dict | list:
        self._process.stop(60)  # connections that are open go on to their end
        return json.loads(self._process.said().splitlines()[-1])
