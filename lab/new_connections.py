"""new_connections.py ADDRESS PORT: a fresh connection every 4 ms until TERM, then prints what came of them as JSON.

    [[when it began (microseconds since 1970, before the SYN), the page or null], ...]
"""

import asyncio
import json
import signal
import sys
import time

EVERY, PATIENCE = 0.004, 30
MOST_OPEN = 100  # at once: a server that does not keep up is not to be drowned
REQUEST = b"GET / HTTP/1.1\r\nHost: vip\r\nConnection: close\r\n\r\n"


async def page(address: str, port: int) -> str | None:
    writer = None
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(address, port)
            writer.write(REQUEST)
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            return body.decode().strip() if head.startswith(b"HTTP/1.1 200") else None
    except (OSError, asyncio.TimeoutError):
        return None
    finally:
        if writer is not None:
            writer.transport.abort()


async def main(address: str, port: int) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    began, pages, is_open = [], [], set()
    while not stop.is_set():
        if len(is_open) < MOST_OPEN:
            began.append(time.time_ns() // 1000)
            pages.append(asyncio.create_task(page(address, port)))
            is_open.add(pages[-1])
            pages[-1].add_done_callback(is_open.discard)
        await asyncio.sleep(EVERY)
    print(json.dumps(list(zip(began, await asyncio.gather(*pages)))))


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
