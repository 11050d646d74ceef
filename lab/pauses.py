"""How long this machine keeps programs waiting: where a claim is of tenths of a second, a test must know."""

import os
import threading
import time

_NAP = 0.005


class Pauses:
    """Watched on each CPU from the start to the end of a `with`, by threads that sleep for a moment and look at the clock."""

    def __enter__(self) -> "Pauses":
        self._ended = threading.Event()
        self._seen: list[tuple[float, float]] = []
        self._threads = [threading.Thread(target=self._watch, args=[cpu]) for cpu in os.sched_getaffinity(0)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def longest(self, since: float, until: float) -> float:
        """In seconds; the moments are of time.monotonic()."""
        return max((late for when, late in self._seen if since <= when <= until + late), default=0.0)

    def _watch(self, cpu: int) -> None:
        os.sched_setaffinity(0, {cpu})  # of this thread alone
        while not self._ended.is_set():
            asleep = time.monotonic()
            time.sleep(_NAP)
            now = time.monotonic()
            self._seen.append((now, now - asleep - _NAP))
