"""crowd.py ADDRESS CLIENTS SLOW LENGTH SECONDS SOURCE...: many clients that download from port 80 until TERM.

Each fetches /lines/LENGTH and compares its SHA-256. SLOW of them take SECONDS for it, and then end; the others fetch it at
once, again and again, each time by a connection of their own. From TERM on no connection is begun; those that are open go
on to their end. Then one line of JSON for each connection that was established tells of it, on CLOCK_MONOTONIC:

    {"established", "ended", "received", "slow", "broken"}      `broken`: empty, or how it went wrong

While it runs, the file /run/crowd has the number of slow clients whose download is under way.
"""

import asyncio
import hashlib
import json
import signal
import sys
import time
from pathlib import Path

from numbered_lines import numbered_lines

PIECE = 4096
PATIENCE = 60  # seconds without a byte: then the connection counts as broken
PAUSE = 1.0    # of a quick client between two downloads

address, sources = sys.argv[1], sys.argv[6:]
clients, slow, length, seconds = map(int, sys.argv[2:6])
wanted = hashlib.sha256(numbered_lines(length)).hexdigest()
seen: list[dict] = []
under_way = 0


def tell_under_way(change: int) -> None:
    global under_way
    under_way += change
    Path("/run/crowd").write_text(str(under_way))


async def fetch(reader, writer, is_slow: bool, record: dict) -> None:
    writer.write(f"GET /lines/{length} HTTP/1.1\r\nHost: vip\r\nConnection: close\r\n\r\n".encode())
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    if not head.startswith(b"HTTP/1.1 200"):
        record["broken"] = head.split(b"\r\n")[0].decode()
        return
    digest, began = hashlib.sha256(), time.monotonic()
    while record["received"] < length:
        piece = await asyncio.wait_for(reader.read(PIECE), PATIENCE)
        if not piece:
            record["broken"] = "it ended early"
            return
        digest.update(piece)
        record["received"] += len(piece)
        if is_slow:
            await asyncio.sleep(max(0.0, began + seconds * record["received"] / length - time.monotonic()))
    if digest.hexdigest() != wanted:
        record["broken"] = "other bytes came than were sent"


async def download(source: str, is_slow: bool) -> bool:
    """False: no connection was established, which is no matter of this program."""
    try:
        reader, writer = await asyncio.wait_for(
            asyncio.open_connection(address, 80, local_addr=(source, 0), limit=2 * PIECE), 15)
    except (OSError, asyncio.TimeoutError):
        return False
    record = {"established": time.monotonic(), "ended": 0.0, "received": 0, "slow": is_slow, "broken": ""}
    seen.append(record)
    if is_slow:
        tell_under_way(1)
    try:
        await fetch(reader, writer, is_slow, record)
    except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError) as failure:
        record["broken"] = f"{type(failure).__name__} {failure}"
    record["ended"] = time.monotonic()
    if is_slow:
        tell_under_way(-1)
    writer.close()
    return True


async def client(number: int, stop: asyncio.Event) -> None:
    source, is_slow = sources[number % len(sources)], number < slow
    await asyncio.sleep(number * 0.005)  # not all at once
    while not stop.is_set():
        if await download(source, is_slow) and is_slow:
            return
        await asyncio.sleep(PAUSE)


async def main() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await asyncio.gather(*(client(number, stop) for number in range(clients)))
    for record in seen:
        print(json.dumps(record))


asyncio.run(main())
