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
from lab.holdings import STATIC, STATIC_BY_HAND, VIRTUAL, VIRTUAL_BY_HAND  # noqa: E402
from lab.laboratory import Lab  # noqa: E402
from lab.pair import VIP, Pair, configuration  # noqa: E402
from lab.waiting import wait_until  # noqa: E402

THINGS = VIRTUAL_BY_HAND | STATIC_BY_HAND
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


def as_monitored(name: str) -> str:
    """What ip monitor says of a thing, of its name: no kind, and no preference, which it says first."""
    return name.split(" ", 1)[1].split(" preference ")[0]


def measure() -> dict[str, float]:
    with Lab() as lab:
        pair = Pair(lab)
        pair.left.write(CONFIGURATION, STATIC + configuration(100, more=VIRTUAL))
        daemon = Drover(pair.left).start()
        wait_until(lambda: holds(pair.left, VIP) and "10.5.0.0/16" in pair.left.output("ip route"), 8, "it is MASTER")
        monitor = pair.left.spawn("ip -ts -o monitor address route rule", "monitor")
        missing = {}
        for name, command in THINGS.items():
            pair.left.run(command)
            missing[name] = wait_until(lambda: gaps(monitor.said(), as_monitored(name)), 10,
                                       f"the {name} is back\n{daemon.said()}")[0]
        return missing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    rounds = [measure() for _ in range(options.rounds)]
    rows = []
    for name in THINGS:
        measured = [one[name] for one in rounds]
        rows.append(Row(f"{name}: missing for, median", round(statistics.median(measured), 2), "ms"))
        rows.append(Row(f"{name}: missing for, worst of {len(measured)}", round(max(measured), 2), "ms", TARGET))
    show(rows, options.json)


main()
