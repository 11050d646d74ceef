"""icmp_error.py tcp|udp ADDRESS PORT TTL SECONDS: sends a first packet; prints as JSON the ICMP error that the kernel took
for it.

    {"from": address of the sender, "type": number, "code": number}, or null when none came within SECONDS
"""

import json
import select
import socket
import struct
import sys

_RECVERR = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}  # linux/in.h, in6.h
_TTL = {socket.AF_INET: (socket.IPPROTO_IP, socket.IP_TTL), socket.AF_INET6: (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS)}
_FROM_ICMP = {2, 3}  # SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_ICMP6


def first_error(connection: socket.socket, family: int, seconds: float) -> dict | None:
    poll = select.poll()
    poll.register(connection, 0)  # errors are always told
    if not poll.poll(seconds * 1000):
        return None
    _, messages, _, _ = connection.recvmsg(512, 512, socket.MSG_ERRQUEUE)
    for level, kind, data in messages:
        if (level, kind) != _RECVERR[family]:
            continue
        _, origin, number, code = struct.unpack_from("=IBBB", data)  # struct sock_extended_err, and the sender behind it
        if origin in _FROM_ICMP:
            sender = data[16 + 4:16 + 8] if family == socket.AF_INET else data[16 + 8:16 + 24]
            return {"from": socket.inet_ntop(family, sender), "type": number, "code": code}
    return None


protocol, address, port, ttl, seconds = sys.argv[1:]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
with socket.socket(family, socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM) as connection:
    connection.setblocking(False)
    connection.setsockopt(*_RECVERR[family], 1)
    connection.setsockopt(*_TTL[family], int(ttl))
    connection.connect_ex((address, int(port)))
    if protocol == "udp":
        connection.send(b"hello")
    print(json.dumps(first_error(connection, family, float(seconds))))
