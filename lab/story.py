"""How the demo speaks: steps with an outcome, what it does in plain words, what the hosts answer."""

from __future__ import annotations

import json
import sys
import textwrap
import time
from pathlib import Path

from lab.host import Host

_WIDTH = 100


class Story:
    def __init__(self, colours: bool):
        self._colours = colours
        self._began = time.monotonic()
        self.steps: list[dict] = []
        self.outage_ms: int | None = None

    def step(self, name: str, action) -> None:
        """Runs `action()`, which returns what was seen, or raises when it was not what it should be."""
        print(self._paint("1", f"\n[{time.monotonic() - self._began:5.1f} s] {len(self.steps) + 1}. {name}"))
        try:
            seen, ok = action(), True
        except Exception as failure:  # whatever went wrong, the story goes on and the step is not ok
            seen, ok = f"{type(failure).__name__}: {failure}", False
        self.steps.append({"name": name, "ok": ok, "seen": seen})
        print(self._wrap(seen, self._paint("32", "  ok  ") if ok else self._paint("31", "  NOT OK  ")))
        sys.stdout.flush()

    def tell(self, text: str) -> None:
        print(self._wrap(" ".join(text.split()), "  "))
        sys.stdout.flush()

    def command(self, host: Host, command: str, lines: int = 40, expect: int | None = 0) -> str:
        """Runs a command on a host and shows both; `expect` None takes every exit status."""
        print(self._paint("36", f"    [root@{host.name}]# {command}"))
        done = host.run(command, check=False, seconds=60)
        text = done.stdout + done.stderr
        self.show(text, lines)
        if expect is not None and done.returncode != expect:
            raise AssertionError(f"`{command}` on {host.name} ended with {done.returncode} instead of {expect}")
        return text

    def show(self, text: str, lines: int = 40) -> None:
        shown = text.rstrip("\n").split("\n")
        for line in shown[:lines]:
            print(f"    {line}")
        if len(shown) > lines:
            print(f"    ... and {len(shown) - lines} more lines")

    def all_ok(self) -> bool:
        return bool(self.steps) and all(step["ok"] for step in self.steps)

    def write(self, path: str) -> None:
        Path(path).write_text(json.dumps({"steps": self.steps, "outage_ms": self.outage_ms}, indent=2) + "\n")

    @staticmethod
    def _wrap(text: str, first: str) -> str:
        lines = [part for line in text.splitlines() or [""] for part in textwrap.wrap(line, _WIDTH - 6) or [""]]
        return "\n".join((first if number == 0 else "      ") + line for number, line in enumerate(lines))

    def _paint(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self._colours else text
