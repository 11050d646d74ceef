"""The reference machine (lab/reference_vm.py) as a host of the lab: its network card is on one of the lab's LANs."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from pathlib import Path

from lab import reference_vm
from lab.host import CommandFailed, Host, Nic
from lab.lan import Lan, hardware_address
from lab.waiting import wait_until

HERE = Path(__file__).resolve().parent
PORT = 7000  # of its console
# Emulated, and on a busy machine.
SECONDS_TO_BOOT = 120
SECONDS_TO_LIVE = 900


class MachineOnLan:
    """Addresses are written as for Nic, IPv4 first. `neighbour`: a host on the same LAN, from which its console is asked."""

    def __init__(self, lan: Lan, neighbour: Host, name: str, addresses: list[str]):
        self.lan = lan
        self.name = name
        self._neighbour = neighbour
        self._addresses = addresses
        self._tap = f"{name}.tap"
        self._log = neighbour.logs / f"{name}.log"  # beside its own: a test that fails prints them all
        self._machine: subprocess.Popen | None = None

    def __enter__(self) -> MachineOnLan:
        self.power_on()
        return self

    def __exit__(self, *_) -> None:
        self.power_off()

    @property
    def on(self) -> bool:
        return self._machine is not None

    def power_on(self) -> None:
        """Returns when it answers: the kernel and its addresses, no director yet."""
        reference_vm.build()
        self.lan.plug_tap(self._tap)
        mac = hardware_address(self, Nic("eth0", self.lan, self._addresses))
        command = reference_vm.command(HERE / "machine_on_lan.sh", [HERE / "console.py"], [str(PORT), *self._addresses],
                                       SECONDS_TO_LIVE, ["--net", self._tap, "--mac", mac])
        with self._log.open("ab") as output:
            # It goes with this program, however that ends.
            self._machine = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *self.lan.entering(), *command],
                                             stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                             start_new_session=True)
        wait_until(lambda: not self._is_running() or self.run("true", check=False).returncode == 0, SECONDS_TO_BOOT,
                   f"{self.name} answers", every=0.5)
        if not self._is_running():
            raise CommandFailed(f"{self.name} ended while it booted:\n{self.said()}")

    def power_off(self) -> None:
        """As at a power cut: nothing in it gets to say a last word."""
        if not self.on:
            return
        self.lan.unplug_tap(self._tap)
        self._machine.send_signal(signal.SIGTERM)
        self._machine.wait(20)
        self._machine = None

    def _is_running(self) -> bool:
        return self._machine.poll() is None

    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def run(self, command: str, check: bool = True) -> subprocess.CompletedProcess:
        """As Host.run()."""
        address = self._addresses[0].split("/")[0]
        done = self._neighbour.run(f"/usr/bin/python3 -B {HERE}/console.py ask {address} {PORT} {shlex.quote(command)}",
                                   check=False, seconds=40)
        if check and done.returncode != 0:
            raise CommandFailed(f"on {self.name}: {command!r} ended with {done.returncode}: {(done.stderr or done.stdout).strip()}")
        return done

    def output(self, command: str) -> str:
        return self.run(command).stdout

    def write(self, inside: str, content: str) -> None:
        self.run(f"mkdir -p {os.path.dirname(inside)}; printf %s {shlex.quote(content)} > {inside}")

    def spawn(self, command: str) -> None:
        """A program in the background; its words go to the machine's output."""
        self.run(f"setsid {command} >&3 2>&3 < /dev/null &")

    def addresses(self, nic: str = "eth0", family: int = 4) -> set[str]:
        lines = self.output(f"ip -{family} address show dev {nic}").splitlines()
        return {line.split()[1].split("/")[0] for line in lines if line.split()[0].startswith("inet")}
