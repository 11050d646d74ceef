"""Counters, rates and their zeroing, and what becomes of a service whose servers' MAC addresses change or are not known.

      client 10.9.0.9     director 10.9.0.1     web1 10.9.0.11     web2 10.9.0.12
          |                    |                   |                  |
    ------+--------------------+-------------------+------------------+------ 10.9.0.0/24
"""

import json

import pytest

from lab.directors import Drover
from lab.host import Nic
from lab.seed_network import HERE, PYTHON
from lab.waiting import wait_until

VIP, WEB1, WEB2, NOBODY = "10.9.0.100", "10.9.0.11", "10.9.0.12", "10.9.0.77"
CONFIGURATION = f"""\
virtual_server {VIP} 80 {{
    lb_algo rr
    lb_kind DR
    protocol TCP
    real_server {WEB1} 80 {{
        uthreshold 500
        lthreshold 400
    }}
    real_server {WEB2} 80 {{
    }}
}}
virtual_server {VIP} 81 {{
    lb_algo sh
    lb_kind DR
    protocol TCP
    real_server {NOBODY} 81 {{
    }}
}}
"""


class Site:
    def __init__(self, lab):
        lan = lab.lan("site")
        self.client = lab.host("client", [Nic("eth0", lan, ["10.9.0.9/24"])])
        self.director = lab.host("director", [Nic("eth0", lan, ["10.9.0.1/24"], sends_from_xdp=True)], [],
                                 {"net.ipv4.conf.all.arp_announce": 2})
        self.servers = [lab.host(f"web{n}", [Nic("eth0", lan, [f"10.9.0.1{n}/24"])]) for n in (1, 2)]
        self.director.run(f"ip address add {VIP}/24 dev eth0")
        for server in self.servers:
            Drover.install(server)
            server.run(f"drover real start --vip {VIP}")
            server.spawn(f"{PYTHON} {HERE}/web_server.py {server.name} 80", "web")
            server.wait_for_port(80)
        self.director.write("/etc/drover/drover.conf", CONFIGURATION)
        self.daemon = Drover(self.director).start()
        wait_until(lambda: all(self.mac(server) for server in (WEB1, WEB2)), 30, "both MAC addresses are known")

    def fetch(self, times: int, patience: int = 10) -> list:
        addresses = "10.9.0.9 " * times
        return json.loads(self.client.output(f"{PYTHON} {HERE}/fetch.py http://{VIP}/ {patience} {addresses}"))

    def service(self, port: int = 80) -> dict:
        return next(row for row in self.daemon.status()["dataplane"]["services"] if row["service"]["port"] == port)

    def mac(self, server: str) -> str | None:
        return next(row["next_hop"] for row in self.service()["servers"] if row["server"].startswith(server))

    def totals(self, options: str = "--stats") -> list[list[str]]:
        """The numbers of the service and of its two servers."""
        rows = self.daemon.ipvsadm(f"-Ln -t {VIP}:80 {options}").splitlines()[2:]
        return [row.split("->")[-1].split()[-5:] for row in rows]

    def settle(self) -> None:
        """Until the last packet of every connection has passed the director: no server has one open any more."""
        wait_until(lambda: not any(server.output("ss -Htan state connected sport = :80") for server in self.servers), 20,
                   "all connections are over")

    def said(self, sentence: str, port: int) -> int:
        """How often it was said of the service with this port."""
        return sum(f"]:tcp:{port} {sentence}" in line for line in self.daemon.said().splitlines())


@pytest.fixture
def site(lab):
    return Site(lab)


def test_zeroed_counters_stay_so_over_a_restart_of_the_daemon(site):
    site.fetch(10)
    assert [row[0] for row in site.totals()] == ["10", "5", "5"]
    # Rates sink back to nought: there is traffic as long as they are looked for.
    rated = wait_until(lambda: site.fetch(2) and whole_rates(site.service()), 20, "the rates are seen")
    assert rated["rates"]["bytes"] > rated["rates"]["packets"]
    wait_until(lambda: site.fetch(2) and site.totals("--rate")[0][1] != "0", 20, "ipvsadm shows a rate")

    site.settle()
    site.director.run(f"ipvsadm -Z -t {VIP}:80")
    assert {number for row in site.totals() for number in row} == {"0"}
    assert site.service()["rates"] == {"connections": 0, "packets": 0, "bytes": 0}

    site.daemon.kill()
    site.daemon.start()
    assert {number for row in site.totals() for number in row} == {"0"}
    site.fetch(4)
    assert [row[0] for row in site.totals()] == ["4", "2", "2"]
    site.settle()
    site.director.run("ipvsadm -Z")
    assert {number for row in site.totals() for number in row} == {"0"}


def whole_rates(service: dict) -> dict | None:
    """The service, if it and each of its servers has a rate."""
    return service if all(row["rates"]["packets"] for row in (service, *service["servers"])) else None


def test_zeroing_what_is_not_there_says_what_ipvsadm_says(site):
    for arguments in (f"-Z -t {VIP}:8080", "-Z -f 5"):
        refused = site.director.run(f"ipvsadm {arguments}", check=False)
        assert (refused.returncode, refused.stderr) == (255, "No such service\n")


def test_the_listing_shows_thresholds(site):
    rows = site.daemon.ipvsadm(f"-Ln -t {VIP}:80 --thresholds").splitlines()
    assert rows[3] == f"  -> {WEB1}:80                 500        400        0          0         "


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "silently"])
def test_a_server_with_another_mac_is_found(site, announced):
    new = "02:00:00:00:aa:0b"
    web1 = site.servers[0]
    web1.run(f"sysctl -qw net.ipv4.conf.eth0.arp_notify={int(announced)}")
    web1.run(f"ip link set dev eth0 address {new}")
    wait_until(lambda: site.mac(WEB1) == new, 30, "the director knows the new MAC")
    pages = site.fetch(6)
    assert sum("web1" in str(page) for page in pages) == 3 and sum("web2" in str(page) for page in pages) == 3


def test_a_service_that_nobody_can_be_reached_for_says_so_once(site):
    lost, found = "cannot be served: the MAC address of none", "can be served again"
    wait_until(lambda: site.said(lost, 81), 30, "it is said in the log")
    assert site.service(81)["unreachable"] and not site.service()["unreachable"]
    assert "the MAC address of none of its servers is known" in site.director.output("drover status")

    site.servers[0].run(f"ip address add {NOBODY}/24 dev eth0")
    wait_until(lambda: site.said(found, 81), 30, "that it is known is said, too")
    assert not site.service(81)["unreachable"]
    assert (site.said(lost, 81), site.said(found, 81)) == (1, 1)
