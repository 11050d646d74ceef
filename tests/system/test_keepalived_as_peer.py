"""drover and keepalived 2.2.7 in the two directors' places, both ways round (drawing: lab/pair.py).

A wait of three advertisement intervals and the skew is less than 4 s: after that there is one master, always.
"""

import time

import pytest

from lab.directors import Drover, Keepalived
from lab.waiting import holds_for, wait_until

BOTH_WAYS = pytest.mark.parametrize("high, low", [(Drover, Keepalived), (Keepalived, Drover)],
                                    ids=["drover-is-higher", "keepalived-is-higher"])
SETTLED = 4.0


def one_master(pair, name: str, seconds: float = 4):
    """`name` and nobody else holds the VIP, at every look."""
    holds_for(lambda: pair.masters() == [name], seconds, f"{name} alone holds the VIP", every=0.1)


@pytest.fixture
def peers(pair, request):
    """left has priority 150 and runs `high`, right has 100 and runs `low`; neither is started."""

    def make(high, low, **options):
        pair.configure(pair.left, 150, **options)
        pair.configure(pair.right, 100, **options)
        return high(pair.left), low(pair.right)

    return make


@BOTH_WAYS
@pytest.mark.parametrize("first", ["higher-first", "lower-first"])
def test_there_is_one_master_after_four_seconds(pair, peers, high, low, first):
    left, right = peers(high, low, auth="s3cret" if first == "higher-first" else "")
    for peer in (left, right) if first == "higher-first" else (right, left):
        peer.start()
        time.sleep(0.5)  # the order of the starts is the case, not a thing to wait for
    wait_until(lambda: pair.masters() == ["left"], 6, "the higher priority is master")
    one_master(pair, "left")
    assert pair.onlooker_reaches_the_vip()


@BOTH_WAYS
def test_the_lower_takes_over_from_a_higher_that_loses_its_power(pair, peers, high, low):
    left, right = peers(high, low)
    left.start(), right.start()
    wait_until(lambda: pair.masters() == ["left"], 6, "the higher priority is master")
    pair.left.power_off()
    wait_until(lambda: pair.masters() == ["right"], SETTLED + 1, "the lower priority takes over")
    wait_until(pair.onlooker_reaches_the_vip, 2, "the onlooker follows to the new master")


@BOTH_WAYS
def test_a_clean_stop_hands_over_without_waiting_for_silence(pair, peers, high, low):
    left, right = peers(high, low)
    left.start(), right.start()
    wait_until(lambda: pair.masters() == ["left"], 6, "the higher priority is master")
    time.sleep(SETTLED - 3)  # the lower one has heard a few adverts
    left.stop()
    wait_until(lambda: pair.masters() == ["right"], 2, "priority 0 makes the other take over at once")


@BOTH_WAYS
def test_a_higher_priority_that_comes_later_preempts(pair, peers, high, low):
    left, right = peers(high, low)
    right.start()
    wait_until(lambda: pair.masters() == ["right"], 6, "alone it is master")
    left.start()
    wait_until(lambda: pair.masters() == ["left"], SETTLED + 1, "the higher priority takes it")
    one_master(pair, "left", 3)


@BOTH_WAYS
def test_nopreempt_leaves_a_working_master_alone(pair, peers, high, low):
    left, right = peers(high, low, nopreempt=True)
    right.start()
    wait_until(lambda: pair.masters() == ["right"], 6, "alone it is master")
    left.start()
    one_master(pair, "right", SETTLED + 3)
    pair.right.power_off()
    wait_until(lambda: pair.masters() == ["left"], SETTLED + 1, "when it dies the higher priority takes over")


def test_a_wrong_password_is_said_and_makes_two_masters_as_with_keepalived(pair):
    """VRRP's only answer to adverts it must not believe is to ignore them; the operator has to be told."""
    pair.configure(pair.left, 150, auth="one")
    pair.configure(pair.right, 100, auth="other")
    drover = Drover(pair.left).start()
    Keepalived(pair.right).start()
    wait_until(lambda: pair.masters() == ["left", "right"], 8, "both are master")
    wait_until(lambda: drover.instance("pair")["notes"], 3, "status has a note about the adverts it refuses")
