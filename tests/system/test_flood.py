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


class Flood:
    """At a pace for which a second takes in twice the table, until it is ended."""

    def __init__(self, farm):
        self.farm = farm
        capacity = farm.daemon.status()["dataplane"]["capacity"]
        self.count = 10 * capacity
        self.process = farm.client.spawn(
            f"{PYTHON} {HERE}/syn_flood.py eth0 {farm.director.mac()} {VIP} 80 {self.count} {2 * capacity}", "syn_flood")

    def wait_for(self, share: float) -> None:
        """So much of it has come."""
        wait_until(lambda: sum(self.farm.verdicts().values()) >= share * self.count, 60, "the flood is seen")

    def end(self) -> int:
        """How many SYNs it was."""
        assert self.process.running(), self.process.said()
        assert self.process.stop(60) == 0
        return int(self.process.said())


def test_a_flood_leaves_connections_alone_and_real_clients_connect_meanwhile(farm):
    farm.start(FLOOD, service(), options=f"--slots {SLOTS}")
    download = farm.download(1_500_000, 150_000)
    download.wait_for_more()
    flood = Flood(farm)
    flood.wait_for(0.1)
    pages = farm.fetch([CLIENTS[n % len(CLIENTS)] for n in range(100)])
    assert pages.count(None) == 0 and set(pages) == {"web1", "web2"}, "while the flood goes on"
    flood.wait_for(1)
    count = flood.end()
    assert download.whole()
    verdicts, dataplane = farm.verdicts(), farm.daemon.status()["dataplane"]
    assert verdicts["stateless"] > count / 2, "most of the flood has got no entry"
    assert int(dataplane["live_evictions"]) == 0, "and so has driven nobody out"
    assert verdicts["no_room"] == 0
    assert int(dataplane["entries"]) < int(dataplane["capacity"])


def test_without_flood_rate_the_half_open_are_driven_out_before_the_established(farm):
    farm.start(service(), options=f"--slots {SLOTS}")
    download = farm.download(1_000_000, 150_000)
    download.wait_for_more()
    flood = Flood(farm)
    flood.wait_for(1)
    flood.end()
    assert int(farm.daemon.status()["dataplane"]["live_evictions"]) > 0
    assert farm.verdicts()["stateless"] == 0
    assert download.whole()
