#!/usr/bin/python3 -B
"""Instructions a packet on kernel 6.1, drover's packet path beside the kernel's IPVS, both by direct routing with rr.

Measured in the reference machine under --icount, where a nanosecond is an instruction and a run repeats exactly. What
counts is the director's share: of a packet's whole way, less the same way with the packet thrown away as soon as the
director has it (icount_guest.sh tells which way). Instructions are not time: cache misses do not count.

    bench/icount [--json] [--packets N]
"""

import argparse
import sys
from pathlib import Path

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "lab/reference_vm.py").exists())
sys.path.insert(0, str(ROOT))

from bench.rows import Row, show  # noqa: E402
from lab import reference_vm  # noqa: E402

BUILD = ROOT / "build/release"
WAYS = [  # (how the packets come and leave, names of the runs after "ipvs-" and "drover-", and of the same cut short)
    ("one at a time (pktgen), one interface", "80", "drop"),
    ("one at a time (pktgen), two interfaces", "81", "drop"),
    ("64 at a time (live frames), one interface", "live", "live-drop"),
]


class Void(RuntimeError):
    """A measurement that means nothing, and why."""


def runs(packets: int) -> dict[str, tuple[int, int, int]]:
    """Run -> packets sent, packets that came to the end, instructions a packet."""
    programs = [BUILD / "drover", BUILD / "bench/live-sender", BUILD / "bench/live-director"]
    with reference_vm.packed("icount", programs) as folder:
        said = reference_vm.run(ROOT / "bench/icount_guest.sh", [folder], [str(packets)], seconds=500, icount=True)
    lines = [line.split() for line in said.splitlines()]
    return {words[0]: tuple(map(int, words[1:])) for words in lines if len(words) == 4}


def share(measured: dict, program: str, way: str, cut: str) -> int:
    sent, received, whole = measured[f"{program}-{way}"]
    if received != sent:
        raise Void(f"{program}, {way}: {received} of {sent} packets came to the end")
    sent, received, short = measured[f"{program}-{cut}"]
    if received != 0:
        raise Void(f"{program}, {cut}: {received} of {sent} packets came to the end, though thrown away before")
    return whole - short


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--packets", type=int, default=100_000, help="in each run")
    options = parser.parse_args()
    if not reference_vm.is_here():
        print(f"icount: the reference machine is not here ({reference_vm.FOLDER} is missing)", file=sys.stderr)
        return 1
    measured = runs(options.packets)
    rows = []
    for name, way, cut in WAYS:
        try:
            ipvs, drover = share(measured, "ipvs", way, cut), share(measured, "drover", way, cut)
        except Void as why:
            print(f"icount: {why}", file=sys.stderr)
            rows.append(Row(f"{name}: drover against IPVS", None, "x", 0.25))
            continue
        rows += [Row(f"{name}: IPVS", ipvs, "instructions"), Row(f"{name}: drover", drover, "instructions"),
                 Row(f"{name}: drover against IPVS", round(drover / ipvs, 3), "x", 0.25)]
    show(rows, options.json)
    return 1 if any(row.value is None for row in rows) else 0


sys.exit(main())
