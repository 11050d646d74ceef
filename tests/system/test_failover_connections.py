"""Connections survive the director: clients download while the MASTER dies, and what they get is checked by its hash."""

import time

import pytest

from lab.crowd_of_clients import Crowd, established_before
from lab.directors import holds
from lab.flat_farm import VIP, service
from lab.flat_pair import FlatPair
from lab.pair import state
from lab.pauses import Pauses
from lab.waiting import wait_until

TOLD_WITHIN = 0.1  # seconds after a connection is established the peer knows of it, if the machine lets the director run
SYNC = "global_defs {\n    lvs_sync_daemon eth0 pair id 7\n}\n"


@pytest.fixture
def pair_of_directors(lab):
    farm = FlatPair(lab)
    farm.prepare_servers()
    farm.start_both(SYNC + service())
    return farm


def power_cut(farm: FlatPair) -> None:
    farm.director.power_off()


def link_cut(farm: FlatPair) -> None:
    farm.director.pull_cable()


def clean_stop(farm: FlatPair) -> None:
    farm.daemon.stop()


@pytest.mark.parametrize("ending", [power_cut, link_cut, clean_stop])
def test_no_download_breaks_when_the_master_goes(pair_of_directors, ending):
    farm = pair_of_directors
    crowd = Crowd(farm, clients=500, slow=250, length=100_000, seconds=20)
    wait_until(lambda: crowd.under_way() == crowd.slow, 60, "all slow downloads are under way")
    with Pauses() as pauses:
        time.sleep(0.6)  # the quick ones come and go
        moment = time.monotonic()
        ending(farm)
    told_within = TOLD_WITHIN + pauses.longest(moment - 0.5, moment)
    wait_until(lambda: holds(farm.peer, VIP), 20, "peer takes over")
    connections = crowd.end(120)
    survivors = established_before(connections, moment, by=told_within)
    assert len([row for row in survivors if row["slow"]]) == crowd.slow
    assert [row for row in survivors if row["broken"]] == []
    assert state(farm.peer_daemon) == "MASTER"
