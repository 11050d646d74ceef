"""A director is relieved in order (`drover handover`, and a clean stop): the other one takes over at once, with every
connection, and whoever else listens hears nothing that it would not expect.

The drawing is in lab/flat_farm.py; the director has priority 150, the peer 100.
"""

import json
import re
import time

import pytest

from lab.crowd_of_clients import Crowd, established_before
from lab.directors import holds
from lab.flat_farm import CLIENTS, VIP, service
from lab.flat_pair import FlatPair
from lab.host import Host
from lab.pair import state
from lab.seed_network import HERE, PYTHON
from lab.waiting import holds_for, wait_until

KEY = "/etc/drover/sync.key"
DOWN = 4  # seconds: three intervals, the skew and a little


def words(peer: str, key: str = f"    sync_key {KEY}\n") -> str:
    return f"global_defs {{\n    lvs_sync_daemon eth0 pair id 7\n    sync_peer {peer}\n{key}    sync_patience 2\n}}\n" + service()


def give_keys(farm: FlatPair, of_peer: str = "a secret of two directors\n") -> None:
    farm.director.write(KEY, "a secret of two directors\n", 0o600)
    farm.peer.write(KEY, of_peer, 0o600)


@pytest.fixture
def farm(lab):
    pair = FlatPair(lab)
    pair.prepare_servers()
    return pair


def wait_until_peer_could_take_over(farm: FlatPair) -> None:
    wait_until(lambda: farm.director.run("drover handover --all --check", check=False).returncode == 0, 30,
               "the peer could take over")


@pytest.fixture
def directors(farm):
    """Both with a key, the director MASTER and the peer complete."""
    give_keys(farm)
    farm.start_both(words("10.9.0.2"), of_peer=words("10.9.0.1"))
    wait_until_peer_could_take_over(farm)
    return farm


def listen(host: Host, what: str):
    seen = host.spawn(f"tcpdump -lnnei eth0 {what}", "wire")
    wait_until(lambda: "listening on" in seen.said(), 10, "tcpdump listens")
    return seen


def adverts(wire) -> list[tuple[str, int]]:
    """Who sent which priority, in order."""
    return [(sender, int(priority)) for sender, priority in
            re.findall(r"(10\.9\.0\.\d+) > 224\.0\.0\.18: .*?prio (\d+)", wire.said())]


def only_master(farm: FlatPair, host: Host) -> bool:
    return [holds(one, VIP) for one in (farm.director, farm.peer)] == [one is host for one in (farm.director, farm.peer)]


def refused(host: Host, command: str) -> str:
    """The sentence with which the command ends, which must be one."""
    ended = host.run(command, check=False)
    assert ended.returncode == 1 and ended.stderr.startswith("drover handover: ") and ended.stderr.count("\n") == 1, ended
    return ended.stderr


def test_a_handover_breaks_nothing_and_others_hear_a_resignation(directors):
    farm = directors
    wire = listen(farm.client, "ip proto 112")
    crowd = Crowd(farm, clients=100, slow=50, length=100_000, seconds=15)
    wait_until(lambda: crowd.under_way() == crowd.slow, 60, "all slow downloads are under way")
    time.sleep(0.3)  # the quick ones come and go
    moment = time.monotonic()
    said = farm.director.output("drover handover pair")
    assert re.fullmatch(r"pair handed over to 10\.9\.0\.2 in \d+\.\d ms\n", said)
    assert only_master(farm, farm.peer), "it is done when the command says so"
    # The picture that status shows is a moment younger.
    wait_until(lambda: (state(farm.daemon), state(farm.peer_daemon)) == ("BACKUP", "MASTER"), 10, "and status says so, too")
    survivors = established_before(crowd.end(120), moment)
    assert len([row for row in survivors if row["slow"]]) == crowd.slow
    assert [row for row in survivors if row["broken"]] == []
    heard = adverts(wire)
    first = heard.index(("10.9.0.2", 100))
    assert set(heard[:first]) <= {("10.9.0.1", 150)}, "until then there was one master"
    resigned = heard.index(("10.9.0.1", 0))
    assert set(heard[first:resigned]) <= {("10.9.0.2", 100), ("10.9.0.1", 150)}
    assert resigned + 1 < len(heard) and set(heard[resigned + 1:]) == {("10.9.0.2", 100)}, "and then another"


def connections(daemon) -> int:
    """How many it has sent to a server so far."""
    return sum(row["counters"]["connections"] for row in daemon.status()["dataplane"]["services"])


def test_a_client_that_asks_all_the_time_is_answered(directors):
    farm = directors
    client = farm.client.spawn(f"{PYTHON} {HERE}/steady_client.py {VIP} 80", "steady")
    wait_until(lambda: int(farm.pool()["10.9.0.11"]["active"]) > 0, 20, "it has begun")
    farm.director.output("drover handover --all")
    before = connections(farm.peer_daemon)
    wait_until(lambda: connections(farm.peer_daemon) > before + 20, 20, "it goes on by the peer")
    client.send(15)
    assert client.wait() == 0
    seen = json.loads(client.said().splitlines()[-1])
    assert seen["kept"]["answered"] == seen["kept"]["sent"] and seen["new"]["tried"] > 20


def test_it_is_not_undone_by_preemption_but_by_another_handover(directors):
    farm = directors
    farm.director.output("drover handover --all")
    holds_for(lambda: only_master(farm, farm.peer), DOWN + 1, "the higher priority does not preempt")
    assert "handed over" in farm.daemon.instance("pair")["reason"]
    farm.peer.output("drover handover --all")
    assert only_master(farm, farm.director)
    holds_for(lambda: only_master(farm, farm.director), 2, "and back it stays")


def test_when_the_new_master_dies_the_old_one_takes_over(directors):
    farm = directors
    farm.director.output("drover handover --all")
    farm.peer.power_off()
    wait_until(lambda: holds(farm.director, VIP), 20, "the director is master again")


def test_a_clean_stop_is_a_handover(directors):
    farm = directors
    wire = listen(farm.client, "ip proto 112")
    crowd = Crowd(farm, clients=100, slow=50, length=100_000, seconds=15)
    wait_until(lambda: crowd.under_way() == crowd.slow, 60, "all slow downloads are under way")
    time.sleep(0.3)
    moment = time.monotonic()
    assert farm.daemon.stop() == 0
    assert only_master(farm, farm.peer)
    assert "handed pair over to 10.9.0.2" in farm.daemon.said()
    survivors = established_before(crowd.end(120), moment)
    assert len([row for row in survivors if row["slow"]]) == crowd.slow
    assert [row for row in survivors if row["broken"]] == []
    heard = adverts(wire)
    assert heard.index(("10.9.0.2", 100)) < heard.index(("10.9.0.1", 0)), "the peer is master before the other one resigns"


def test_a_clean_stop_is_not_held_up_by_a_peer_that_does_not_answer(directors):
    farm = directors
    farm.peer.power_off()
    assert farm.daemon.process.stop(10) == 0
    assert "nothing was handed over" in farm.daemon.said() and not holds(farm.director, VIP)


def test_without_a_key_nothing_is_handed_over_and_it_is_said(farm):
    farm.start_both(words("10.9.0.2", key=""), of_peer=words("10.9.0.1", key=""))
    assert "no sync_key" in refused(farm.director, "drover handover --all")
    assert only_master(farm, farm.director)
    assert "nothing is handed over" in farm.director.output("drover status")


def test_with_another_key_nothing_is_handed_over(farm):
    give_keys(farm, of_peer="another secret of one director\n")
    farm.start_both(words("10.9.0.2"), of_peer=words("10.9.0.1"))
    assert "10.9.0.2 cannot take over" in refused(farm.director, "drover handover --all")
    assert only_master(farm, farm.director)


def test_a_peer_that_cannot_take_over_says_why(directors):
    farm = directors
    farm.peer.write("/etc/keepalived/keepalived.conf",
                    farm.peer.read("/etc/keepalived/keepalived.conf").replace("advert_int 1", "advert_int 1\n track_script {\n  no\n }")
                    + "vrrp_script no {\n script /bin/false\n interval 1\n}\n")
    farm.peer.output("drover reload")
    wait_until(lambda: state(farm.peer_daemon) == "FAULT", 20, "the peer's script fails")
    assert "its instance pair is FAULT (script no" in refused(farm.director, "drover handover --all")
    assert only_master(farm, farm.director)


def test_what_is_not_master_here_cannot_be_handed_over(directors):
    farm = directors
    assert "instance pair is BACKUP here, not MASTER" in refused(farm.peer, "drover handover pair")
    assert "no instance is MASTER here" in refused(farm.peer, "drover handover --all")
    assert "there is no vrrp_instance nobody" in refused(farm.director, "drover handover nobody")
    assert farm.director.run("drover handover", check=False).returncode == 2


def test_a_question_changes_nothing_and_status_says_what_is_known(directors):
    farm = directors
    assert farm.director.output("drover handover --all --check") == "10.9.0.2 would take over pair\n"
    assert only_master(farm, farm.director)
    assert "possible, to 10.9.0.2" in farm.director.output("drover status")
    assert "no instance is MASTER here" in farm.peer.output("drover status")


def test_a_sync_group_goes_as_one(farm):
    give_keys(farm)
    second = ("vrrp_instance other {\n state BACKUP\n interface eth0\n virtual_router_id 52\n priority %d\n advert_int 1\n"
              " virtual_ipaddress {\n  10.9.0.101/24\n }\n}\nvrrp_sync_group both {\n group {\n  pair\n  other\n }\n}\n")
    farm.start_both(words("10.9.0.2") + second % 150, of_peer=words("10.9.0.1") + second % 100)
    wait_until(lambda: holds(farm.director, "10.9.0.101"), 20, "both are here")
    wait_until_peer_could_take_over(farm)
    said = farm.director.output("drover handover other")
    assert said.startswith("other, pair handed over to 10.9.0.2")
    for address in (VIP, "10.9.0.101"):
        assert holds(farm.peer, address) and not holds(farm.director, address)
    holds_for(lambda: only_master(farm, farm.peer), DOWN + 1, "and it stays there")
