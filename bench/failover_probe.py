"""failover_probe.py ADDRESS PORT: asks a UDP service every millisecond, and listens to VRRP, until it is ended.

It prints a line for each answer and each advert, with the moment (CLOCK_MONOTONIC, seconds) that it came in:

    answer 1234.567890
    advert 1234.567890 10.9.0.1
"""

import os
import select
import socket
import struct
import sys
import time

EVERY = 0.001
VRRP, GROUP = 112, "224.0.0.18"
REAL_TIME_PRIORITY = 10  # its own waiting for a CPU would be taken for silence; below that of the directors' threads


def adverts_of(interface: str) -> socket.socket:
    """Without IP_MULTICAST_ALL=0 it would do too: the host has one card."""
    heard = socket.socket(socket.AF_INET, socket.SOCK_RAW, VRRP)
    membership = socket.inet_aton(GROUP) + bytes(4) + struct.pack("i", socket.if_nametoindex(interface))
    heard.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    return heard


def main(address: str, port: str) -> None:
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(REAL_TIME_PRIORITY))
    asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asked.setblocking(False)
    adverts = adverts_of("eth0")
    due = time.monotonic()
    while True:
        now = time.monotonic()
        if now >= due:
            try:
                asked.sendto(b"?", (address, int(port)))
            except OSError:  # nobody answers ARP, or a director said that the service is not there
                pass
            due = max(due + EVERY, now)
        readable, _, _ = select.select([asked, adverts], [], [], max(0.0, due - time.monotonic()))
        now = time.monotonic()
        if asked in readable:
            try:
                asked.recv(64)
                print(f"answer {now:.6f}", flush=True)
            except OSError:
                pass
        if adverts in readable:
            _, (source, _) = adverts.recvfrom(2048)
            print(f"advert {now:.6f} {source}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
