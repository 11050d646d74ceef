"""What a running download and new clients see when servers are quiesced, removed and put back (network: lab/flat_farm.py)."""

import pytest

from lab.flat_farm import CLIENT, CLIENTS, WEB, FlatFarm, service
from lab.waiting import wait_until

LENGTH = 6_000_000
RATE = 100_000  # bytes a second: longer than any story, until it is told to hurry


@pytest.fixture
def farm(lab):
    network = FlatFarm(lab)
    network.start(service())
    return network


def begin_download(farm):
    """A download that has begun, and the address of its server."""
    download = farm.download(LENGTH, RATE)
    download.wait_for_more()
    (server,) = [address for address, row in farm.pool().items() if row["active"] == 1]
    return download, server


def whole(download) -> bool:
    download.hurry()
    return download.whole(60)


def other_than(server: str) -> str:
    return next(address for address in WEB if address != server)


def name_of(server: str) -> str:
    return f"web{WEB.index(server) + 1}"


def test_weight_0_keeps_the_running_download_and_sends_new_clients_elsewhere(farm):
    download, server = begin_download(farm)
    farm.reload(service(weights={server: 0}))
    assert f"{server}:80" in farm.daemon.ipvsadm(), "a quiesced server stays in the listing"
    assert set(farm.fetch(CLIENTS[:6])) == {name_of(other_than(server))}
    assert whole(download)


def test_a_removed_server_stalls_its_connection_and_its_return_revives_it(farm):
    download, server = begin_download(farm)
    farm.reload(service([other_than(server)]))
    before = farm.pool()
    assert server not in before
    wait_until(lambda: farm.verdicts()["server_gone"] > 0, 10, "packets of the connection are dropped")
    download.wait_for_standstill()
    assert set(farm.fetch(CLIENTS[:2])) == {name_of(other_than(server))}

    farm.reload(service())
    wait_until(lambda: farm.pool()[server]["active"] == 1, 10, "its connection is counted again")
    assert farm.pool()[server]["counters"]["connections"] == 1
    assert whole(download)


def test_expire_nodest_conn_tells_the_client_at_once(farm):
    more = "expire_nodest_conn"
    farm.reload(service(more=more))
    download, server = begin_download(farm)
    farm.reload(service([other_than(server)], more=more))
    assert download.process.wait() == 1
    assert "reset by peer" in download.process.said()
    assert farm.fetch([CLIENT]) == [name_of(other_than(server))]


def test_allow_and_deny_hold_for_new_connections_alone(farm):
    download, _ = begin_download(farm)
    farm.reload(service(more=f"deny {CLIENT}"))
    assert farm.fetch([CLIENT], seconds=0.5) == [None]
    assert None not in farm.fetch(CLIENTS[:2]), "others may"
    assert farm.verdicts()["denied"] >= 1
    farm.reload(service(more=f"allow 10.9.0.16/28\ndeny {CLIENTS[1]}"))
    assert farm.fetch([CLIENT, CLIENTS[1], CLIENTS[20]], seconds=0.5) == [None] * 3
    assert None not in farm.fetch([CLIENTS[0]])
    assert whole(download), "what was there before goes on"
