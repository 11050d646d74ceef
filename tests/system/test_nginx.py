"""Debian's nginx as the web server of the farm's real servers (network: lab/farm.py)."""

import pytest

from lab.farm import RIP1, RIP2, Farm
from lab.nginx import Nginx
from lab.seed_network import CLIENTS
from lab.waiting import wait_until


class NginxFarm(Farm):
    def serve_pages(self) -> None:
        self.nginx = {}
        for server, address in zip(self.real_servers, (RIP1, RIP2)):
            pages = {"index.html": f"nginx on {address}\n", "info.php": "all is well\n"}
            self.nginx[address] = Nginx(server, pages, [80, 8080]).start()

    def seen(self, server: str) -> list[tuple[str, str]]:
        """State and last result of the seed's HTTP_GET checks of a real server, as `drover status` shows them."""
        return [(row["state"], row["last_result"]) for row in self.daemons[0].status()["checks"]
                if row["kind"] == "HTTP_GET" and row["server"] == f"{server}:80"]


@pytest.fixture
def farm(lab):
    return NginxFarm(lab).start()


def served_by(farm, sources: list[str]) -> set[str]:
    """The real servers whose page these clients got; each must have got one."""
    pages = farm.fetch(sources)
    assert set(pages) <= {f"nginx on {RIP1}", f"nginx on {RIP2}"}, pages
    return {page.removeprefix("nginx on ") for page in pages}


def askers(nginx: Nginx) -> set[str]:
    """Who asked for the page that the checks are about."""
    return {line.split()[0] for line in nginx.requests() if '"GET /info.php' in line}


def test_pages_are_fetched_through_the_vip_and_the_checks_are_up(farm):
    wait_until(lambda: all(farm.seen(address)[0][0] == "up" for address in farm.nginx), 30, "both checks have passed")
    assert {result for address in farm.nginx for _, result in farm.seen(address)} == {"GET /info.php: status 200"}
    assert served_by(farm, CLIENTS[:8]) == {RIP1, RIP2}
    for address, nginx in farm.nginx.items():
        clients = {line.split()[0] for line in nginx.requests() if '"GET / HTTP/1.1" 200' in line}
        assert clients and clients <= set(CLIENTS[:8]), "the server sees its clients' own addresses"
        wait_until(lambda: askers(nginx) == {"172.51.96.119", "172.51.96.105"}, 30, f"both directors check {address}")


def test_a_server_whose_nginx_stops_leaves_and_comes_back_with_it(farm):
    wait_until(lambda: all(farm.seen(address)[0][0] == "up" for address in farm.nginx), 30, "both checks have passed")
    assert farm.nginx[RIP1].stop() == 0
    wait_until(lambda: RIP1 not in farm.listing(), 30, "it leaves the pool")
    state, why = farm.seen(RIP1)[0]
    assert state == "down" and "Connection refused" in why
    assert served_by(farm, CLIENTS[:20]) == {RIP2}
    farm.nginx[RIP1].start()
    wait_until(lambda: RIP1 in farm.listing(), 30, "it comes back")
    assert farm.seen(RIP1)[0][0] == "up"
    assert RIP1 in served_by(farm, CLIENTS[20:40]), "and gets connections of new clients"


def test_a_page_that_is_missing_is_a_failure(farm):
    farm.real_servers[1].run("rm /run/nginx/www/info.php")
    wait_until(lambda: RIP2 not in farm.listing(), 30, "it leaves the pool")
    assert "404" in farm.seen(RIP2)[0][1]
    assert served_by(farm, CLIENTS[:8]) == {RIP1}
