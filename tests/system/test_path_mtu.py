"""A large download whose way has a narrow hop behind Route2: the router in the "internet" tells the VIP by ICMP, which
comes in by Route1 to the director, and must reach the one of two real servers that sends (drawing: lab/seed_network.py).
"""

import re

import pytest

from lab.directors import CONFIGURATION, Drover
from lab.flat_farm import Download, service
from lab.seed_network import CLIENT6, VIP, VIP6, SeedNetwork
from lab.waiting import wait_until

NARROW = 1400  # bytes
LENGTH = 400_000
SERVERS = {VIP: ["172.51.96.235", "172.51.96.236"], VIP6: ["fd00:96::235", "fd00:96::236"]}
CLIENT = {VIP: "192.168.1.128", VIP6: CLIENT6}
TOO_BIG = {VIP: "icmp type destination-unreachable", VIP6: "icmpv6 type packet-too-big"}


class Path(SeedNetwork):
    """VIPs without VRRP, on master-dr alone; the hop from the internet to Route3 is narrow."""

    def __init__(self, lab):
        super().__init__(lab)
        self.give_ipv6()
        self.serve_pages("80")
        for server in self.real_servers:
            Drover.install(server)
            server.run(f"drover real start --vip {VIP} --vip {VIP6}")
        self.master.run(f"ip address add {VIP}/24 dev eth0; ip address add {VIP6}/64 nodad dev eth0")
        self.master.write(CONFIGURATION, "\n".join(service(servers, vip) for vip, servers in SERVERS.items()))
        self.daemon = Drover(self.master).start()
        wait_until(lambda: all(server["next_hop"] for row in self.daemon.status()["dataplane"]["services"]
                               for server in row["servers"]), 10, "the MACs of the real servers are known")
        self.internet.run(f"ip link set eth2 mtu {NARROW}")

    def download(self, vip: str) -> Download:
        return Download(self.client, vip, LENGTH, 0, CLIENT[vip])

    def known_to(self, server, vip: str) -> bool:
        """Whether the server has learned how narrow the way to the client is."""
        return f"mtu {NARROW}" in server.output(f"ip route get {CLIENT[vip]} from {vip}")

    def told(self) -> int:
        """ICMP errors that the director has sent on."""
        verdicts = self.daemon.status()["dataplane"]["verdicts"]
        return next(int(row["packets"]) for row in verdicts if row["reason"] == "related")

    def lose_errors(self, vip: str) -> None:
        """Route1 does not let pass what the director would steer."""
        family = "ip6" if ":" in vip else "ip"
        self.route1.run("nft 'add table inet lossy; add chain inet lossy forward { type filter hook forward priority 0; }; "
                        f"add rule inet lossy forward {family} daddr {vip} {TOO_BIG[vip]} counter drop'")

    def lost_errors(self) -> int:
        return int(re.search(r"counter packets (\d+)", self.route1.output("nft list table inet lossy"))[1])

    def keep_errors(self) -> None:
        self.route1.run("nft delete table inet lossy")


@pytest.fixture
def path(lab):
    return Path(lab)


@pytest.mark.parametrize("vip", [VIP, VIP6])
def test_too_big_reaches_the_server_that_sends_and_no_other(path, vip):
    first, second = path.real_servers
    assert path.download(vip).whole(60)
    told = path.told()
    assert told >= 1, "each packet under way that was too big has brought one"
    knows = [path.known_to(server, vip) for server in path.real_servers]
    assert sorted(knows) == [False, True]
    assert path.download(vip).whole(60), "by the other server, which has to be told, too"
    assert path.told() > told
    assert path.known_to(first, vip) and path.known_to(second, vip)


@pytest.mark.parametrize("vip", [VIP, VIP6])
def test_without_the_error_the_download_hangs_until_it_comes_through(path, vip):
    path.lose_errors(vip)
    download = path.download(vip)
    wait_until(lambda: path.lost_errors() >= 3, 30, "the server sends its large packets again and again")
    download.wait_for_standstill(30)
    assert not any(path.known_to(server, vip) for server in path.real_servers)
    path.keep_errors()
    assert download.whole(60)
    assert path.told() >= 1
