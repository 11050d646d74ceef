"""udp_stream.py ADDRESS PORT: sends a datagram every 2 ms until it is ended."""

import itertools
import socket
import sys
import time

EVERY = 0.002


def main(address: str, port: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as out:
        start = time.monotonic()
        for number in itertools.count(1):
            out.sendto(b"%d" % number, (address, int(port)))
            time.sleep(max(0.0, start + number * EVERY - time.monotonic()))


if __name__ == "__main__":
    main(*sys.argv[1:])
