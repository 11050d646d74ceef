#!/usr/bin/python3 -B
"""How long the public address is silent when its director loses power: drover and Debian's keepalived, in one lab.

The seed's directors (priorities 110 and 105, adverts every second), once with drover on both and once with keepalived
2.2.7 on both; the client pings the address every 10 ms. A power cut falls at a random moment of the advert interval, so
between 2 and 3 intervals plus the skew of 0.59 s are what VRRP allows; the rest is the program's own.

    bench/failover [--json] [--rounds N]
"""

import argparse
import json
import random
import re
import statistics
import sys
import time
from pathlib import Path

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "lab/seed_network.py").exists())
sys.path.insert(0, str(ROOT))

from lab.directors import Drover, Keepalived, holds  # noqa: E402
from lab.laboratory import Lab  # noqa: E402
from lab.seed_network import VIP, SeedNetwork  # noqa: E402
from lab.waiting import wait_until  # noqa: E402

CONFIGURATION = """
vrrp_instance http {
    state BACKUP
    interface eth0
    virtual_router_id 60
    priority %d
    advert_int 1
    virtual_ipaddress {
        172.51.97.175/24 dev eth0
    }
}
"""


def outage(network: SeedNetwork, program) -> float:
    """Seconds between the last answer before the power cut and the first one after it."""
    for host, priority in ((network.master, 110), (network.backup, 105)):
        host.write("/etc/keepalived/keepalived.conf", CONFIGURATION % priority)
    running = program(network.master)
    running.start()
    wait_until(lambda: holds(network.master, VIP), 8, "the first director holds the VIP")
    program(network.backup).start()
    pings = network.client.spawn(f"ping -D -n -i 0.01 {VIP}", "ping")
    wait_until(lambda: pings.said().count("icmp_seq") > 100, 10, "the VIP answers")
    time.sleep(random.uniform(2.0, 3.0))  # any moment of the advert interval; the backup has heard some
    cut = time.time()
    network.master.power_off()
    wait_until(lambda: replies(pings) and replies(pings)[-1] > cut + 0.5, 10, "the VIP answers again")
    pings.stop()
    times = replies(pings)
    return max(after - before for before, after in zip(times, times[1:]))


def replies(pings) -> list[float]:
    return [float(stamp) for stamp in re.findall(r"^\[([0-9.]+)\] .*icmp_seq", pings.said(), re.M)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rows = []
    for name, program in (("drover", Drover), ("keepalived 2.2.7", Keepalived)):
        measured = []
        for _ in range(options.rounds):
            with Lab() as lab:
                measured.append(1000 * outage(SeedNetwork(lab), program))
        for kind, value in (("median", statistics.median(measured)), ("shortest", min(measured)), ("longest", max(measured))):
            rows.append({"name": f"outage of a ping, {name}, {kind}", "value": round(value), "unit": "ms",
                         "target": None, "met": None})
    if options.json:
        print(json.dumps({"rows": rows}))
    else:
        for row in rows:
            print(f"{row['name']:48} {row['value']:6} {row['unit']}")


main()
