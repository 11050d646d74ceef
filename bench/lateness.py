#!/usr/bin/python3 -B
"""How late adverts leave while the rest of drover works as hard as it can on the same two CPUs.

1,000 virtual routers at a second (250 on each of four interfaces), then 4 at 10 ms in version 3. Meanwhile 10,000
services are reloaded without a pause, every server with another weight each time, and 2,000 health checks a second are
made. Beside it a bare clock_nanosleep loop of the same priority on each CPU is as late as the machine makes it
(advert_watch.cpp).

    bench/lateness [--json] [--seconds N]
"""

import argparse
import sys
import threading
from pathlib import Path

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "lab/laboratory.py").exists())
sys.path.insert(0, str(ROOT))

from bench.rows import Row, show  # noqa: E402
from lab.directors import CONFIGURATION, Drover  # noqa: E402
from lab.host import Nic  # noqa: E402
from lab.laboratory import Lab  # noqa: E402
from lab.seed_network import PYTHON  # noqa: E402
from lab.waiting import wait_until  # noqa: E402

INTERFACES = 4
SERVICES, SERVERS, CHECK_EVERY = 10_000, 100, 5  # seconds: 2,000 checks a second
ALLOWED_MORE = 1000  # us at the 99.99th percentile
WATCH = ROOT / "build/release/bench/advert-watch"
SINK = ROOT / "bench/check_sink.py"
EDGES = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000]  # us
QUANTILES = {"median": 0.5, "99th percentile": 0.99, "99.99th percentile": 0.9999, "worst": 1.0}


class Director:
    """A host with four interfaces and all the virtual routers, and at their other ends one with all the servers."""

    def __init__(self, lab: Lab):
        lans = [lab.lan(f"site{n}") for n in range(INTERFACES)]
        self.names = [f"eth{n}" for n in range(INTERFACES)]
        self.host = lab.host("director", [Nic(name, lan, [f"10.{n}.0.1/16"], sends_from_xdp=True)
                                          for n, (name, lan) in enumerate(zip(self.names, lans))])
        self.servers = lab.host("servers", [Nic(name, lan, [f"10.{n}.0.2/16"])
                                            for n, (name, lan) in enumerate(zip(self.names, lans))])
        # One listener for all the servers' addresses.
        self.servers.run("ip route add local 10.0.8.0/24 dev lo")
        self.servers.spawn(f"{PYTHON} {SINK} 80", "sink")
        self.servers.wait_for_port(80)
        self.drover = Drover(self.host)

    def configure(self, routers: str, weight: int) -> None:
        self.host.write(CONFIGURATION, routers + "".join(service(n, weight) for n in range(SERVICES)))

    def start(self, routers: str, count: int) -> None:
        self.routers = routers
        self.configure(routers, 1)
        self.drover.start(60)
        wait_until(lambda: sum(row["state"].upper() == "MASTER" for row in self.drover.status()["instances"]) == count, 30,
                   "it is master of all")

    def reload_until(self, ends: threading.Event) -> int:
        """How often it was reloaded."""
        count = 0
        while not ends.is_set():
            count += 1
            self.configure(self.routers, 1 + count % 2)
            self.host.output("drover reload", seconds=60)
        return count


def service(number: int, weight: int) -> str:
    return (f"virtual_server 10.{number // 1000 + 100}.0.1 {1 + number % 1000} {{\n lb_algo rr\n lb_kind DR\n"
            f" protocol TCP\n delay_loop {CHECK_EVERY}\n real_server 10.0.8.{1 + number % SERVERS} 80 {{\n  weight {weight}\n"
            "  TCP_CHECK {\n   connect_timeout 3\n   connect_port 80\n  }\n }\n}\n")


def virtual_router(interface: int, vrid: int, version: int, interval: float) -> str:
    return (f"vrrp_instance r{interface}_{vrid} {{\n version {version}\n state MASTER\n interface eth{interface}\n"
            f" virtual_router_id {vrid}\n priority 200\n advert_int {interval:g}\n virtual_ipaddress {{\n"
            f"  10.{interface}.1.{vrid}/32\n }}\n}}\n")


CASES = {  # what it is called: (interval in seconds, its virtual routers)
    "1,000 virtual routers at 1 s": (1, [virtual_router(n, vrid, 2, 1) for n in range(INTERFACES) for vrid in range(1, 251)]),
    "4 virtual routers at 10 ms": (0.01, [virtual_router(n, 1, 3, 0.01) for n in range(INTERFACES)]),
}


def watch(director: Director, interval: float, seconds: int) -> tuple[dict[str, list[float]], int]:
    """Lateness in microseconds of "advert" and "sleep", sorted; and the number of reloads meanwhile."""
    ends, reloads = threading.Event(), []
    reloading = threading.Thread(target=lambda: reloads.append(director.reload_until(ends)))
    reloading.start()
    said = director.host.output(f"{WATCH} {int(interval * 1e6)} {seconds} {' '.join(director.names)}", seconds + 60)
    ends.set()
    reloading.join()
    late = {"advert": [], "sleep": []}
    for line in said.splitlines():
        kind, nanoseconds = line.split()
        late[kind].append(int(nanoseconds) / 1000)
    return {kind: sorted(values) for kind, values in late.items()}, reloads[0]


def quantile(values: list[float], part: float) -> float:
    return values[min(len(values) - 1, int(part * len(values)))]


def rows_of(case: str, late: dict[str, list[float]], reloads: int) -> list[Row]:
    rows = [Row(f"{case}: reloads meanwhile", reloads, "")]
    bare = quantile(late["sleep"], QUANTILES["99.99th percentile"])
    for name, part in QUANTILES.items():
        target = bare + ALLOWED_MORE if name == "99.99th percentile" else None
        rows.append(Row(f"{case}: adverts late, {name} of {len(late['advert'])}", round(quantile(late["advert"], part), 1),
                        "us", target))
        rows.append(Row(f"{case}: bare clock_nanosleep late, {name} of {len(late['sleep'])}",
                        round(quantile(late["sleep"], part), 1), "us"))
    return rows


def histogram(case: str, late: dict[str, list[float]]) -> str:
    lines = [f"\n{case:40} {'adverts':>10} {'bare sleep':>12}"]
    for low, high in zip([float("-inf"), *EDGES], [*EDGES, float("inf")]):
        counts = [sum(low < value <= high for value in late[kind]) for kind in ("advert", "sleep")]
        if any(counts):
            lines.append(f"{f'up to {high:g} us':>40} {counts[0]:>10} {counts[1]:>12}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=int, default=60, help="for each of the two cases")
    options = parser.parse_args()
    rows, histograms = [], []
    for case, (interval, routers) in CASES.items():
        with Lab() as lab:
            director = Director(lab)
            director.start("".join(routers), len(routers))
            late, reloads = watch(director, interval, options.seconds)
        rows += rows_of(case, late, reloads)
        histograms.append(histogram(case, late))
    show(rows, options.json)
    if not options.json:
        print("\n".join(histograms))


main()
