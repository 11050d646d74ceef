#!/usr/bin/env python3
"""Which servers kernel IPVS chooses: prints ipvs_choices.txt.

For each scheduler a service with a few servers gets packets, one by one; after each one the connection table tells which
server it went to. Weights, thresholds, flags and the order of packets are drawn from fixed seeds, so a second run prints
the same. It boots the reference machine and takes some minutes:

    tests/bpf/ipvs_choices.py > tests/bpf/ipvs_choices.txt
"""

import random
import socket
import struct
import sys
import time
from pathlib import Path

sys.path += ["/in", str(Path(__file__).resolve().parent / "../../lab")]
from guest import checksum, enter, ipv4, record, run

VIP, VIP6 = "172.51.97.175", "fd00:97::175"
PORTS = iter(range(8001, 9000))
SYN, ACK, FIN = 0x02, 0x10, 0x01
SETUP = """
. /in/lan.sh
lan_make client director
lan_addr director 172.51.96.119/24
lan_addr director fd00:96::119/64
at director ip addr add 172.51.97.175/32 dev lo
at director ip addr add fd00:97::175/128 dev lo nodad
at director ip route add default dev eth0
at director ip -6 route add fd01::/16 dev eth0
for n in 1 2 3 4 5 6 7; do
    at director ip neigh add 172.51.96.$n lladdr 02:00:00:00:02:0$n dev eth0 nud permanent
    at director ip -6 neigh add fd00:96::$n lladdr 02:00:00:00:02:0$n dev eth0 nud permanent
done
at director sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 \\
    net.ipv4.conf.default.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0
modprobe ip_vs
"""
HEADER = """\
# What kernel IPVS of Linux 6.1 chose, packet by packet; made by ipvs_choices.py.
#   service SCHEDULER PROTOCOL PORT FAMILY FLAGS...
#   add|edit SERVER WEIGHT UTHRESHOLD LTHRESHOLD     server n is 172.51.96.n or fd00:96::n, on the service's port
#   new CLIENT PORT SERVER|none                      a TCP SYN or a UDP packet, and where it went
#   ack|fin CLIENT PORT                              a later packet of that connection"""


class Wire:
    """A raw socket on the client's side."""

    def __init__(self):
        enter("client")
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.bind(("eth0", 0))
        enter("director")

    def send(self, client, port, vport, flags=None):
        family = socket.AF_INET6 if ":" in client else socket.AF_INET
        source, target = socket.inet_pton(family, client), socket.inet_pton(family, VIP6 if ":" in client else VIP)
        number = 17 if flags is None else 6
        if flags is None:
            body = struct.pack("!HHHH", port, vport, 8, 0)
            at = 6
        else:
            body = struct.pack("!HHIIBBHHH", port, vport, 1, 1 if flags & ACK else 0, 0x50, flags, 1000, 0, 0)
            at = 16
        if family == socket.AF_INET:
            pseudo = source + target + struct.pack("!BBH", 0, number, len(body))
        else:
            pseudo = source + target + struct.pack("!II", len(body), number)
        body = body[:at] + struct.pack("!H", checksum(pseudo + body) or 0xffff) + body[at + 2:]
        if family == socket.AF_INET:
            frame = b"\x08\x00" + ipv4(number, source, target, body)
        else:
            frame = b"\x86\xdd" + struct.pack("!IHBB", 0x60000000, len(body), number, 64) + source + target + body
        self.socket.send(b"\x02\0\0\0\0\x02" + b"\x02\0\0\0\0\x01" + frame)


def chosen(client, port, vport):
    family = socket.AF_INET6 if ":" in client else socket.AF_INET
    address = socket.inet_pton(family, client)
    wanted = socket.inet_ntop(family, address) if family == socket.AF_INET6 else address.hex().upper()
    for line in open("/proc/net/ip_vs_conn"):
        words = line.split()
        if len(words) < 7 or words[0] == "Pro":
            continue
        source = words[1].strip("[]")
        if family == socket.AF_INET6:
            try:
                source = socket.inet_ntop(family, bytes.fromhex(source.replace(":", ""))) if ":" in source else ""
            except ValueError:
                source = ""
        if source == wanted and int(words[2], 16) == port and int(words[4], 16) == vport:
            target = words[5].strip("[]")
            if family == socket.AF_INET6:
                return int(target.replace(":", "")[-4:], 16)
            return int(target[-2:], 16)
    return None


class Service:
    def __init__(self, wire, scheduler, protocol, flags, v6=False):
        self.wire, self.port, self.protocol = wire, next(PORTS), protocol
        self.vip = f"[{VIP6}]:{self.port}" if v6 else f"{VIP}:{self.port}"
        self.option = "-t" if protocol == "tcp" else "-u"
        self.v6 = v6
        run("ipvsadm", "-A", self.option, self.vip, "-s", scheduler, *(["-b", ",".join(flags)] if flags else []))
        print(" ".join(["service", scheduler, protocol, str(self.port), "v6" if v6 else "v4", *flags]))
        self.clients = []

    def server(self, command, number, weight, upper=0, lower=0):
        address = f"[fd00:96::{number:x}]:{self.port}" if self.v6 else f"172.51.96.{number}:{self.port}"
        run("ipvsadm", command, self.option, self.vip, "-r", address, "-g", "-w", str(weight), "-x", str(upper),
            "-y", str(lower))
        print("add" if command == "-a" else "edit", number, weight, upper, lower)

    def new(self, client, port):
        self.wire.send(client, port, self.port, SYN if self.protocol == "tcp" else None)
        number = None
        end = time.monotonic() + 0.15
        while number is None and time.monotonic() < end:
            number = chosen(client, port, self.port)
        print("new", client, port, number or "none")
        if number:
            self.clients.append((client, port))

    def later(self, what):
        client, port = what[0]
        flags = {"ack": ACK, "fin": FIN | ACK}[what[1]]
        self.wire.send(client, port, self.port, flags)
        time.sleep(0.01)
        print(what[1], client, port)

    def done(self):
        run("ipvsadm", "-D", self.option, self.vip)


def address(draw, v6):
    if v6:
        return socket.inet_ntop(socket.AF_INET6, bytes([0xfd, 0x01]) + bytes(draw.randrange(256) for _ in range(14)))
    return f"10.{draw.randrange(256)}.{draw.randrange(256)}.{draw.randrange(1, 255)}"


def play(wire, seed, scheduler, protocol="tcp", flags=(), weights=(1, 1, 1), thresholds=(), events=50, edits=(), v6=False):
    """`edits`: (after so many events, command, number, weight)."""
    draw = random.Random(seed)
    service = Service(wire, scheduler, protocol, flags, v6)
    thresholds = list(thresholds) + [(0, 0)] * len(weights)
    for number, weight in enumerate(weights, start=1):
        service.server("-a", number, weight, *thresholds[number - 1])
    for event in range(events):
        for after, command, number, weight in edits:
            if after == event:
                service.server(command, number, weight, *thresholds[number - 1])
        luck = draw.random()
        if protocol == "udp" or luck < 0.6 or not service.clients:
            service.new(address(draw, v6), draw.randrange(1024, 65535))
        else:
            service.later((draw.choice(service.clients), "ack" if luck < 0.75 else "fin"))
    service.done()


def play_maglev(wire, seed, flags, v6):
    """The servers are added in falling order, so that IPVS's list, newest first, runs by rising address, as ours does."""
    draw = random.Random(seed)
    service = Service(wire, "mh", "udp", flags, v6)
    weights = {1: 4, 2: 2, 3: 2, 4: 0, 5: 6}
    for number in sorted(weights, reverse=True):
        service.server("-a", number, weights[number])
    for event in range(60):
        if event == 25:
            service.server("-e", 5, 0)
        if event == 45:
            service.server("-e", 4, 8)
        service.new(address(draw, v6), draw.randrange(1024, 65535))
    service.done()


def main():
    run("bash", "-c", SETUP)
    print(HEADER)
    wire = Wire()
    counting = ["lc", "wlc", "sed", "nq", "fo", "ovf", "lblc", "lblcr"]
    for i, scheduler in enumerate(counting):
        play(wire, 100 + i, scheduler, weights=(1, 3, 2, 5), events=70)
        play(wire, 200 + i, scheduler, weights=(2, 0, 2, 4, 2), events=70, edits=((30, "-e", 4, 0), (50, "-e", 2, 6)))
        play(wire, 300 + i, scheduler, weights=(1, 4, 2), thresholds=((5, 0), (6, 3), (4, 2)), events=60)
        play(wire, 400 + i, scheduler, protocol="udp", weights=(1, 2, 3), events=30)
    play(wire, 500, "rr", weights=(1, 5, 0, 2), events=40)
    play(wire, 501, "rr", weights=(1, 1, 1), thresholds=((0, 0), (3, 0), (2, 0)), events=40)
    play(wire, 502, "wrr", weights=(1, 5, 0, 2), events=50)
    play(wire, 503, "wrr", weights=(2, 6, 4), thresholds=((0, 0), (5, 0), (3, 0)), events=50)
    for i, v6 in enumerate((False, True)):
        play(wire, 600 + i, "dh", weights=(1, 2, 3), events=6, v6=v6)
        play(wire, 602 + i, "dh", weights=(1, 1, 1, 1, 1, 0, 1), events=6, v6=v6, edits=((3, "-e", 6, 1),))
        for j, flags in enumerate(((), ("sh-port",), ("sh-fallback",), ("sh-port", "sh-fallback"))):
            play(wire, 610 + 10 * j + i, "sh", protocol="udp", flags=flags, weights=(1, 3, 2, 0, 4), events=40, v6=v6)
            play(wire, 650 + 10 * j + i, "sh", protocol="udp", flags=flags, weights=(100, 100, 100, 100), events=30,
                 edits=((15, "-e", 2, 0),), v6=v6)
        for j, flags in enumerate(((), ("mh-port",), ("mh-fallback",), ("mh-port", "mh-fallback"))):
            play_maglev(wire, 700 + 10 * j + i, flags, v6)
    play(wire, 800, "sh", flags=("sh-fallback",), weights=(1, 1, 1), thresholds=((2, 0), (3, 0), (0, 0)), events=40)


record(__file__, main)
