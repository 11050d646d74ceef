"""Ways of speaking VRRP that drover and Debian's keepalived 2.2.7 have in common, between the two of them. Version 2 by
multicast, plain and with PASS, is in test_vrrp_interop.py.

      left (priority 150)      right (priority 100)      onlooker
          |                        |                        |
    ------+------------------------+------------------------+------ VIP 10.9.0.100 or 2001:db8:9::100

Each story is told twice: with drover on the left, keepalived on the right, and the other way round.
"""

import time

import pytest

from lab.directors import CONFIGURATION, Drover, Keepalived, holds
from lab.waiting import holds_for, wait_until

TAKEOVER = 5  # seconds: three intervals, the skew, and a machine that has other things to do

VIPS = {4: "10.9.0.100", 6: "2001:db8:9::100"}
ADDRESSES = {4: "%s/24" % VIPS[4], 6: "fe80::51\n        %s/64" % VIPS[6]}
HOSTS = {4: ["10.9.0.1", "10.9.0.2"], 6: ["2001:db8:9::1", "2001:db8:9::2"]}


class Protocol:
    def __init__(self, family: int = 4, version: int = 2, interval: str = "1", authentication: str = "",
                 unicast: bool = False, patience: int = 3):
        self.family = family
        self.version = version
        self.interval = interval
        self.authentication = authentication
        self.unicast = unicast
        self.patience = patience

    def words(self, side: int) -> str:
        text = f"advert_int {self.interval}\ndown_timer_adverts {self.patience}\n"
        if self.authentication:
            text += f"authentication {{\n auth_type {self.authentication}\n auth_pass secret12\n}}\n"
        if self.unicast:
            text += f"unicast_src_ip {HOSTS[self.family][side]}\n"
            text += f"unicast_peer {{\n {HOSTS[self.family][1 - side]}\n}}\n"
        return text


PROTOCOLS = {
    "v2-ah": Protocol(authentication="AH"),
    "v2-unicast": Protocol(unicast=True),
    "v2-unicast-ah": Protocol(unicast=True, authentication="AH"),
    "v3": Protocol(version=3),
    # Three intervals are not much for a busy machine without real-time scheduling, as keepalived runs here.
    "v3-100ms": Protocol(version=3, interval="0.1", patience=15),
    "v3-10ms": Protocol(version=3, interval="0.01", patience=100),
    "v3-ipv6": Protocol(version=3, family=6, interval="0.2", patience=8),
    "v3-ipv6-unicast": Protocol(version=3, family=6, interval="0.2", unicast=True, patience=8),
}

CONFIGURED = """
global_defs {
    vrrp_version %(version)d
}
vrrp_instance pair {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority %(priority)d
    %(words)s
    %(more)s
    virtual_ipaddress {
        %(addresses)s
    }
}
"""


class Directors:
    """Two directors, one with each program; `drover_on` says which has drover."""

    def __init__(self, pair, drover_on: str, protocol: Protocol, priorities=(150, 100), more: str = ""):
        self.protocol = protocol
        self.vip = VIPS[protocol.family]
        self.hosts = {"left": pair.left, "right": pair.right}
        self.programs = {}
        for side, (name, host) in enumerate(self.hosts.items()):
            if protocol.family == 6:
                host.run(f"ip address add {HOSTS[6][side]}/64 dev eth0 nodad")
            host.write(CONFIGURATION, CONFIGURED % {
                "version": protocol.version, "priority": priorities[side], "words": protocol.words(side), "more": more,
                "addresses": ADDRESSES[protocol.family]})
            self.programs[name] = Drover(host) if name == drover_on else Keepalived(host)

    def start(self, *names: str) -> None:
        for name in names:
            self.programs[name].start()

    def stop(self, name: str) -> None:
        self.programs[name].stop()

    def masters(self) -> list[str]:
        return [name for name, host in self.hosts.items() if holds(host, self.vip)]

    def only(self, name: str, seconds: float = 3 * TAKEOVER) -> None:
        wait_until(lambda: self.masters() == [name], seconds, f"{name} alone holds {self.vip}")

    def stays(self, name: str, seconds: float = 2) -> None:
        holds_for(lambda: self.masters() == [name], seconds, f"{name} alone keeps {self.vip}", every=0.1)


both_ways = pytest.mark.parametrize("drover_on", ["left", "right"])


@both_ways
@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=PROTOCOLS)
def test_the_higher_priority_preempts_and_who_stops_is_replaced_at_once(pair, drover_on, protocol):
    directors = Directors(pair, drover_on, protocol)
    directors.start("right")
    directors.only("right")
    directors.start("left")
    directors.only("left")
    directors.stays("left")
    directors.stop("left")  # priority 0: the other waits for its skew alone
    directors.only("right", seconds=3)
    directors.start("left")
    directors.only("left")
    directors.stop("right")
    directors.stays("left", seconds=1)


@both_ways
def test_adverts_of_ten_milliseconds_are_as_many_as_they_should_be(pair, drover_on):
    directors = Directors(pair, drover_on, PROTOCOLS["v3-10ms"])
    directors.start("left", "right")
    directors.only("left")
    drover, counter = directors.programs[drover_on], "adverts_sent" if drover_on == "left" else "adverts_received"
    before = int(drover.instance("pair")[counter])
    wait_until(lambda: int(drover.instance("pair")[counter]) >= before + 300, 20, f"300 more {counter}")
    directors.stays("left")


some_protocols = pytest.mark.parametrize("protocol", [PROTOCOLS[name] for name in ("v3-100ms", "v3-ipv6")],
                                         ids=["v3-100ms", "v3-ipv6"])


@both_ways
@some_protocols
def test_a_director_that_dies_is_replaced_and_takes_over_again_when_it_is_back(pair, drover_on, protocol):
    directors = Directors(pair, drover_on, protocol)
    directors.start("left")
    directors.only("left")
    directors.start("right")
    directors.stays("left")
    directors.hosts["left"].power_off()
    directors.only("right")
    directors.hosts["left"].power_on()
    if protocol.family == 6:
        directors.hosts["left"].run(f"ip address add {HOSTS[6][0]}/64 dev eth0 nodad")
    directors.start("left")
    directors.only("left")


@both_ways
@pytest.mark.parametrize("version", [2, 3])
def test_with_nopreempt_who_is_master_stays_master(pair, drover_on, version):
    protocol = Protocol() if version == 2 else Protocol(version=3, interval="0.2", patience=8)
    directors = Directors(pair, drover_on, protocol, more="nopreempt")
    directors.start("right")
    directors.only("right")
    directors.start("left")
    directors.stays("right", seconds=TAKEOVER)
    directors.stop("right")
    directors.only("left")
    directors.start("right")
    directors.stays("left")


@both_ways
def test_preempt_delay_lets_the_lower_one_be_master_for_a_while(pair, drover_on):
    directors = Directors(pair, drover_on, Protocol(version=3, interval="0.2", patience=8), more="preempt_delay 4")
    directors.start("right")
    directors.only("right")
    began = time.monotonic()
    directors.start("left")
    directors.stays("right", seconds=1)
    directors.only("left")
    assert time.monotonic() - began >= 4, "its delay began with it, or later"


@both_ways
@pytest.mark.parametrize("family", [4, 6])
def test_of_equal_priorities_the_higher_address_wins(pair, drover_on, family):
    """Who is master already stays; when two have become it at once, the addresses decide."""
    protocol = Protocol(family=family, version=3, interval="0.2", patience=8)
    directors = Directors(pair, drover_on, protocol, priorities=(100, 100))
    switch = pair.lan.switch
    switch.run("nft 'add table bridge parted; add chain bridge parted forward "
               "{ type filter hook forward priority 0; }; add rule bridge parted forward meta l4proto 112 drop'")
    directors.start("left", "right")
    wait_until(lambda: directors.masters() == ["left", "right"], 3 * TAKEOVER, "both are master, unheard")
    switch.run("nft delete table bridge parted")
    directors.only("right")
    directors.stays("right")
