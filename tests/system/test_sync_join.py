"""A director that joins takes over the whole table of its peer before it may preempt (sync_peer, sync_key)."""

import time

import pytest

from lab.crowd_of_clients import Crowd, established_before
from lab.directors import CONFIGURATION, Drover, holds
from lab.flat_farm import VIP, service
from lab.flat_pair import FlatPair
from lab.pair import configuration, state
from lab.waiting import wait_until

KEY = "/etc/drover/sync.key"
SECRET = "a secret of two directors\n"
DEAF = ("nft 'add table inet deaf; add chain inet deaf in { type filter hook input priority 0; }; "
        "add rule inet deaf in tcp dport 8849 drop'")


def words(peer: str, patience: int = 10) -> str:
    """`patience`: no director waits so long for a peer that answers, or is not there."""
    return (f"global_defs {{\n    lvs_sync_daemon eth0 pair id 7\n    sync_peer {peer}\n    sync_key {KEY}\n"
            f"    sync_patience {patience}\n}}\n" + service())


def give_keys(farm: FlatPair, of_peer: str = SECRET) -> None:
    farm.director.write(KEY, SECRET, 0o600)
    farm.peer.write(KEY, of_peer, 0o600)


def peering(daemon: Drover) -> dict:
    return daemon.status()["sync"]["peering"]


def preempted_once_it_had_joined(said: str) -> bool:
    """By its log: a look at the daemon comes at any time."""
    before, became, _ = said.partition("Entering MASTER STATE")
    return bool(became) and "connection sync: took over" in before


@pytest.fixture
def farm(lab):
    pair = FlatPair(lab)
    pair.prepare_servers()
    return pair


def test_a_rebooted_director_preempts_with_every_connection(farm):
    give_keys(farm)
    farm.start_both(words("10.9.0.2"), of_peer=words("10.9.0.1"))
    crowd = Crowd(farm, clients=500, slow=250, length=150_000, seconds=40)
    wait_until(lambda: crowd.under_way() == crowd.slow, 30, "all slow downloads are under way")
    cut = time.monotonic()
    farm.director.power_off()
    is_off = time.monotonic()
    wait_until(lambda: holds(farm.peer, VIP), 15, "peer takes over")
    said = len(farm.daemon.said())
    farm.director.power_on()
    as_backup = [time.monotonic()]  # moments before it preempted

    def has_joined() -> bool:
        looked, seen = time.monotonic(), farm.daemon.status()
        if seen["instances"][0]["state"].upper() == "BACKUP":
            as_backup.append(looked)
        return seen["sync"]["peering"]["joined"] != ""

    farm.daemon = Drover(farm.director).start()
    wait_until(has_joined, 20, "it has joined")
    joined = peering(farm.daemon)
    assert joined["joined"] == "10.9.0.2" and int(joined["joined_connections"]) >= crowd.slow
    wait_until(lambda: peering(farm.peer_daemon)["served"] == "10.9.0.1", 10, "the peer says so as well")
    wait_until(lambda: holds(farm.director, VIP), 15, "director preempts")
    assert preempted_once_it_had_joined(farm.daemon.said()[said:])
    assert "took over" in farm.director.output("drover status")
    survivors = established_before(crowd.end(120), as_backup[-1])
    assert len([row for row in survivors if row["slow"]]) == crowd.slow, "all of them are older than the reboot"
    # Of what was established in the last tenth of a second before the cut nobody may have been told.
    assert [row for row in survivors if row["broken"] and not cut - 0.1 < row["established"] < is_off] == []


def pull_cable_until_the_peer_is_master(farm: FlatPair) -> None:
    farm.director.pull_cable()
    wait_until(lambda: holds(farm.peer, VIP), 15, "peer takes over")
    wait_until(lambda: state(farm.daemon) == "FAULT", 10, "director is in FAULT")


def open_connections_at_the_peer(farm: FlatPair) -> Crowd:
    """Of which the director hears nothing."""
    crowd = Crowd(farm, clients=20, slow=10, length=400_000, seconds=20)
    wait_until(lambda: crowd.under_way() == crowd.slow, 15, "all slow downloads are under way")
    return crowd


def test_a_director_whose_link_comes_back_preempts_with_every_connection(farm):
    give_keys(farm)
    farm.start_both(words("10.9.0.2"), of_peer=words("10.9.0.1"))
    pull_cable_until_the_peer_is_master(farm)
    crowd = open_connections_at_the_peer(farm)
    moment = time.monotonic()
    said = len(farm.daemon.said())
    farm.director.put_cable_back()
    wait_until(lambda: int(peering(farm.daemon)["joined_connections"]) >= crowd.slow, 15, "it joins")
    wait_until(lambda: holds(farm.director, VIP), 15, "director preempts")
    assert preempted_once_it_had_joined(farm.daemon.said()[said:])
    assert [row for row in established_before(crowd.end(120), moment) if row["broken"]] == []


def test_a_director_whose_link_comes_back_does_not_preempt_while_the_peer_hands_nothing_over(farm):
    give_keys(farm)
    farm.start_both(words("10.9.0.2", patience=5), of_peer=words("10.9.0.1"))
    pull_cable_until_the_peer_is_master(farm)
    farm.peer.run(DEAF)
    said = farm.daemon.said().count("have not come within 5 s")
    farm.director.put_cable_back()
    note = "waits for the connections of its peers before it preempts"
    wait_until(lambda: note in farm.daemon.instance("pair")["notes"], 10, "its fault is over, and it waits")
    wait_until(lambda: holds(farm.director, VIP), 20, "director preempts when its patience is at an end")
    assert farm.daemon.said().count("have not come within 5 s") == said + 1


def test_a_director_that_is_alone_does_not_wait_for_a_peer_that_is_gone(farm):
    give_keys(farm)
    farm.director.write(CONFIGURATION, configuration(150, vip=VIP) + words("10.9.0.2", patience=60))
    farm.daemon.start()
    wait_until(lambda: holds(farm.director, VIP), 20, "director is MASTER as soon as a director without peers would be")


def test_two_masters_that_find_each_other_lose_no_connection_of_either(farm):
    """The cable between them was cut, not one of theirs: no interface has seen anything of it."""
    give_keys(farm)
    farm.start_both(words("10.9.0.2"), of_peer=words("10.9.0.1"))
    farm.part_director()
    crowd = open_connections_at_the_peer(farm)
    moment = time.monotonic()
    farm.rejoin()
    wait_until(lambda: state(farm.peer_daemon) == "BACKUP", 20, "the peer yields")
    wait_until(lambda: int(peering(farm.daemon)["joined_connections"]) >= crowd.slow, 20, "director joins")
    assert [row for row in established_before(crowd.end(120), moment) if row["broken"]] == []


def test_without_a_key_status_says_what_does_not_happen(farm):
    farm.start_both("global_defs {\n    lvs_sync_daemon eth0 pair\n}\n" + service())
    assert "no sync_key" in farm.director.output("drover status")
    assert not peering(farm.daemon)["has_key"]


def test_a_key_that_others_can_read_is_refused(farm):
    farm.director.write(KEY, SECRET, 0o644)
    farm.start_both(words("10.9.0.2"), of_peer=service())
    (note,) = farm.daemon.status()["sync"]["notes"]
    assert "others than its owner may read it" in note


def test_another_key_is_said_on_both_sides_and_nothing_is_taken_over(farm):
    give_keys(farm, of_peer="another secret of one director\n")
    farm.start_both(words("10.9.0.2", patience=2), of_peer=words("10.9.0.1", patience=2))
    wait_until(lambda: "10.9.0.2" in peering(farm.daemon)["trouble"], 10, "director has said it")
    assert peering(farm.daemon)["joined"] == ""
    # It asks again when it becomes master.
    wait_until(lambda: int(peering(farm.peer_daemon)["strangers"]) >= 1, 10, "and so has the peer")
    assert "came in without the key" in farm.peer.output("drover status")


def test_a_peer_that_does_not_answer_is_waited_for_only_so_long_and_said(farm):
    give_keys(farm)
    farm.peer.run(DEAF)
    farm.start_both(words("10.9.0.2", patience=2), of_peer=words("10.9.0.1", patience=2))
    wait_until(lambda: "no answer" in peering(farm.daemon)["trouble"], 10, "it is said")
    assert state(farm.daemon) == "MASTER", "and it goes on without"
