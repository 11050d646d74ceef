"""drover and Debian's keepalived 2.2.7 as each other's peers on the seed's directors.

        master-dr (priority 110) ---- one LAN ---- backup-dr (priority 105)

One of the two runs drover, the other keepalived; every story is told both ways round and in both orders of start. The
seed's file cannot be used as printed here: keepalived sends from the other director's address then (see
test_keepalived_as_printed.py).
"""

import pytest

from lab.directors import Drover, Keepalived, holds
from lab.seed_network import VIP
from lab.waiting import holds_for, wait_until

TAKEOVER = 4  # seconds: three intervals, the skew and a little

CONFIGURATION = """
vrrp_instance http {
    state BACKUP
    interface eth0
    virtual_router_id 60
    priority %(priority)d
    advert_int 1
    %(preempt)s
    %(authentication)s
    virtual_ipaddress {
        172.51.97.175/24 brd 172.51.97.255 dev eth0 label eth0:1
    }
}
"""
PASS = "authentication { \n auth_type PASS \n auth_pass 1234 \n }"


class Pair:
    """The two directors, one with each program; `drover_on` says which has drover."""

    def __init__(self, network, drover_on: str, preempt: bool, authentication: str):
        self.hosts = {"master": network.master, "backup": network.backup}
        self.programs = {}
        for name, priority in (("master", 110), ("backup", 105)):
            host = self.hosts[name]
            host.write("/etc/keepalived/keepalived.conf", CONFIGURATION % {
                "priority": priority, "preempt": "" if preempt else "nopreempt", "authentication": authentication})
            self.programs[name] = Drover(host) if name == drover_on else Keepalived(host)

    def start(self, name: str) -> None:
        self.programs[name].start()

    def masters(self) -> list[str]:
        return [name for name, host in self.hosts.items() if holds(host, VIP)]

    def only(self, name: str, seconds: float = 15) -> None:
        wait_until(lambda: self.masters() == [name], seconds, f"{name} alone holds the VIP")

    def stays(self, name: str, seconds: float = 2) -> None:
        holds_for(lambda: self.masters() == [name], seconds, f"{name} alone keeps the VIP", every=0.1)


@pytest.fixture
def pair(seed_network):
    def make(drover_on: str, preempt: bool = True, authentication: str = PASS) -> Pair:
        return Pair(seed_network(), drover_on, preempt, authentication)

    return make


both_ways = pytest.mark.parametrize("drover_on", ["master", "backup"])


@both_ways
@pytest.mark.parametrize("authentication", [PASS, ""], ids=["pass", "none"])
def test_one_master_in_either_order_of_start_and_takeover_when_it_stops(pair, drover_on, authentication):
    directors = pair(drover_on, authentication=authentication)
    directors.start("backup")
    directors.only("backup")
    directors.start("master")  # preempts
    directors.only("master")
    directors.stays("master")
    directors.programs["master"].stop()  # priority 0: the other need not wait for three intervals
    directors.only("backup", seconds=3)
    directors.start("master")
    directors.only("master")


@both_ways
def test_a_director_that_dies_is_replaced_and_preempts_when_it_is_back(pair, drover_on):
    directors = pair(drover_on)
    directors.start("master")
    directors.only("master")
    directors.start("backup")
    directors.stays("master")
    directors.hosts["master"].power_off()
    directors.only("backup")
    directors.hosts["master"].power_on()
    directors.start("master")
    directors.only("master")
    directors.hosts["backup"].power_off()
    directors.stays("master")


@both_ways
def test_with_nopreempt_who_is_master_stays_master(pair, drover_on):
    directors = pair(drover_on, preempt=False)
    directors.start("backup")
    directors.only("backup")
    directors.start("master")  # the higher priority, and yet
    directors.stays("backup", seconds=TAKEOVER + 1)
    directors.hosts["backup"].power_off()
    directors.only("master")
    directors.hosts["backup"].power_on()
    directors.start("backup")
    directors.stays("master", seconds=TAKEOVER + 1)
