"""udp_ask.py ADDRESS PORT LENGTH SOURCE_PORT...: a datagram of LENGTH bytes from each port; prints who answered as JSON.

    [the server's name, null when no whole answer came within 5 s, ...]
"""

import json
import os
import socket
import sys

from numbered_lines import numbered_lines


def ask(address: str, port: int, question: bytes, source_port: int) -> str | None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.settimeout(5)
        client.bind(("", source_port))
        client.connect((address, port))
        client.send(question)
        try:
            name, _, echo = client.recv(65535).partition(b" ")
        except OSError:
            return None
        return name.decode() if echo == question else None


# On one CPU: from two of them, the pieces of a datagram could overtake each other within this machine.
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
address, port, length, *source_ports = sys.argv[1:]
print(json.dumps([ask(address, int(port), numbered_lines(int(length)), int(source)) for source in source_ports]))
