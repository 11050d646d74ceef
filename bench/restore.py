#!/usr/bin/python3 -B
"""How long what a director holds is missing when another hand has deleted it: addresses, routes, rules, virtual and static.

ip(8) on the director's own host tells when the kernel took each away and had it again, so the time is that between two
events of the kernel as a process there sees them. Each round is another director's, since one whose things are deleted ten
times in a row takes pauses.

    bench/restore [--json] [--rounds N]
"""

import argparse
import re
import statistics
import sys
from datetime import datetime
from pathlib import Path

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "lab/laboratory.py").exists())
sys.path.insert(0, str(ROOT))

from bench.rows import Row, show  # noqa: E402
from lab.directors import CONFIGURATION, Drover, holds  # noqa: E402
from lab.laboratory import Lab  # noqa: E402
from lab.pair import VIP, Pair, configuration  # noqa: E402
from lab.waiting import wait_until  # noqa: E402

HELD = """
static_ipaddress {
    10.7.0.1/24 dev eth0
}
static_routes {
    10.8.0.0/16 via 10.7.0.9
}
static_rules {
    from 10.8.0.0/16 lookup 80 preference 800
}
"""
HELD_BY_MASTER = """
virtual_ipaddress_excluded {
    10.9.0.101/24
}
virtual_routes {
    10.5.0.0/16 via 10.9.0.9
}
virtual_rules {
    from 10.5.0.0/16 lookup 50 preference 500
}
"""
# What ip monitor calls it, and how it is deleted.
THINGS = {
    "virtual address": ("10.9.0.101/24 ", "ip address del 10.9.0.101/24 dev eth0"),
    "virtual route": ("10.5.0.0/16 via", "ip route del 10.5.0.0/16"),
    "virtual rule": ("500:", "ip rule del preference 500"),
    "static address": ("10.7.0.1/24 ", "ip address del 10.7.0.1/24 dev eth0"),
    "static route": ("10.8.0.0/16 via", "ip route del 10.8.0.0/16"),
    "static rule": ("800:", "ip rule del preference 800"),
}
IN_A_ROW = 3  # of each thing
TARGET = 200  # ms
LINE = re.compile(r"^\[([^]]+)\] ?(Deleted )?(.*)$")


def gaps(said: str, thing: str) -> list[float]:
    """Milliseconds between each Deleted and the next event without it."""
    found, deleted = [], None
    for when, is_deletion, what in (match.groups() for match in map(LINE.match, said.splitlines()) if match):
        if thing not in what:
            continue
        at = datetime.fromisoformat(when)
        if is_deletion:
            deleted = at
        elif deleted:
            found.append((at - deleted).total_seconds() * 1000)
            deleted = None
    return found


def measure() -> dict[str, list[float]]:
    with Lab() as lab:
        pair = Pair(lab)
        pair.left.write(CONFIGURATION, HELD + configuration(100, more=HELD_BY_MASTER))
        daemon = Drover(pair.left).start()
        wait_until(lambda: holds(pair.left, VIP) and "10.5.0.0/16" in pair.left.output("ip route"), 8, "it is MASTER")
        monitor = pair.left.spawn("ip -ts -o monitor address route rule", "monitor")
        for number in range(IN_A_ROW):
            for name, (thing, command) in THINGS.items():
                pair.left.run(command)
                wait_until(lambda: len(gaps(monitor.said(), thing)) > number, 10, f"the {name} is back\n{daemon.said()}")
        return {name: gaps(monitor.said(), thing) for name, (thing, _) in THINGS.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    rounds = [measure() for _ in range(options.rounds)]
    rows = []
    for name in THINGS:
        measured = [gap for one in rounds for gap in one[name]]
        rows.append(Row(f"{name} deleted by hand, missing for, median", round(statistics.median(measured), 2), "ms"))
        rows.append(Row(f"{name} deleted by hand, missing for, worst of {len(measured)}", round(max(measured), 2), "ms", TARGET))
    show(rows, options.json)


main()
