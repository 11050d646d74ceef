"""Services of UDP: whole datagrams, pieces of datagrams, and one-packet scheduling (network: lab/flat_farm.py)."""

import json

import pytest

from lab.flat_farm import VIP, VIP6, WEB, WEB6, FlatFarm, service
from lab.seed_network import HERE, PYTHON
from lab.waiting import wait_until


@pytest.fixture
def farm(lab):
    return FlatFarm(lab)


def start(farm, more: str = "") -> None:
    farm.start(service(protocol="UDP", more=more), service(WEB6, VIP6, protocol="UDP", more=more))
    for server in farm.servers:
        server.spawn(f"{PYTHON} {HERE}/udp_echo.py {server.name} 80", "udp_echo")
        wait_until(lambda: server.output("ss -Hlun sport = :80"), 10, f"{server.name} echoes")


def ask(farm, vip: str, length: int, source_ports: list[int]) -> list[str | None]:
    ports = " ".join(map(str, source_ports))
    return json.loads(farm.client.output(f"{PYTHON} {HERE}/udp_ask.py {vip} 80 {length} {ports}", seconds=60))


@pytest.mark.parametrize("vip", [VIP, VIP6])
def test_clients_are_shared_out_and_each_keeps_its_server(farm, vip):
    start(farm)
    names = ask(farm, vip, 100, [5001, 5002, 5003, 5004])
    assert sorted(names[:2]) == ["web1", "web2"] and names == names[:2] * 2
    assert ask(farm, vip, 100, [5001, 5002, 5003, 5004]) == names
    rows = [row for row in farm.connections() if row["state"] == "UDP"]
    assert len(rows) == 4


@pytest.mark.parametrize("vip", [VIP, VIP6])
def test_a_datagram_in_pieces_reaches_one_server_whole(farm, vip):
    start(farm)
    names = ask(farm, vip, 20_000, [5001, 5002, 5003, 5004])
    assert sorted(names[:2]) == ["web1", "web2"] and names == names[:2] * 2
    verdicts = farm.verdicts()
    assert verdicts["fragment"] >= 4 * 13, "each came in 14 pieces, and all but the first have no ports"
    assert verdicts["fragment_alone"] == 0


@pytest.mark.parametrize("vip", [VIP, VIP6])
def test_one_packet_scheduling_alternates_from_packet_to_packet(farm, vip):
    start(farm, "ops")
    names = ask(farm, vip, 100, [5001] * 6)
    assert sorted(names[:2]) == ["web1", "web2"] and names == names[:2] * 3
    assert farm.connections() == []
    assert [row["counters"]["connections"] for row in farm.pool(vip).values()] == [3, 3]
