"""A program that runs in the background on a host of the lab."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path


class Process:
    """Started by Host.spawn(). What it prints goes to `log`."""

    def __init__(self, entering: list[str], command: list[str], log: Path):
        self.command = command
        self.log = log
        with log.open("ab") as output:
            # A session of its own: Ctrl-C in the terminal is for the lab, which then ends its hosts in order.
            self._door = subprocess.Popen(entering + command, stdin=subprocess.DEVNULL, stdout=output,
                                          stderr=subprocess.STDOUT, start_new_session=True)
        self.pid = self._wait_for_child()

    def _wait_for_child(self) -> int:
        """nsenter forks, since only a child can be inside another pid namespace: the child is the program."""
        children = Path(f"/proc/{self._door.pid}/task/{self._door.pid}/children")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self._door.poll() is not None:
                return 0
            try:
                words = children.read_text().split()
            except OSError:
                words = []
            if words:
                return int(words[0])
            time.sleep(0.002)
        raise RuntimeError(f"{self.command[0]} was not started within 30 s")

    def running(self) -> bool:
        return self._door.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Does nothing once the program has ended."""
        if self.pid and self.running():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass

    def wait(self, seconds: float = 30) -> int:
        """The exit status; minus the number of the signal that ended it."""
        return self._door.wait(seconds)

    def stop(self, seconds: float = 30) -> int:
        """TERM, and KILL when that is not enough."""
        self.send(signal.SIGTERM)
        try:
            return self.wait(seconds)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        self.send(signal.SIGKILL)
        self._door.send_signal(signal.SIGCONT)  # stopped, it would not see the end
        return self.wait()

    def pause(self) -> None:
        self.send(signal.SIGSTOP)

    def go_on(self) -> None:
        """nsenter stops with its child."""
        self._door.send_signal(signal.SIGCONT)
        self.send(signal.SIGCONT)

    def kill_family(self) -> int:
        """KILL for it and its children at once: a parent that is stopped cannot start a child anew, and a child that
        is killed cannot say a last word when its parent goes."""
        self.send(signal.SIGSTOP)
        for child in self.children():
            with suppress(ProcessLookupError):  # it has just ended by itself
                os.kill(child, signal.SIGKILL)
        return self.kill()

    def children(self) -> list[int]:
        try:
            return [int(word) for task in Path(f"/proc/{self.pid}/task").iterdir()
                    for word in (task / "children").read_text().split()]
        except OSError:
            return []

    def said(self) -> str:
        """What it has printed so far."""
        return self.log.read_text(errors="replace")

    def whole_lines(self) -> list[str]:
        """Likewise, without a last line that is just being written."""
        return [line.rstrip("\n") for line in self.said().splitlines(keepends=True) if line.endswith("\n")]
