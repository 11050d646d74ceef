"""What words of virtual_server come to on a running director: groups, slow_start, words added by drover.conf, checks of
IPv6.

      client 10.9.0.9     director 10.9.0.1     web1 10.9.0.11     web2 10.9.0.12
          |                    |                   |                  |
    ------+--------------------+-------------------+------------------+------ 10.9.0.0/24 and fd00:9::/64
"""

import json

import pytest

from lab.directors import Drover
from lab.host import Nic
from lab.seed_network import HERE, PYTHON
from lab.waiting import wait_until

VIPS = ["10.9.0.100", "10.9.0.101", "10.9.0.102"]
WEB1, WEB2 = "10.9.0.11", "10.9.0.12"


class Farm:
    def __init__(self, lab):
        lan = lab.lan("site")
        self.client = lab.host("client", [Nic("eth0", lan, ["10.9.0.9/24"])])
        self.director = lab.host("director", [Nic("eth0", lan, ["10.9.0.1/24"], sends_from_xdp=True)], [],
                                 {"net.ipv4.conf.all.arp_announce": 2})
        self.servers = [lab.host(f"web{n}", [Nic("eth0", lan, [f"10.9.0.1{n}/24"])]) for n in (1, 2)]
        self.pages = {}
        for vip in VIPS:  # under no vrrp_instance: somebody else sets it
            self.director.run(f"ip address add {vip}/24 dev eth0")
        for server in self.servers:
            Drover.install(server)
            server.run("drover real start " + " ".join(f"--vip {vip}" for vip in VIPS))
            self.serve(server)
        self.daemon = Drover(self.director)

    def serve(self, server) -> None:
        self.pages[server.name] = server.spawn(f"{PYTHON} {HERE}/web_server.py {server.name} 80", "web")
        server.wait_for_port(80)

    def fail(self, server) -> None:
        self.pages[server.name].stop()

    def fetch(self, vip: str, times: int) -> list:
        return json.loads(self.client.output(f"{PYTHON} {HERE}/fetch.py http://{vip}/ 3 " + "10.9.0.9 " * times))

    def service(self, address: str) -> dict:
        services = self.daemon.status()["dataplane"]["services"]
        return next(row for row in services if row["service"]["address"] == address)

    def server(self, vip: str, server: str) -> dict | None:
        """None: it is out of the pool."""
        return next((row for row in self.service(vip)["servers"] if row["server"] == f"{server}:80"), None)


@pytest.fixture
def farm(lab):
    return Farm(lab)


def group(algo: str = "rr", more: str = "", last: int = 102) -> str:
    return f"""\
virtual_server_group farm {{
    10.9.0.100-{last} 80
}}
virtual_server group farm {{
    delay_loop 1
    lb_algo {algo}
    lb_kind DR
    protocol TCP
    {more}
    real_server {WEB1} 80 {{
        weight 100
        TCP_CHECK {{ connect_timeout 1
            retry 0 }}
    }}
    real_server {WEB2} 80 {{
        weight 100
        TCP_CHECK {{ connect_timeout 1
            retry 0 }}
    }}
}}
"""


def test_every_address_of_a_group_is_served_and_its_checks_speak_for_all(farm):
    farm.director.write("/etc/keepalived/keepalived.conf", group())
    farm.daemon.start()
    wait_until(lambda: all(farm.server(vip, web)["next_hop"] for vip in VIPS for web in (WEB1, WEB2)), 10, "next hops are known")
    for vip in VIPS:
        assert sorted(farm.fetch(vip, 4)) == ["web1", "web1", "web2", "web2"]
    farm.fail(farm.servers[1])
    wait_until(lambda: all(farm.server(vip, WEB2) is None for vip in VIPS), 20, "web2 is out of all")
    for vip in VIPS:
        assert farm.fetch(vip, 2) == ["web1", "web1"]
    rows = [row for row in farm.daemon.status()["checks"] if row["server"] == f"{WEB2}:80"]
    assert sorted(row["service"]["address"] for row in rows) == VIPS
    assert {row["state"] for row in rows} == {"down"}


def test_a_group_that_shrinks_gives_up_an_address_and_keeps_the_others(farm):
    farm.director.write("/etc/keepalived/keepalived.conf", group())
    farm.daemon.start()
    assert farm.daemon.ipvsadm().count("TCP ") == 3
    farm.director.write("/etc/keepalived/keepalived.conf", group(last=101))
    report = farm.director.output("drover reload")
    assert "service [10.9.0.102]:tcp:80 removed" in report
    assert "10.9.0.101" not in report
    assert farm.daemon.ipvsadm().count("TCP ") == 2


def test_drover_conf_adds_its_words_to_a_service_of_keepalived_conf(farm):
    farm.director.write("/etc/keepalived/keepalived.conf", group("wlc"))
    added = "include /etc/keepalived/keepalived.conf\nvirtual_server group farm {\n    slow_start 5\n}\n"
    farm.director.write("/etc/drover/drover.conf", added)
    Drover.install(farm.director)
    assert "nothing to complain about" in farm.director.output("drover check /etc/drover/drover.conf")
    farm.director.write("/etc/keepalived/keepalived.conf", group("wlc", "slow_start 5"))
    said = farm.director.run("drover check --json /etc/keepalived/keepalived.conf")
    assert [row["code"] for row in json.loads(said.stdout)["diagnostics"]] == ["own-word"]


def test_a_server_that_comes_back_rises_slowly_to_its_weight(farm):
    farm.director.write("/etc/keepalived/keepalived.conf", group("wlc", "slow_start 4"))
    farm.daemon.start()
    vip, seen = VIPS[1], []
    assert farm.server(vip, WEB2)["weight"] == 100
    assert farm.server(vip, WEB2)["rising_to"] is None
    farm.fail(farm.servers[1])
    wait_until(lambda: farm.server(vip, WEB2) is None, 20, "web2 is out of the pool")
    farm.serve(farm.servers[1])

    def look() -> bool:
        row = farm.server(vip, WEB2)
        if row is None:
            return False
        if not seen or seen[-1] != row["weight"]:
            seen.append(row["weight"])
        assert row["rising_to"] == (None if row["weight"] == 100 else 100)
        assert farm.server(vip, WEB1)["weight"] == 100
        return row["weight"] == 100

    wait_until(look, 20, "web2 has its full weight", every=0.02)
    assert seen == sorted(seen)
    assert seen[0] < 100 and set(seen) <= set(range(10, 101, 10))
    assert f"{WEB2}:80" in farm.daemon.ipvsadm() and "slow_start" not in farm.director.output("drover status")


def test_real_servers_of_ipv6_are_checked(farm):
    farm.director.run("ip address add fd00:9::1/64 dev eth0 nodad")
    farm.servers[0].run("ip address add fd00:9::11/64 dev eth0 nodad")
    web = farm.servers[0].spawn(f"{PYTHON} -m http.server --bind fd00:9::11 8080", "web6")
    farm.servers[0].wait_for_port(8080)
    check = "HTTP_GET { url { path /\n status_code 200 }\n retry 0\n delay_loop 1\n warmup 0 }"
    farm.director.write("/etc/keepalived/keepalived.conf", f"""\
virtual_server fd00:9::100 8080 {{
    lb_algo rr
    lb_kind DR
    protocol TCP
    real_server fd00:9::11 8080 {{
        {check}
    }}
}}
""")
    farm.daemon.start()

    def state() -> str:
        return next(row["state"] for row in farm.daemon.status()["checks"] if row["server"] == "[fd00:9::11]:8080")

    wait_until(lambda: state() == "up", 15, "the check has passed")
    web.stop()
    wait_until(lambda: state() == "down", 15, "the check has failed")
