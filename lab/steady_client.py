"""steady_client.py ADDRESS PORT: asks all the time until TERM, then prints what it saw as JSON.

Two things at once: *kept*, one connection with a request every 5 ms; and *new*, a fresh connection every 10 ms, which
counts as failed when it does not get its page, or gets it only because a lost packet was sent again.

    {"kept": {"sent", "answered", "retransmitted", "longest_ms"}, "new": {"tried", "failed", "outage_ms"}}

`retransmitted` are packets that had been lost. On a busy machine an acknowledgement can be so late that the kernel sends
again what had come; the other end says so (duplicate SACK, RFC 2883), and that counts for nothing.
"""

import asyncio
import json
import signal
import socket
import sys
import time

KEPT_EVERY, NEW_EVERY = 0.005, 0.010
PATIENCE = 5    # of a fresh connection
SOON = 0.300    # an outage is over with the first page that comes so soon
MOST_OPEN = 50  # fresh connections that wait for their page: a server that does not keep up is not to be drowned
REQUEST = b"GET / HTTP/1.1\r\nHost: vip\r\n\r\n"
_TCP_INFO_TOTAL_RETRANS, _TCP_INFO_DSACK_DUPS = 100, 216  # offsets in struct tcp_info (linux/tcp.h)


async def ask(reader, writer) -> bool:
    writer.write(REQUEST)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                  if line.lower().startswith(b"content-length"))
    await reader.readexactly(length)
    return head.startswith(b"HTTP/1.1 200")


def lost(connection) -> int:
    """Packets that were sent again, but for those of which the other end has said that it had them already."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    again, needless = (int.from_bytes(info[offset:offset + 4], sys.byteorder)
                       for offset in (_TCP_INFO_TOTAL_RETRANS, _TCP_INFO_DSACK_DUPS))
    return again - needless


async def lost_in_the_end(connection) -> int:
    """That a packet had come already is said when it comes again: later than the answer to it."""
    deadline = time.monotonic() + 2
    while (count := lost(connection)) and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    return count


async def kept(address: str, port: int, stop: asyncio.Event, seen: dict) -> None:
    reader, writer = await asyncio.open_connection(address, port)
    connection = writer.get_extra_info("socket")
    while not stop.is_set():
        began = time.monotonic()
        seen["sent"] += 1
        try:
            # Past 10 s the connection is given up: a packet path that stays dead must not hold the story.
            seen["answered"] += await asyncio.wait_for(ask(reader, writer), 10)
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError):
            break
        took = time.monotonic() - began
        seen["longest_ms"] = max(seen["longest_ms"], round(took * 1000, 1))
        seen["retransmitted"] = lost(connection)
        await asyncio.sleep(max(0.0, KEPT_EVERY - took))
    if seen["retransmitted"] and seen["answered"] == seen["sent"]:
        seen["retransmitted"] = await lost_in_the_end(connection)
    writer.transport.abort()


class Fresh:
    """The fresh connections."""

    def __init__(self, address: str, port: int):
        self.address = address
        self.port = port
        self.waiting = 0  # established, and its page has not come

    async def one(self) -> float | None:
        """The seconds until its page was there; None: it failed."""
        writer, began = None, time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                reader, writer = await asyncio.open_connection(self.address, self.port)
                self.waiting += 1
                answered = await ask(reader, writer)
                took = time.monotonic() - began
                return took if answered and not await lost_in_the_end(writer.get_extra_info("socket")) else None
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError):
            return None
        finally:
            if writer is not None:
                self.waiting -= 1
                writer.transport.abort()

    async def all(self, stop: asyncio.Event) -> dict:
        began, attempts = [], []
        while not stop.is_set():
            if self.waiting < MOST_OPEN:
                began.append(time.monotonic())
                attempts.append(asyncio.create_task(self.one()))
            await asyncio.sleep(NEW_EVERY)
        took = await asyncio.gather(*attempts)
        return {"tried": len(took), "failed": took.count(None),
                "outage_ms": outage_ms(began, [seconds is not None and seconds <= SOON for seconds in took])}


def outage_ms(began: list[float], good: list[bool]) -> int:
    """From the start of the last connection that worked, and soon, to the start of the first that did so again; the longest
    such time, and 0 when all did."""
    longest, last = 0.0, None
    for index, (start, worked) in enumerate(zip(began, good)):
        if worked:
            if last is not None and index - last > 1:
                longest = max(longest, start - began[last])
            last = index
    return round(longest * 1000)


async def main(address: str, port: int) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    seen = {"sent": 0, "answered": 0, "retransmitted": 0, "longest_ms": 0.0}
    _, fresh = await asyncio.gather(kept(address, port, stop, seen), Fresh(address, port).all(stop))
    print(json.dumps({"kept": seen, "new": fresh}))


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
