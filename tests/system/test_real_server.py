"""`drover real` on a real server: the VIP on lo, and nobody on the LAN hears of it.

      real 10.7.0.1      neighbour 10.7.0.9
          |                  |
    ------+------------------+------ 10.7.0.0/24, VIP 10.7.0.100
"""

import pytest

from lab.directors import Drover
from lab.host import Nic
from lab.waiting import wait_until

VIP = "10.7.0.100"
SETTINGS = [f"net.ipv4.conf.{which}.{name}" for which in ("lo", "all", "eth0")
            for name in ("arp_ignore", "arp_announce")]


class Site:
    def __init__(self, lab):
        lan = lab.lan("site")
        self.real = lab.host("real", [Nic("eth0", lan, ["10.7.0.1/24"])])
        self.neighbour = lab.host("neighbour", [Nic("eth0", lan, ["10.7.0.9/24"])])
        Drover.install(self.real)

    def status(self) -> int:
        return self.real.run(f"drover real status --vip {VIP}", check=False).returncode

    def answers_arp(self) -> bool:
        return self.neighbour.run(f"arping -c 1 -w 1 -I eth0 {VIP}", check=False).returncode == 0

    def settings(self) -> list[str]:
        return self.real.output("sysctl -n " + " ".join(SETTINGS)).split()

    def whole_state(self) -> str:
        return self.real.output("ip -4 -o address show; ip -4 route show table all; "
                                "sysctl -a --pattern 'net.ipv4.conf.*arp_'")


@pytest.fixture
def site(lab):
    return Site(lab)


def test_start_makes_a_real_server_that_keeps_quiet_and_stop_undoes_it(site):
    before = site.whole_state()
    assert site.status() == 3
    site.real.run(f"drover real start --vip {VIP}")
    assert site.status() == 0
    assert f"{VIP}/32" in site.real.output("ip -4 -o address show dev lo")
    assert not site.answers_arp()
    site.real.run(f"drover real stop --vip {VIP}")
    assert site.status() == 3
    assert site.whole_state() == before


def test_without_the_settings_the_neighbour_would_hear_of_it(site):
    """What `start` is for: an address on lo is answered for by every card."""
    site.real.run(f"ip address add {VIP}/32 dev lo")
    wait_until(site.answers_arp, 20, "the neighbour hears of it")
    assert site.status() == 3, "an address alone makes no real server"


def test_start_twice_changes_nothing_and_stop_still_finds_the_first_values(site):
    site.real.run("sysctl -qw net.ipv4.conf.eth0.arp_ignore=2")
    before = site.settings()
    site.real.run(f"drover real start --vip {VIP}")
    started = site.whole_state()
    site.real.run(f"drover real start --vip {VIP}")
    assert site.whole_state() == started
    site.real.run(f"drover real stop --vip {VIP}")
    assert site.settings() == before


def test_lvs_dr_takes_the_old_script_s_words(site):
    assert site.real.run(f"VIP={VIP} lvs-dr start").returncode == 0
    assert site.real.run(f"VIP={VIP} lvs-dr status", check=False).returncode == 0
    assert not site.answers_arp()
    site.real.run(f"VIP={VIP} lvs-dr stop")
    assert site.real.run(f"VIP={VIP} lvs-dr status", check=False).returncode == 3
