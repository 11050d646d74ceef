"""What the director itself answers for a VIP, as the client's kernel takes it (network: lab/flat_farm.py)."""

import json

import pytest

from lab.flat_farm import VIP, VIP6, WEB, WEB6, FlatFarm, service
from lab.seed_network import HERE, PYTHON

HOP_EXCEEDED = {VIP: {"from": VIP, "type": 11, "code": 0}, VIP6: {"from": VIP6, "type": 3, "code": 0}}
PORT_UNREACHABLE = {VIP: {"from": VIP, "type": 3, "code": 3}, VIP6: {"from": VIP6, "type": 1, "code": 4}}


@pytest.fixture
def farm(lab):
    return FlatFarm(lab)


def icmp_error(farm, protocol: str, vip: str, ttl: int, seconds: float = 15) -> dict | None:
    """The ICMP error that a first packet with this TTL brings; None: none came within so many seconds."""
    return json.loads(farm.client.output(f"{PYTHON} {HERE}/icmp_error.py {protocol} {vip} 80 {ttl} {seconds:g}"))


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_a_packet_whose_ttl_ends_at_the_director_is_answered_by_the_vip(farm, protocol):
    farm.start(service(protocol=protocol.upper()), service(WEB6, VIP6, protocol=protocol.upper()))
    for vip in (VIP, VIP6):
        assert icmp_error(farm, protocol, vip, 1) == HOP_EXCEEDED[vip]
        if protocol == "tcp":
            assert icmp_error(farm, protocol, vip, 2, seconds=2) is None, "two hops lead to the real server"
    assert farm.verdicts()["ttl_expired"] >= 2


def test_a_service_without_servers_refuses_at_once(farm):
    none = {server: 0 for server in WEB + WEB6}
    farm.start(*(service(servers, vip, protocol=protocol, weights=none)
                 for protocol in ("TCP", "UDP") for servers, vip in ((WEB, VIP), (WEB6, VIP6))))
    for vip in (VIP, VIP6):
        assert icmp_error(farm, "tcp", vip, 64) == PORT_UNREACHABLE[vip]
        assert icmp_error(farm, "udp", vip, 64) == PORT_UNREACHABLE[vip]
        said = farm.client.run(f"curl -g -sS --max-time 5 http://[{vip}]/" if ":" in vip else
                               f"curl -sS --max-time 5 http://{vip}/", check=False)
        assert said.returncode == 7 and "after" in said.stderr, said
    assert farm.verdicts()["no_destination"] >= 6
