"""Delays of links and of the start, announcements on interfaces that adverts do not leave by (drawing: lab/pair.py)."""

import time

from lab.directors import CONFIGURATION, Drover
from lab.pair import configuration, state
from lab.waiting import holds_for, wait_until

YIELDS = "(pair) Entering BACKUP STATE\n"  # a reason follows where the start is meant


def start(pair, before: str, more: str = "") -> Drover:
    pair.left.write(CONFIGURATION, before + configuration(150, more=more))
    return Drover(pair.left).start()


def seconds_of_a_flap(pair) -> float:
    began = time.monotonic()
    pair.left.pull_cable()
    pair.left.put_cable_back()
    return time.monotonic() - began


def test_a_link_that_is_down_for_a_moment_is_not_seen_and_one_that_stays_down_is(pair):
    daemon = start(pair, "interface_up_down_delays {\n eth0 1.5\n}\n")
    wait_until(lambda: pair.masters() == ["left"], 20, "left is master")
    # On a busy machine a flap may take longer than the delay: that one is no moment.
    while seconds_of_a_flap(pair) > 1:
        wait_until(lambda: state(daemon) == "MASTER", 20, "it has taken the long flap")
    holds_for(lambda: state(daemon) == "MASTER", 3, "the flap was shorter than the delay")
    pair.left.pull_cable()
    wait_until(lambda: state(daemon) == "FAULT", 20, "it is down for good")
    assert daemon.instance("pair")["reason"] == "interface eth0 down"
    pair.left.put_cable_back()
    wait_until(lambda: state(daemon) == "MASTER", 20, "and up again")


def test_after_the_startup_delay_it_begins(pair):
    daemon = start(pair, "global_defs {\n vrrp_startup_delay 5\n}\n")
    assert daemon.instance("pair")["reason"] == "waiting for the end of the startup delay"
    # In the log: it is BACKUP for three seconds only.
    wait_until(lambda: "(pair) Entering BACKUP STATE" in daemon.said(), 20, "the delay is over")
    wait_until(lambda: state(daemon) == "MASTER", 20, "it is alone")


def test_a_master_that_was_stopped_for_long_is_backup_first_if_that_is_wanted(pair):
    daemon = start(pair, "", more="    timer_expired_backup 150")
    wait_until(lambda: state(daemon) == "MASTER", 20, "it is alone")
    before = daemon.said().count(YIELDS)
    daemon.process.pause()
    stopped = time.monotonic()
    wait_until(lambda: time.monotonic() > stopped + 6, 20, "a peer would have taken over")
    daemon.process.go_on()
    wait_until(lambda: daemon.said().count(YIELDS) == before + 1, 20, "it yields to whom it has not heard")
    wait_until(lambda: state(daemon) == "MASTER", 20, "it is still alone")


def test_what_arp_announce_was_is_known_after_a_crash(pair):
    read = "sysctl -n net.ipv4.conf.eth0.arp_announce"
    pair.left.run("sysctl -qw net.ipv4.conf.eth0.arp_announce=1")
    daemon = start(pair, "")
    wait_until(lambda: pair.left.output(read).strip() == "2", 20, "it is 2 while drover runs")
    daemon.kill()
    daemon.start()
    assert pair.left.output(read).strip() == "2"
    assert daemon.stop() == 0
    assert pair.left.output(read).strip() == "1", "what it was before the first start"
