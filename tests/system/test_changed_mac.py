"""A real server that takes another MAC address under traffic (network: lab/flat_farm.py).

The time is from the change to the first frame that is sent to the new address; every host has the same clock. The kernel
alone needs four seconds for a change that nobody announces.
"""

import pytest

from lab.flat_farm import VIP, VIP6, WEB, WEB6, FlatFarm, service
from lab.seed_network import HERE, PYTHON
from lab.waiting import wait_until

NEW = "02:00:00:00:99:99"
WITHIN = 3  # it is well within a second; the rest is for a machine that has other things to do
QUIET = """\
sysctl -qw net.ipv4.conf.eth0.arp_notify=0 net.ipv6.conf.eth0.ndisc_notify=0
nft 'add table netdev quiet; add chain netdev quiet out { type filter hook egress device eth0 priority 0; };
     add rule netdev quiet out arp operation request drop;
     add rule netdev quiet out icmpv6 type nd-neighbor-solicit drop'
"""  # nor does it ask for others, which would tell them its address
SPEAKS_UP = "sysctl -qw net.ipv4.conf.eth0.arp_notify=1 net.ipv6.conf.eth0.ndisc_notify=1"


@pytest.fixture(params=[(VIP, WEB[0]), (VIP6, WEB6[0])], ids=["ipv4", "ipv6"])
def farm(lab, request):
    farm = FlatFarm(lab)
    farm.vip, farm.web = request.param
    farm.start(service([farm.web], farm.vip, protocol="UDP", more="ops"))
    farm.client.spawn(f"{PYTHON} {HERE}/udp_stream.py {farm.vip} 80", "stream")
    wait_until(lambda: farm.verdicts()["forwarded"] > 100, 10, "datagrams flow")
    return farm


def first_frame_after_change(farm) -> float:
    """Seconds from the change of web1's MAC until a datagram comes to the new one."""
    server = farm.servers[0]
    look = server.spawn(f"tcpdump -i eth0 -n -e -tt -c 1 'udp dst port 80 and ether dst {NEW}'", "tcpdump")
    wait_until(lambda: "listening on" in look.said(), 10, "tcpdump listens")
    # The host's own shell tells the time: what starts a program there may have to wait for it.
    changed = float(server.output(f"date +%s.%N; ip link set eth0 address {NEW}"))
    wait_until(lambda: NEW in look.said(), 10, "a datagram comes to the new address", every=0.01)
    wait_until(lambda: not look.running(), 10, "tcpdump has said all")
    stamp = next(line for line in look.said().splitlines() if f"> {NEW}" in line).split()[0]
    print(f"followed after {(float(stamp) - changed) * 1000:.0f} ms")
    return float(stamp) - changed


def test_one_that_says_nothing_is_found_within_a_second(farm):
    farm.servers[0].run(QUIET)
    assert first_frame_after_change(farm) < WITHIN
    assert farm.pool(farm.vip)[farm.web]["next_hop"], farm.pool(farm.vip)


def test_one_that_announces_it_is_followed_at_once(farm):
    farm.servers[0].run(SPEAKS_UP)
    assert first_frame_after_change(farm) < WITHIN


def test_one_that_is_gone_for_a_while_is_found_by_its_new_address(farm):
    server = farm.servers[0]
    server.run(QUIET)
    server.pull_cable()
    wait_until(lambda: not farm.pool(farm.vip)[farm.web]["next_hop"], 30, "it is given up")
    server.run(f"ip link set eth0 address {NEW}")
    server.put_cable_back()
    wait_until(lambda: farm.pool(farm.vip)[farm.web]["next_hop"], 30, "it is found again")
