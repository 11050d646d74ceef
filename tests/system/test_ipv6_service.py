"""A service of IPv6 from the client to the listings (network: lab/flat_farm.py)."""

import re

import pytest

from lab.flat_farm import CLIENT6, VIP6, WEB6, FlatFarm, service
from lab.waiting import wait_until


@pytest.fixture
def farm(lab):
    network = FlatFarm(lab)
    network.start(service(WEB6, VIP6))
    return network


def test_new_connections_alternate_and_the_listings_show_them(farm):
    pages = farm.fetch([CLIENT6] * 6, VIP6)
    assert sorted(pages[:2]) == ["web1", "web2"] and pages == pages[:2] * 3
    # The last FIN may be on its way yet.
    wait_until(lambda: [row["state"] for row in farm.connections()] == ["FIN_WAIT"] * 6, 10, "all six are in their end")
    listing = farm.daemon.ipvsadm()
    assert f"TCP  [{VIP6}]:80 rr" in listing.splitlines()
    for server in WEB6:
        assert re.search(rf"^  -> \[{server}\]:80 +Route +1 +0 +3 +$", listing, re.MULTILINE), listing
    rows = farm.daemon.ipvsadm("-Lnc").splitlines()[2:]
    assert len(rows) == 6
    for row in rows:
        assert re.match(rf"TCP 0[12]:\d\d  FIN_WAIT    \[{CLIENT6}\]:\d+ +\[{VIP6}\]:80 +\[fd00:9::1[12]\]:80$", row.strip()), row


def test_a_large_download_comes_whole(farm):
    assert farm.download(3_000_000, vip=VIP6, source=CLIENT6).whole()
    assert farm.verdicts()["forwarded"] > 100


def test_a_persistent_client_stays_on_its_server(farm):
    farm.reload(service(WEB6, VIP6, more="persistence_timeout 60"))
    pages = farm.fetch([CLIENT6] * 4, VIP6)
    assert None not in pages and len(set(pages)) == 1
    templates = [row for row in farm.connections() if row["template"]]
    assert [row["client"] for row in templates] == [f"[{CLIENT6}]:0"]
