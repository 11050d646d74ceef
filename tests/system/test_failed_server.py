"""A server that fails in the midst of new connections: the judgement, and the last of them (network: lab/farm.py).

That the judgement is in force within 10 ms is held by tests/app/judgement_test.cpp, where nothing stands between a packet
and its time. Here a connection began when the client says so, before its SYN; so it met the packet path later still, and
may not be the failed server's if it began when the judgement was in force. Every host has the same clock.
"""

from datetime import datetime

import pytest

from lab.farm import RIP1, RIP2, Farm
from lab.seed_network import VIP
from lab.waiting import wait_until

PORT = 8080
CONFIGURATION = f"""\
virtual_server {VIP} {PORT} {{
    delay_loop 1
    lb_algo rr
    lb_kind DR
    protocol TCP
""" + "".join(f"""\
    real_server {server} {PORT} {{
        HTTP_GET {{
            url {{
                path /info.php
                status_code 200
            }}
            retry 0
        }}
    }}
""" for server in (RIP1, RIP2)) + """\
}
include /etc/keepalived/keepalived.conf
"""


def microseconds(time: str) -> int:
    moment = datetime.fromisoformat(time)
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


@pytest.fixture
def farm(lab):
    farm = Farm(lab).start()
    farm.master.write("/etc/drover/drover.conf", CONFIGURATION)
    farm.daemons[0].reload()
    wait_until(lambda: [check(farm, server)["state"] for server in (RIP1, RIP2)] == ["up", "up"], 30, "both are up")
    return farm


def check(farm, server: str) -> dict:
    return next((row for row in farm.daemons[0].status()["checks"]
                 if row["kind"] == "HTTP_GET" and row["server"] == f"{server}:{PORT}"), {"state": ""})


def test_none_goes_to_it_once_the_judgement_is_in_force(farm):
    steady = farm.connect_steadily(PORT)
    wait_until(lambda: connections(farm) > 100, 60, "connections flow")
    farm.fail(farm.web1)
    wait_until(lambda: check(farm, RIP1)["state"] == "down", 30, "it is found down")
    judgement = check(farm, RIP1)
    before = connections(farm)
    wait_until(lambda: connections(farm) > before + 100, 60, "connections flow on")
    seen = steady.stop()

    judged, in_force = microseconds(judgement["since"]), microseconds(judgement["in_force"])
    assert judged <= in_force
    earlier = [page for began, page in seen if began < judged]
    later = [page for began, page in seen if began > in_force]
    assert sum(RIP1 in (page or "") for page in earlier) > 20, "it had its share before"
    assert len(later) > 50 and set(later) == {f"RIP2({RIP2})"}


def connections(farm) -> int:
    service = next(row for row in farm.daemons[0].status()["dataplane"]["services"] if row["service"]["port"] == PORT)
    return int(service["counters"]["connections"])
