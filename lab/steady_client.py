"""steady_client.py ADDRESS PORT [PATIENCE]: asks all the time until TERM, then prints what it saw as JSON.

Two things at once: *kept*, one connection with a request every 5 ms; and *new*, a fresh connection every 10 ms, which
counts as failed when its page is not there within PATIENCE seconds. By default these are 0.3: the kernel would send a lost
SYN again after a second. Who asks whether a packet was lost, and not how late a busy machine is, is more patient and looks
at `sent_again`: the segments that the client's kernel sent again, of whatever connection.

    {"kept": {"sent", "answered", "retransmitted", "longest_ms"}, "new": {"tried", "failed", "outage_ms"}, "sent_again"}
"""

import asyncio
import json
import signal
import socket
import sys
import time
from pathlib import Path

KEPT_EVERY, NEW_EVERY, PATIENCE = 0.005, 0.010, 0.300
REQUEST = b"GET / HTTP/1.1\r\nHost: vip\r\n\r\n"
_TCP_INFO_TOTAL_RETRANS = 100  # offset in struct tcp_info (linux/tcp.h)


async def ask(reader, writer) -> bool:
    writer.write(REQUEST)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                  if line.lower().startswith(b"content-length"))
    await reader.readexactly(length)
    return head.startswith(b"HTTP/1.1 200")


def retransmitted(connection) -> int:
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    return int.from_bytes(info[_TCP_INFO_TOTAL_RETRANS:_TCP_INFO_TOTAL_RETRANS + 4], sys.byteorder)


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
        seen["retransmitted"] = retransmitted(connection)
        await asyncio.sleep(max(0.0, KEPT_EVERY - took))
    writer.transport.abort()


async def one_new(address: str, port: int, patience: float) -> bool:
    writer = None
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection(address, port)
            return await ask(reader, writer)
    except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError):
        return False
    finally:
        if writer is not None:
            writer.transport.abort()


async def new(address: str, port: int, patience: float, stop: asyncio.Event) -> dict:
    began, attempts = [], []
    while not stop.is_set():
        began.append(time.monotonic())
        attempts.append(asyncio.create_task(one_new(address, port, patience)))
        await asyncio.sleep(NEW_EVERY)
    good = await asyncio.gather(*attempts)
    return {"tried": len(good), "failed": good.count(False), "outage_ms": outage_ms(began, good)}


def outage_ms(began: list[float], good: list[bool]) -> int:
    """From the start of the last connection that worked to the start of the first that worked again; the longest such
    time, and 0 when none failed."""
    longest, last = 0.0, None
    for index, (start, worked) in enumerate(zip(began, good)):
        if worked:
            if last is not None and index - last > 1:
                longest = max(longest, start - began[last])
            last = index
    return round(longest * 1000)


def segments_sent_again() -> int:
    """By this host, of all its connections."""
    names, values = (line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Tcp:"))
    return int(values[names.index("RetransSegs")])


async def main(address: str, port: int, patience: float) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    seen = {"sent": 0, "answered": 0, "retransmitted": 0, "longest_ms": 0.0}
    before = segments_sent_again()
    _, fresh = await asyncio.gather(kept(address, port, stop, seen), new(address, port, patience, stop))
    print(json.dumps({"kept": seen, "new": fresh, "sent_again": segments_sent_again() - before}))


asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else PATIENCE))
