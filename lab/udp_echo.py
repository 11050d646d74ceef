"""udp_echo.py NAME PORT: a UDP server of IPv4 and IPv6: each datagram comes back as NAME, a blank and the datagram."""

import socket
import sys

NAME, PORT = sys.argv[1].encode(), int(sys.argv[2])
IPV6_RECVPKTINFO, IPV6_PKTINFO = 49, 50  # linux/in6.h

with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as server:
    server.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
    server.bind(("::", PORT))
    while True:
        data, ancillary, _, client = server.recvmsg(65535, 64)
        # From the address that it was sent to, which for a real server is the VIP and not the first of its card.
        sent_to = [(level, kind, value[:16] + bytes(4)) for level, kind, value in ancillary if kind == IPV6_PKTINFO]
        try:
            server.sendmsg([NAME, b" ", data], sent_to, 0, client)
        except OSError:  # the address has just been taken from this host
            pass
