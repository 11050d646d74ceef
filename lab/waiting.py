"""Waiting for a thing to come true, never for time to pass."""

import time


class NotYet(AssertionError):
    """A thing that was waited for did not come true in its time."""


def wait_until(condition, seconds: float, what: str, every: float = 0.05):
    """The first true value of `condition()`, looked at every `every` seconds; NotYet says what was waited for. The last look
    begins after the deadline: a machine that lets nobody run for a while takes no look away."""
    deadline = time.monotonic() + seconds
    while True:
        is_last = time.monotonic() > deadline
        value = condition()
        if value:
            return value
        if is_last:
            raise NotYet(f"not within {seconds:g} s: {what} (last seen: {value!r})")
        time.sleep(every)


def holds_for(condition, seconds: float, what: str, every: float = 0.05):
    """NotYet as soon as `condition()` is false within the next `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if not value:
            raise NotYet(f"did not stay so for {seconds:g} s: {what} (seen: {value!r})")
        time.sleep(every)
