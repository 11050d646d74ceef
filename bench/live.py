#!/usr/bin/python3 -B
"""Live frames through veth pairs: what the packet path carries beside a bare XDP_TX and beside the kernel.

One host sends frames (live_sender.cpp) to several directors, each behind a veth pair of its own, and takes back what
they forward. One CPU does all of it, so the time of a frame is that of the sender, the veth pair both ways, the director
and the sink; all but the director's share is the same in every row. Rounds go through all rows in turn; a ratio is the
median of the rounds' ratios. A row that loses a frame is void.

    bench/live [--json] [--rounds N] [--frames N]
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "lab/laboratory.py").exists())
sys.path.insert(0, str(ROOT))

from bench.live_wire import VIP, Void, Wire, leave_the_cpu  # noqa: E402
from bench.rows import Row, show  # noqa: E402
from lab.directors import Drover  # noqa: E402
from lab.laboratory import Lab  # noqa: E402
from lab.waiting import wait_until  # noqa: E402

MANY = 1 << 14
KILLS = 3
SERVERS = ["172.51.96.235", "172.51.96.236"]
PLAIN, FORWARDING, NFTABLES = "plain XDP_TX", "kernel forwarding, 16Ki flows", "nftables DNAT + conntrack, 16Ki flows"
DR = {1: "DR, 1 flow", MANY: "DR, 16Ki flows", 1 << 20: "DR, 1Mi flows"}
RATIOS = [  # (row, the row it is compared with, at least so many times as fast)
    (DR[1], PLAIN, None), (DR[MANY], PLAIN, 0.65), (DR[1 << 20], PLAIN, None),
    (DR[MANY], FORWARDING, 2.5), (DR[MANY], NFTABLES, 7),
]

# Everything goes back to the sender; XDP in front only makes the veth take frames (see plain_pass), and is faster
# here than GRO, which does so too.
KERNEL_ROUTER = f"""
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.eth0.send_redirects=0 net.ipv4.conf.all.send_redirects=0
ip neighbour add 172.51.96.1 lladdr %s dev eth0
ip route add {VIP} via 172.51.96.1
ip route add 172.51.98.0/24 via 172.51.96.1
"""
DNAT = f"""
table ip balance {{
    chain first {{
        type nat hook prerouting priority dstnat
        ip daddr {VIP} tcp dport 80 dnat to numgen inc mod 2 map {{ 0 : 172.51.98.1, 1 : 172.51.98.2 }}
    }}
}}
"""
SERVICE = f"""
virtual_server {VIP} 80 {{
    lb_algo rr
    lb_kind DR
    protocol TCP
    real_server {SERVERS[0]} 80 {{
    }}
    real_server {SERVERS[1]} 80 {{
    }}
}}
"""


class Bench:
    def __init__(self, lab: Lab, rounds: int, frames: int):
        self.lab, self.rounds, self.frames = lab, rounds, frames
        self.sender = lab.host("sender", [])
        self.wires = 0
        self.void: dict[str, str] = {}  # row -> why

    def wire(self, name: str) -> Wire:
        self.wires += 1
        return Wire(self.lab, self.sender, self.wires, name)

    def kernel_router(self, name: str) -> Wire:
        wire = self.wire(name)
        wire.director.run("set -e" + KERNEL_ROUTER % wire.sender_mac)
        wire.direct("plain-pass")
        wire.director.run("ethtool -K eth0 gro off")  # some kernels switch it on with XDP
        return wire

    def lines(self) -> dict:
        """Row -> how to measure it once."""
        plain, balance, large = self.wire("plain"), self.wire("drover"), self.wire("drover-1Mi")
        plain.direct("plain-tx")
        balance.direct("balance")
        large.direct("balance-1Mi")
        forwarding, nftables = self.kernel_router("forwarding"), self.kernel_router("nftables")
        nftables.director.write("/etc/drover/balance.nft", DNAT)
        nftables.director.run("nft -f /etc/drover/balance.nft")

        def through_conntrack() -> float:
            ns = nftables.measure(MANY, self.frames)
            tracked = int(nftables.director.output("cat /proc/sys/net/netfilter/nf_conntrack_count"))
            if tracked < MANY:
                raise Void(f"{tracked} of {MANY} flows are in the connection tracking table")
            return ns

        return {
            PLAIN: lambda: plain.measure(MANY, self.frames),
            DR[1]: lambda: balance.measure(1, self.frames, "--open"),
            DR[MANY]: lambda: balance.measure(MANY, self.frames, "--open"),
            DR[1 << 20]: lambda: large.measure(1 << 20, self.frames, "--open"),
            FORWARDING: lambda: forwarding.measure(MANY, self.frames),
            NFTABLES: through_conntrack,
        }

    def speed(self) -> list[Row]:
        lines = self.lines()
        measured: dict[str, list[float]] = {name: [] for name in lines}
        for _ in range(self.rounds):
            for name, measure in lines.items():
                try:
                    measured[name].append(measure())
                except Void as why:
                    self.void[name] = str(why)
        rows = [Row(f"{name}, a frame", self.median(measured[name], name), "ns") for name in lines]
        for name, other, target in RATIOS:
            ratios = [b / a for a, b in zip(measured[name], measured[other])]
            rows.append(Row(f"{name}, against {other}", self.median(ratios, name, other), "x", target, at_least=True))
        return rows

    def median(self, values: list[float], *names: str) -> float | None:
        return None if any(name in self.void for name in names) else statistics.median(values)

    def under_load(self, name: str, what: str, wire: Wire, disturb) -> list[Row]:
        """`disturb` does meanwhile what may lose frames; what it returns then tells how often."""
        try:
            load = wire.load(MANY, self.frames)
            how_often = disturb()
            sent, refused, lost = load.stop()
            times = how_often()
        except Void as why:
            self.void[name] = str(why)
            return [Row(f"{name}: frames lost", None, "frames", 0)]
        return [Row(f"{name}: {what}", times, "times"), Row(f"{name}: frames sent", sent, "frames"),
                Row(f"{name}: of these refused by the veth pair", refused, "frames"),
                Row(f"{name}: frames lost", lost, "frames", 0)]

    def program_swap(self) -> list[Row]:
        wire = self.wire("swap")
        director = wire.direct("swap")

        def swap():
            time.sleep(5)  # how long frames are sent while programs change every 15 ms
            return swaps

        def swaps() -> int:
            director.stop()
            return int(director.said().split()[-1])

        return self.under_load("program swap under full load", "programs", wire, swap)

    def daemon_restart(self) -> list[Row]:
        wire = self.wire("daemon")
        self.sender.run("\n".join(f"ip address add {address}/24 dev {wire.card}" for address in SERVERS))
        wire.director.write("/etc/drover/drover.conf", SERVICE)
        daemon = Drover(wire.director).start()
        wait_until(lambda: self.resolved(daemon), 10, "both real servers' MAC addresses are known")

        def restart():
            for _ in range(KILLS):
                time.sleep(0.5)  # frames are sent with a daemon, and then without
                daemon.kill()
                time.sleep(0.5)
                daemon.start(30)
            time.sleep(0.5)
            return lambda: KILLS

        rows = self.under_load("daemon kill -9 and restart under full load", "kills", wire, restart)
        daemon.stop()
        return rows

    @staticmethod
    def resolved(daemon: Drover) -> bool:
        (service,) = daemon.status()["dataplane"]["services"]
        return len(service["servers"]) == 2 and all(server["next_hop"] for server in service["servers"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--frames", type=int, default=1_000_000, help="in each row of each round")
    options = parser.parse_args()
    leave_the_cpu()
    with Lab() as lab:
        bench = Bench(lab, options.rounds, options.frames)
        rows = bench.speed() + bench.program_swap() + bench.daemon_restart()
    for name, why in bench.void.items():
        print(f"live: {name} is void: {why}", file=sys.stderr)
    show(rows, options.json)
    return 1 if bench.void else 0


sys.exit(main())
