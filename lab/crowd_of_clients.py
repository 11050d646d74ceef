"""Clients that download through a VIP while something happens to the directors (crowd.py is their program)."""

from __future__ import annotations

import json

from lab.flat_farm import CLIENTS, VIP, FlatFarm
from lab.seed_network import HERE, PYTHON


class Crowd:
    """Clients that download until end(), some of them slowly (lab/crowd.py)."""

    def __init__(self, farm: FlatFarm, clients: int, slow: int, length: int, seconds: int):
        self.slow = slow
        self._host = farm.client
        self._process = self._host.spawn(
            f"{PYTHON} {HERE}/crowd.py {VIP} {clients} {slow} {length} {seconds} " + " ".join(CLIENTS), "crowd")

    def under_way(self) -> int:
        """Slow downloads."""
        return int(self._host.read("/run/crowd") or 0)

    def end(self, seconds: float) -> list[dict]:
        """Every connection there was, once the last has ended."""
        self._process.send(15)
        assert self._process.wait(seconds) == 0, self._process.said()
        return [json.loads(line) for line in self._process.said().splitlines()]


def established_before(connections: list[dict], moment: float, by: float = 0.1) -> list[dict]:
    """So many seconds before it, and not over by then."""
    return [row for row in connections if row["established"] < moment - by and row["ended"] > moment]
