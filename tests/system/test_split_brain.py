"""Two masters have a name: who, and why (drawing: lab/pair.py)."""

import pytest

from lab import flat_farm
from lab.directors import Drover, Keepalived, holds
from lab.flat_farm import FlatFarm, service
from lab.pair import VIP, configuration, state
from lab.waiting import holds_for, wait_until

RIGHT = "10.9.0.2"
MISMATCHES = {
    "password": ("auth_pass one", "auth_pass other"),
    "authentication type": ("auth_type PASS", "auth_type AH"),
    "interval": ("advert_int 1", "advert_int 2"),
    "version": ("priority 150", "priority 150\n    version 3"),
    "virtual router": ("virtual_router_id 51", "virtual_router_id 52"),
}


@pytest.mark.parametrize("reason", MISMATCHES)
def test_adverts_that_are_refused_name_their_sender_and_the_reason(pair, reason):
    text = configuration(150, auth="one")
    pair.left.write("/etc/keepalived/keepalived.conf", text)
    pair.right.write("/etc/keepalived/keepalived.conf", text.replace(*MISMATCHES[reason]))
    drover = Drover(pair.left).start()
    wait_until(lambda: pair.masters() == ["left"], 15, "left is master")
    rival = Keepalived(pair.right).start()
    wait_until(lambda: drover.instance("pair")["split_brain"], 20, "the second master has a name")
    assert RIGHT in drover.instance("pair")["split_brain"] and reason in drover.instance("pair")["split_brain"]
    assert "SPLIT BRAIN: " in pair.left.output("drover status")
    count = lambda: {row["reason"]: int(row["count"]) for row in drover.instance("pair")["rivals"] if row["who"] == RIGHT}
    # Not one by one: keepalived puts its own adverts off with each of ours that it refuses.
    before = wait_until(lambda: count().get(reason), 10, "refused adverts are counted")
    wait_until(lambda: "SPLIT BRAIN" in drover.said(), 10, "the log says so as well")
    assert drover.said().count("SPLIT BRAIN") == 1, "said at the change alone"
    rival.stop()
    wait_until(lambda: not drover.instance("pair")["split_brain"], 15, "it resigns, if in adverts that are refused")
    wait_until(lambda: "(pair) split brain is over" in drover.said(), 10, "the log says so as well")
    assert count()[reason] > before


def test_other_addresses_than_ours_are_a_reason_too(pair):
    pair.configure(pair.left, 150)
    pair.configure(pair.right, 100, vip="10.9.0.101")
    drover = Drover(pair.left).start()
    wait_until(lambda: pair.masters() == ["left"], 15, "left is master")
    Keepalived(pair.right).start()
    named = wait_until(lambda: drover.instance("pair")["split_brain"], 20, "keepalived refuses our list and is master, too")
    assert f"{RIGHT} is MASTER, too (address list: " in named and "10.9.0.101" in named


def test_another_host_that_has_the_vip_is_named_by_its_mac(lab):
    farm = FlatFarm(lab)
    farm.prepare_servers()
    farm.configure(configuration(150, vip=flat_farm.VIP), service())
    farm.daemon.start()
    wait_until(lambda: holds(farm.director, flat_farm.VIP), 15, "the director is master")
    holds_for(lambda: not farm.daemon.instance("pair")["split_brain"], 2, "nobody else has it")
    farm.client.run(f"ip address add {flat_farm.VIP}/32 dev eth0")
    # As a host does that has just been given an address.
    farm.client.run(f"arping -U -c 2 -I eth0 {flat_farm.VIP}", check=False)
    named = wait_until(lambda: farm.daemon.instance("pair")["split_brain"], 15, "it has a name")
    assert farm.client.mac() in named and flat_farm.VIP in named


def test_a_master_that_was_stopped_yields_to_the_claim_it_finds_without_a_word_of_its_own(pair):
    pair.configure(pair.left, 150, nopreempt=True)
    pair.configure(pair.right, 100, nopreempt=True)
    drover = Drover(pair.left).start()
    wait_until(lambda: pair.masters() == ["left"], 15, "left is master")
    rival = Keepalived(pair.right).start()
    wait_until(lambda: "Entering BACKUP STATE" in rival.said(), 10, "right is BACKUP")
    holds_for(lambda: state(drover) == "MASTER", 2, "left stays master")
    drover.process.pause()
    wait_until(lambda: "right" in pair.masters(), 20, "right is master, too")
    heard = pair.onlooker.spawn(f"tcpdump -lnnei eth0 ether src {pair.left.mac()} and (vrrp or arp)", "tcpdump")
    wait_until(lambda: "listening on" in heard.said(), 10, "tcpdump listens")
    holds_for(lambda: "right" in pair.masters(), 6, "left sleeps on")
    drover.process.go_on()
    wait_until(lambda: pair.masters() == ["right"], 15, "left yields")
    holds_for(lambda: pair.masters() == ["right"], 3, "and stays so")
    words = [line for line in heard.said().splitlines() if "224.0.0.18" in line or f"tell {VIP}" in line or f"{VIP} is-at" in line]
    assert not words, words
    assert "yielding" in drover.said()


def test_a_lone_master_that_was_stopped_goes_on(pair):
    pair.configure(pair.left, 150)
    drover = Drover(pair.left).start()
    wait_until(lambda: pair.masters() == ["left"], 15, "left is master")
    drover.process.pause()
    holds_for(lambda: pair.masters() == ["left"], 10, "it sleeps", every=0.5)
    drover.process.go_on()
    wait_until(lambda: int(drover.instance("pair")["late"]) == 1, 10, "it is counted")
    assert state(drover) == "MASTER" and int(drover.instance("pair")["became_master"]) == 1
    assert "no other router has taken over: going on" in drover.said()
