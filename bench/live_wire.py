"""The sending host of bench/live, and the directors that are plugged into it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

from lab.host import CommandFailed, Host
from lab.laboratory import Lab
from lab.process import Process
from lab.waiting import wait_until

PROGRAMS = Path(__file__).resolve().parents[1] / "build/release/bench"
VIP = "172.51.97.175"
DIRECTOR = "172.51.96.119"
CPU = max(os.sched_getaffinity(0))  # the one that frames are sent, forwarded and received on


def leave_the_cpu() -> None:
    """For this program and all that it starts, but for senders: a program on the sender's CPU would not get to run."""
    others = os.sched_getaffinity(0) - {CPU}
    if others:
        os.sched_setaffinity(0, others)


class Void(RuntimeError):
    """A measurement that means nothing, and why."""


class Wire:
    """A veth pair without a bridge in between: a card of the sending host, and eth0 of a director of its own."""

    def __init__(self, lab: Lab, sender: Host, number: int, name: str):
        self.sender, self.card = sender, f"eth{number}"
        self.director = lab.host(name, [])
        self.sender_mac, self.director_mac = f"02:00:00:01:00:{number:02x}", f"02:00:00:02:00:{number:02x}"
        subprocess.run(["nsenter", "--target", str(sender.pid), "--net", "--", "ip", "link", "add", self.card, "address",
                        self.sender_mac, "type", "veth", "peer", "name", "eth0", "address", self.director_mac,
                        "netns", f"/proc/{self.director.pid}/ns/net"], check=True, timeout=30)
        for host, card in ((sender, self.card), (self.director, "eth0")):
            host.run(f"sysctl -qw net.ipv6.conf.{card}.disable_ipv6=1\nip link set {card} up")  # no stray frames of its own
        self.director.run(f"ip address add {DIRECTOR}/24 dev eth0")

    def direct(self, word: str) -> Process:
        """Starts live_director.cpp there."""
        process = self.director.spawn(
            f"{PROGRAMS}/live-director eth0 {self.director_mac} {self.sender_mac} {VIP} {word}")
        wait_until(lambda: "ready" in process.said() or not process.running(), 20, f"the director ({word}) is ready")
        if not process.running():
            raise Void(process.said().strip())
        return process

    def measure(self, flows: int, frames: int, option: str = "") -> float:
        """Nanoseconds a frame."""
        try:
            seen = json.loads(self.sender.output(self._sending(flows, frames, option), seconds=120))
        except CommandFailed as failure:
            raise Void(str(failure)) from failure
        if seen["received"] != seen["sent"]:
            raise Void(f"{seen['sent'] - seen['received']} of {seen['sent']} frames were lost")
        return seen["ns"]

    def load(self, flows: int, frames: int) -> Load:
        """Sends until it is stopped, in rounds of so many frames."""
        return Load(self, self.sender.spawn(self._sending(flows, frames, "--until-stopped"), f"load-{self.card}"))

    def refused(self) -> int:
        """Frames that one end of the veth pair had no room for. When a stray frame of another CPU (ARP) has moved an
        end's receiver to that CPU, and that CPU is busy, its ring overflows: no director could do anything about it."""
        counters = self.sender.output(f"ethtool -S {self.card}") + self.director.output("ethtool -S eth0")
        return sum(int(count) for count in re.findall(r"_(?:xdp_xmit_errors|xdp_tx_errors): (\d+)", counters))

    def _sending(self, flows: int, frames: int, option: str) -> str:
        return f"{PROGRAMS}/live-sender {CPU} {self.card} {self.director_mac} {VIP} {flows} {frames} {option}"


class Load:
    """Made by Wire.load(); its connections are open when it returns."""

    def __init__(self, wire: Wire, process: Process):
        self._wire, self._process = wire, process
        self._refused_before = wire.refused()
        wait_until(lambda: "running" in process.said() or not process.running(), 20, "the load runs")
        if not process.running():
            raise Void(process.said().strip())

    def stop(self) -> tuple[int, int, int]:
        """Frames sent, frames that the veth pair refused, and frames lost beyond those."""
        self._process.stop(30)
        try:
            seen = json.loads(self._process.said().splitlines()[-1])
        except (IndexError, ValueError) as failure:
            raise Void(self._process.said().strip()) from failure
        refused = self._wire.refused() - self._refused_before
        return seen["sent"], refused, seen["sent"] - refused - seen["received"]
