"""A farm on one LAN, of IPv4 and IPv6: the smallest network in which packets are balanced.

      client .9, .20 - .59     director .1     peer .2     web1 .11     web2 .12
          |                       |               |           |            |
    ------+-----------------------+---------------+-----------+------------+------ 10.9.0.0/24 and fd00:9::/64

The VIPs 10.9.0.100 and fd00:9::100 are under no vrrp_instance unless a test writes one: a director simply has them.
"""

from __future__ import annotations

import json
import shlex
import signal

from lab.directors import CONFIGURATION, Drover
from lab.host import Host, Nic
from lab.laboratory import Lab
from lab.numbered_lines import numbered_lines
from lab.process import Process
from lab.seed_network import HERE, PYTHON
from lab.waiting import NotYet, wait_until

VIP, VIP6 = "10.9.0.100", "fd00:9::100"
CLIENT, CLIENT6 = "10.9.0.9", "fd00:9::9"
CLIENTS = [f"10.9.0.{n}" for n in range(20, 60)]
WEB = ["10.9.0.11", "10.9.0.12"]
# Else the whole of a download is in the client's buffers before a test can do anything about it.
SMALL_WINDOW = {"net.ipv4.tcp_rmem": "4096 32768 32768"}
WEB6 = ["fd00:9::11", "fd00:9::12"]


def service(servers: list[str] = WEB, vip: str = VIP, port: int = 80, algo: str = "rr", protocol: str = "TCP",
            more: str = "", weights: dict[str, int] = {}) -> str:
    """A virtual_server without health checks: its servers are in the pool at once."""
    lines = [f"virtual_server {vip} {port} {{", f"    lb_algo {algo}", "    lb_kind DR", f"    protocol {protocol}"]
    lines += [f"    {line}" for line in more.splitlines()]
    lines += [f"    real_server {server} {port} {{\n        weight {weights.get(server, 1)}\n    }}" for server in servers]
    return "\n".join([*lines, "}", ""])


class FlatFarm:
    def __init__(self, lab: Lab, peer: bool = False):
        self.lan = lab.lan("site")
        self.client = lab.host("client", [Nic("eth0", self.lan, [f"{address}/24" for address in (CLIENT, *CLIENTS)] +
                                              [f"{CLIENT6}/64"])], [], SMALL_WINDOW)
        self.director = self._director(lab, "director", 1)
        self.peer = self._director(lab, "peer", 2) if peer else None
        self.servers = [lab.host(f"web{n}", [Nic("eth0", self.lan, [f"10.9.0.1{n}/24", f"fd00:9::1{n}/64"])])
                        for n in (1, 2)]
        self.daemon = Drover(self.director)

    def _director(self, lab: Lab, name: str, number: int) -> Host:
        nic = Nic("eth0", self.lan, [f"10.9.0.{number}/24", f"fd00:9::{number}/64"], sends_from_xdp=True)
        return lab.host(name, [nic], [], {"net.ipv4.conf.all.arp_announce": 2})

    def prepare_servers(self) -> None:
        """Each has the VIPs on lo and its pages on port 80."""
        for server in self.servers:
            self.make_real(server)

    def make_real(self, host: Host) -> None:
        Drover.install(host)
        host.run(f"drover real start --vip {VIP} --vip {VIP6}")
        host.spawn(f"{PYTHON} {HERE}/web_server.py {host.name} 80", "web")
        host.wait_for_port(80)

    def give_vips(self) -> None:
        self.director.run(f"ip address add {VIP}/24 dev eth0; ip address add {VIP6}/64 dev eth0 nodad")

    def configure(self, *texts: str) -> None:
        self.director.write(CONFIGURATION, "\n".join(texts))

    def start(self, *texts: str, options: str = "") -> None:
        """Returns when the director serves these services."""
        self.give_vips()
        self.prepare_servers()
        self.configure(*texts)
        self.daemon.options = options
        self.daemon.start()
        self.wait_for_next_hops()

    def reload(self, *texts: str) -> str:
        """What the reload has changed, in its own words."""
        self.configure(*texts)
        said = self.director.output("drover reload")
        self.wait_for_next_hops()
        return said

    def wait_for_next_hops(self, daemon: Drover | None = None) -> None:
        wait_until(lambda: all(server["next_hop"] or server["local"]
                               for row in self.services(daemon) for server in row["servers"]),
                   30, "the MACs of all real servers are known")

    # -- what the director says ----------------------------------------------------------------------------------

    def services(self, daemon: Drover | None = None) -> list[dict]:
        return (daemon or self.daemon).status()["dataplane"]["services"]

    def pool(self, vip: str = VIP) -> dict[str, dict]:
        """The servers of an address, by theirs."""
        row = next(row for row in self.services() if row["service"]["address"] == vip)
        return {server["server"].rsplit(":", 1)[0].strip("[]"): server for server in row["servers"]}

    def verdicts(self, daemon: Drover | None = None) -> dict[str, int]:
        return {row["reason"]: int(row["packets"]) for row in (daemon or self.daemon).status()["dataplane"]["verdicts"]}

    def connections(self) -> list[dict]:
        return [json.loads(line) for line in self.director.output("drover conns --json").splitlines()]

    # -- what the client does ------------------------------------------------------------------------------------

    def fetch(self, sources: list[str], vip: str = VIP, seconds: float = 10) -> list[str | None]:
        """The page of the VIP, fetched once from each source in turn; None: no answer."""
        url = f"http://[{vip}]/" if ":" in vip else f"http://{vip}/"
        command = f"{PYTHON} {HERE}/fetch.py {url} {seconds:g} " + " ".join(map(shlex.quote, sources))
        return json.loads(self.client.output(command, seconds=10 + seconds * len(sources)))

    def download(self, length: int, rate: int = 0, vip: str = VIP, source: str = CLIENT) -> Download:
        return Download(self.client, vip, length, rate, source)


class Download:
    """A file of numbered lines that a client is downloading, if need be not faster than `rate` bytes a second."""

    _count = 0

    def __init__(self, client: Host, vip: str, length: int, rate: int, source: str):
        Download._count += 1
        self.length = length
        self._file = client.path(f"/run/download-{Download._count}")
        self.process: Process = client.spawn(
            f"{PYTHON} {HERE}/download.py {vip} /lines/{length} /run/{self._file.name} {source} {rate}", self._file.name)

    def received(self) -> int:
        return self._file.stat().st_size if self._file.exists() else 0

    def wait_for_more(self, seconds: float = 30) -> None:
        before = self.received()
        wait_until(lambda: self.received() > before, seconds, f"the download goes on (it says: {self.process.said()})")

    def wait_for_standstill(self, seconds: float = 15) -> None:
        """Nothing has come for a second, though the end is still to come."""
        seen: list[int] = []

        def look() -> bool:
            seen.append(self.received())
            return seen[-5:].count(seen[-1]) == 5

        wait_until(look, seconds, "the download stands still", every=0.25)
        if not self.process.running() or self.received() >= self.length:
            raise NotYet(f"the download did not stall, it ended with {self.process.wait()} after {self.received()} bytes")

    def hurry(self) -> None:
        """What is left is taken as fast as it comes."""
        self.process.send(signal.SIGUSR1)

    def whole(self, seconds: float = 60) -> bool:
        """Waits for its end: every byte came, and in its place."""
        return self.process.wait(seconds) == 0 and self._file.read_bytes() == numbered_lines(self.length)
