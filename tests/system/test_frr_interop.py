"""drover and FRR's vrrpd (Debian's 8.4, VRRP version 2) as each other's peers.

      left: drover       right: FRR         onlooker
          |                  |                  |
    ------+------------------+------------------+------ VIP 10.9.0.100 (lab/pair.py)

FRR knows no authentication of version 2, so these directors have none. Its adverts and its ARP answers come from the
virtual MAC address; drover's come from the card's own (it has no use_vmac yet), so a takeover in either direction moves
the VIP to another MAC address, which the onlooker has to learn.
"""

import re
import time

import pytest

from lab.directors import Drover, holds
from lab.frr import Frr
from lab.pair import VIP, VRID
from lab.waiting import holds_for, wait_until

TAKEOVER = 4  # seconds: three intervals, the skew and a little
PATIENCE = 20


class Routers:
    """Drover on the left, FRR on the right, neither running yet."""

    def __init__(self, pair, drover: int, frr: int, drover_preempts: bool = True, frr_preempts: bool = True):
        self.pair = pair
        pair.configure(pair.left, drover, nopreempt=not drover_preempts)
        self.drover = Drover(pair.left)
        self.frr = Frr(pair.right, VRID, VIP, frr, frr_preempts)
        self.wire = pair.onlooker.spawn("tcpdump -lnntti eth0 ip proto 112", "wire")
        wait_until(lambda: "listening on" in self.wire.said(), 10, "tcpdump listens")

    def masters(self) -> list[str]:
        found = ["drover"] if holds(self.pair.left, VIP) else []
        return found + (["frr"] if self.pair.right.on and self.frr.state() == "Master" else [])

    def only(self, name: str) -> None:
        wait_until(lambda: self.masters() == [name], PATIENCE, f"{name} alone is master")
        mac = self.pair.left.mac() if name == "drover" else self.frr.virtual_mac
        wait_until(lambda: self.pair.onlooker_reaches_the_vip() and mac in self.neighbours(), 6,
                   f"the onlooker reaches the VIP at {mac}, {name}'s")

    def neighbours(self) -> str:
        return self.pair.onlooker.output(f"ip neighbour show {VIP}")

    def stays(self, name: str, seconds: float = 2) -> None:
        """Nobody else takes itself for master, and nobody else is heard on the wire."""
        began = time.time()
        holds_for(lambda: self.masters() == [name], seconds, f"{name} alone stays master", every=0.1)
        wait_until(lambda: len(self.speakers(began)) >= 2, 10, f"{name} is heard")
        assert set(self.speakers(began)) == {name}

    def speakers(self, since: float) -> list[str]:
        """Whose adverts have reached the onlooker since then, in order."""
        return [name for when, name in self.adverts() if when > since]

    def adverts(self) -> list[tuple[float, str]]:
        """When an advert reached the onlooker, and whose it was. Every host has the same clock."""
        names = {"10.9.0.1": "drover", "10.9.0.2": "frr"}
        return [(float(when), names[address]) for when, address in
                re.findall(r"^(\d+\.\d+) IP (\S+) > 224\.0\.0\.18: VRRPv2, Advertisement", self.wire.said(), re.MULTILINE)]

    def silence(self, before: str, after: str) -> float:
        """Seconds from the last advert of the one to the first of the other behind it."""
        last = max(when for when, name in self.adverts() if name == before)
        return min(when for when, name in self.adverts() if name == after and when > last) - last


@pytest.fixture
def routers(pair):
    return lambda **options: Routers(pair, **options)


def test_drover_of_higher_priority_preempts_frr_which_takes_over_when_it_goes(routers):
    directors = routers(drover=150, frr=100)
    directors.frr.start()
    directors.only("frr")
    directors.drover.start()
    directors.only("drover")
    directors.stays("drover")
    assert directors.drover.stop() == 0  # priority 0: FRR need not wait for three intervals
    directors.only("frr")
    directors.stays("frr")
    assert directors.silence("drover", "frr") < 3
    directors.drover.start()
    directors.only("drover")
    directors.pair.left.power_off()
    directors.only("frr")
    directors.stays("frr")


def test_frr_of_higher_priority_preempts_drover_which_takes_over_when_it_goes(routers):
    directors = routers(drover=100, frr=150)
    directors.drover.start()
    directors.only("drover")
    directors.frr.start()
    directors.only("frr")
    directors.stays("frr")
    directors.frr.stop()
    directors.only("drover")
    directors.stays("drover")
    directors.frr.start()
    directors.only("frr")
    directors.pair.right.power_off()
    directors.only("drover")
    directors.stays("drover")


def test_with_nopreempt_who_is_master_stays_master(routers):
    directors = routers(drover=150, frr=100, drover_preempts=False)
    directors.frr.start()
    directors.only("frr")
    directors.drover.start()
    directors.stays("frr", seconds=TAKEOVER + 1)
    directors.pair.right.power_off()
    directors.only("drover")


def test_frr_without_preemption_lets_drover_stay_master(routers):
    directors = routers(drover=100, frr=150, frr_preempts=False)
    directors.drover.start()
    directors.only("drover")
    directors.frr.start()
    directors.stays("drover", seconds=TAKEOVER + 1)
    directors.pair.left.power_off()
    directors.only("frr")
