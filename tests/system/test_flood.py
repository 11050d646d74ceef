"""A flood of SYNs, ten times as many as the connection table has slots (network: lab/flat_farm.py)."""

import pytest

from lab.flat_farm import CLIENTS, VIP, FlatFarm, service
from lab.seed_network import HERE, PYTHON
from lab.waiting import wait_until

SLOTS = 4096
FLOOD_RATE = 50  # new flows a second and CPU above which none gets an entry
FLOOD = f"global_defs {{\n    flood_rate {FLOOD_RATE}\n}}\n"


@pytest.fixture
def farm(lab):
    return FlatFarm(lab)


def flood(farm):
    """At a pace for which a second takes in twice the table."""
    capacity = farm.daemon.status()["dataplane"]["capacity"]
    count = 10 * capacity
    process = farm.client.spawn(f"{PYTHON} {HERE}/syn_flood.py eth0 {farm.director.mac()} {VIP} 80 {count} {2 * capacity}",
                                "syn_flood")
    return process, count


def test_a_flood_leaves_connections_alone_and_real_clients_connect_meanwhile(farm):
    farm.start(FLOOD, service(), options=f"--slots {SLOTS}")
    download = farm.download(1_500_000, 150_000)
    download.wait_for_more()
    process, count = flood(farm)
    wait_until(lambda: farm.verdicts()["stateless"] > count // 10, 20, "the flood is seen")
    pages = farm.fetch([CLIENTS[n % len(CLIENTS)] for n in range(100)])
    assert pages.count(None) == 0 and set(pages) == {"web1", "web2"}
    during = process.running()
    assert process.wait(60) == 0
    assert during, "all that was while the flood went on"
    assert download.whole(30)
    verdicts, dataplane = farm.verdicts(), farm.daemon.status()["dataplane"]
    assert verdicts["stateless"] > count / 2, "most of the flood has got no entry"
    assert int(dataplane["live_evictions"]) == 0, "and so has driven nobody out"
    assert verdicts["no_room"] == 0
    assert int(dataplane["entries"]) < int(dataplane["capacity"])


def test_without_flood_rate_the_half_open_are_driven_out_before_the_established(farm):
    farm.start(service(), options=f"--slots {SLOTS}")
    download = farm.download(1_000_000, 150_000)
    download.wait_for_more()
    process, _ = flood(farm)
    assert process.wait(60) == 0
    assert int(farm.daemon.status()["dataplane"]["live_evictions"]) > 0
    assert farm.verdicts()["stateless"] == 0
    assert download.whole(30)
