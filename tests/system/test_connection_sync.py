"""Two directors tell each other of their connections, as kernel IPVS does (lvs_sync_daemon)."""

import json

import pytest

from lab.flat_farm import CLIENTS, VIP, VIP6, WEB6, service
from lab.flat_pair import FlatPair
from lab.host import Host
from lab.seed_network import HERE, PYTHON
from lab.waiting import NotYet, wait_until

SYNC = "global_defs {\n    lvs_sync_daemon eth0 pair id 7\n}\n"
BOUND = service(WEB6, VIP6, more="persistence_timeout 300")
SERVICES = SYNC + service() + service(port=5060, protocol="UDP") + BOUND


def rows(host: Host) -> set[tuple]:
    """The connections of a director, but for the time they have left; half-open ones are nobody else's business."""
    found = (json.loads(line) for line in host.output("drover conns --json").splitlines())
    return {tuple(row[name] for name in ("protocol", "state", "client", "virtual", "server", "template"))
            for row in found if row["state"] != "SYN_RECV"}


def wait_until_told(of: set[tuple] | Host, to: Host) -> None:
    """Both tables say the same, or the one has at least these rows; else pytest shows what is different."""
    def pair() -> tuple[set, set]:
        return (of - rows(to), set()) if isinstance(of, set) else (rows(of), rows(to))

    try:
        wait_until(lambda: len({frozenset(side) for side in pair()}) == 1, 20, "the connections are told")
    except NotYet:
        one, other = pair()
        assert one == other


@pytest.fixture
def farm(lab):
    pair = FlatPair(lab)
    pair.prepare_servers()
    pair.director.run(f"ip address add {VIP6}/64 dev eth0 nodad")
    pair.start_both(SERVICES)
    return pair


def counted(daemon, what: str) -> int:
    return int(daemon.status()["sync"][what])


def test_the_backup_has_every_connection_of_the_master(farm):
    farm.client.spawn(f"{PYTHON} {HERE}/crowd.py {VIP} 12 12 100000 60 " + " ".join(CLIENTS), "crowd")
    assert None not in farm.fetch(["fd00:9::9"] * 3, vip=VIP6)
    for port in (1, 2, 3):
        farm.client.run(f"bash -c 'echo hello > /dev/udp/{VIP}/5060'")
    assert None not in farm.fetch(CLIENTS[:5]), "and some that are in their end"
    wait_until(lambda: len([row for row in rows(farm.director) if row[1] == "ESTABLISHED"]) >= 12, 20, "twelve downloads")
    kinds = {(row[0], row[1], row[5]) for row in rows(farm.director)}
    assert {("tcp", "ESTABLISHED", False), ("tcp", "FIN_WAIT", False), ("udp", "UDP", False), ("tcp", "ASSURED", True)} <= kinds
    wait_until_told(farm.director, farm.peer)
    told, heard = farm.daemon.status()["sync"], farm.peer_daemon.status()["sync"]
    assert told["tells"] and not heard["tells"]
    # Both go on counting while one is asked after the other.
    wait_until(lambda: len(rows(farm.director)) <= counted(farm.daemon, "connections_sent")
               == counted(farm.peer_daemon, "connections_received"), 20, "all that was told was heard")
    assert heard["refused"] == [] and int(heard["taken"]["unknown_server"]) == 0
    assert "Connection sync" in farm.director.output("drover status")


def test_they_may_tell_each_other_by_ipv6(lab):
    pair = FlatPair(lab)
    pair.prepare_servers()
    pair.start_both(SYNC.replace("id 7", "id 7 group ff02::81") + service())
    assert None not in pair.fetch(CLIENTS[:10])
    assert len(rows(pair.director)) == 10
    wait_until_told(pair.director, pair.peer)


def test_a_stopped_daemon_tells_what_it_had_not_told_yet(farm):
    farm.client.spawn(f"{PYTHON} {HERE}/crowd.py {VIP} 12 12 100000 60 " + " ".join(CLIENTS), "crowd")
    wait_until(lambda: farm.client.read("/run/crowd") == "12", 20, "twelve downloads")
    before = rows(farm.director)
    farm.daemon.stop()
    wait_until_told(before, farm.peer)


def test_what_the_peer_cannot_place_is_counted_by_why(lab):
    pair = FlatPair(lab)
    pair.prepare_servers()
    pair.start_both(SYNC + service(), of_peer=SYNC + service(["10.9.0.12"]))
    assert None not in pair.fetch(CLIENTS[:10])
    for count, what in (("made", "it knows one of the servers"), ("unknown_server", "and does not know the other")):
        wait_until(lambda: int(pair.peer_daemon.status()["sync"]["taken"][count]) >= 5, 20, what)
    assert {row[4] for row in rows(pair.peer)} == {"10.9.0.12:80"}


def test_an_interface_that_comes_later_is_used_then(lab):
    pair = FlatPair(lab)
    pair.prepare_servers()
    pair.start_both(SYNC.replace("eth0", "eth9") + service())
    (note, *_) = pair.daemon.status()["sync"]["notes"]
    assert "eth9" in note
    pair.director.run("ip link add eth9 type dummy 2>/dev/null || ip link add eth9 type veth peer name eth8; "
                      "ip address add 10.77.0.1/24 dev eth9; ip link set eth9 up")
    wait_until(lambda: pair.daemon.status()["sync"]["tells"], 20, "it tells on eth9")


def test_what_the_file_says_is_followed_on_a_reload(farm):
    farm.director.write("/etc/keepalived/keepalived.conf",
                        farm.director.read("/etc/keepalived/keepalived.conf").replace("id 7", "id 8"))
    farm.director.output("drover reload")
    wait_until(lambda: int(farm.daemon.status()["sync"]["master"]["id"]) == 8, 10, "its id is 8")
    assert None not in farm.fetch(CLIENTS[:4])
    wait_until(lambda: farm.peer_daemon.status()["sync"]["refused"], 20, "the peer refuses what is not for its id")
    assert [row["reason"] for row in farm.peer_daemon.status()["sync"]["refused"]] == ["syncid"]
    farm.director.write("/etc/keepalived/keepalived.conf",
                        farm.director.read("/etc/keepalived/keepalived.conf").replace("lvs_sync_daemon", "# lvs_sync_daemon"))
    farm.director.output("drover reload")
    wait_until(lambda: farm.daemon.status()["sync"]["master"]["interface"] == "", 10, "there is no sync any more")
