"""A master that does not accept packets to its virtual address (no_accept, vrrp_strict), beside keepalived (drawing:
lab/pair.py)."""

import pytest

from lab.directors import Drover, Keepalived, holds
from lab.pair import VIP
from lab.waiting import wait_until

programs = pytest.mark.parametrize("program", [Drover, Keepalived])


def start(pair, program, words: str, **options):
    pair.configure(pair.left, 150, more=words, **options)
    daemon = program(pair.left).start()
    wait_until(lambda: pair.masters() == ["left"], 20, "left is master")
    return daemon


def neighbour(pair) -> str:
    """The MAC at which the onlooker has found the address."""
    words = pair.onlooker.output(f"ip neigh show {VIP}").split()
    return words[words.index("lladdr") + 1] if "lladdr" in words else ""


@programs
@pytest.mark.parametrize("words", ["    no_accept", "    strict_mode"])
def test_the_address_is_answered_for_and_takes_nothing(pair, program, words):
    start(pair, program, words)
    wait_until(lambda: not pair.onlooker_reaches_the_vip(), 20, "it is not accepted")
    wait_until(lambda: not pair.onlooker_reaches_the_vip() and neighbour(pair) == pair.left.mac(), 20, "ARP is answered")
    wait_until(lambda: pair.onlooker.run("ping -c 1 -W 2 10.9.0.1", check=False).returncode == 0, 20,
               "the host's own address is open")


@programs
@pytest.mark.parametrize("words", ["", "    accept", "    no_accept\n    priority 255"])
def test_else_it_is_reached(pair, program, words):
    start(pair, program, words)
    wait_until(lambda: pair.onlooker_reaches_the_vip(), 20, "it is accepted")


def not_accepted(daemon: Drover) -> int:
    return next(int(row["packets"]) for row in daemon.status()["dataplane"]["verdicts"] if row["reason"] == "not_accepted")


def test_what_is_dropped_is_counted_and_a_reload_opens_the_address(pair):
    daemon = start(pair, Drover, "    no_accept")
    wait_until(lambda: not pair.onlooker_reaches_the_vip() and not_accepted(daemon) > 0, 20, "it is not accepted")
    pair.configure(pair.left, 150)
    daemon.reload()
    wait_until(lambda: pair.onlooker_reaches_the_vip(), 20, "it is accepted now")
    assert holds(pair.left, VIP)
