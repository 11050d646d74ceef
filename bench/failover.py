#!/usr/bin/python3 -B
"""How long a client has no answer when its director goes: drover and Debian's keepalived, in one lab.

Each program has both directors of a site (failover_site.py says what the site is), once for each advert interval: 1 s in
version 2, 100 ms and 10 ms in version 3. The client asks every millisecond, so that is what can be told apart. Things
happen at moments spread evenly over the advert interval, the same for both programs. Recovery is the boot after the
power cut, with preemption. A planned handover is drover's alone.

    bench/failover [--json] [--rounds N] [--slow-rounds N] [--interval SECONDS]...
"""

import argparse
import statistics
import sys
from collections import defaultdict
from pathlib import Path

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "lab/seed_network.py").exists())
sys.path.insert(0, str(ROOT))

from bench.failover_site import EVENTS, EVENTS_OF_DROVER, RECOVERY_FROM, DroverSite, Interval, KeepalivedSite  # noqa: E402
from bench.rows import Row, show  # noqa: E402
from lab.laboratory import Lab  # noqa: E402

SITES = {"drover": DroverSite, "keepalived": KeepalivedSite}
RECOVERY = "recovery with preemption"
AT_10_MS, IN_ORDER = 45, 20  # targets, ms: by adverts of 10 ms, and where the director leaves in order
RESOLUTION = 1  # ms: how often the client asks


def measure(kind: type, interval: Interval, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of silence, by what happened."""
    silence = defaultdict(list)
    events = EVENTS | EVENTS_OF_DROVER if kind is DroverSite else EVENTS
    with Lab() as lab:
        site = kind(lab, interval)
        for number in range(rounds):
            for event, (happen, come_back) in events.items():
                silence[event].append(1000 * site.outage(happen, (number + 0.5) / rounds))
                back = 1000 * site.recovery(come_back)
                if event == RECOVERY_FROM:
                    silence[RECOVERY].append(back)
    return silence


def target(event: str, interval: Interval, of_keepalived: list[float]) -> float:
    """For the median, ms: never worse than keepalived as far as can be told, and what is promised beside that."""
    if event in EVENTS_OF_DROVER:
        return IN_ORDER
    never_worse = statistics.median(of_keepalived) + RESOLUTION
    if event == "clean stop":
        return min(IN_ORDER, never_worse)
    return min(AT_10_MS, never_worse) if interval.seconds == 0.01 else never_worse


def rows_of(interval: Interval, rounds: int) -> list[Row]:
    silence = {name: measure(kind, interval, rounds) for name, kind in SITES.items()}
    rows = []
    for event in silence["drover"]:
        for name in [name for name in SITES if event in silence[name]]:
            measured = silence[name][event]
            promised = target(event, interval, silence["keepalived"].get(event, [])) if name == "drover" else None
            rows.append(Row(f"{interval.name}, {event}, {name}, median", round(statistics.median(measured), 1), "ms",
                            promised))
            rows.append(Row(f"{interval.name}, {event}, {name}, worst of {len(measured)}", round(max(measured), 1), "ms"))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=20, help="at intervals below a second")
    parser.add_argument("--slow-rounds", type=int, default=10, help="at a second")
    parser.add_argument("--interval", type=float, action="append", help="only this advert interval, in seconds")
    options = parser.parse_args()
    rows = []
    for seconds in options.interval or (1, 0.1, 0.01):
        rows += rows_of(Interval(seconds), options.slow_rounds if seconds >= 1 else options.rounds)
    show(rows, options.json)


main()
