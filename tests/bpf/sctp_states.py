#!/usr/bin/env python3
"""How kernel IPVS follows an SCTP association: prints data/sctp_states.txt.

From every state that a director can bring a connection to, it is shown every kind of chunk; after each packet the
connection table tells state and timer, the service's counters tell where the entry is counted. A story is a service of
its own, so that its counters are exact. It boots the reference machine and takes some minutes:

    tests/bpf/sctp_states.py > tests/bpf/data/sctp_states.txt
"""

import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

sys.path += ["/in", str(Path(__file__).resolve().parent / "../../lab")]
from guest import enter, ipv4, record, run

VIP, REAL, CLIENT = "10.0.0.100", "10.0.0.11", "10.0.0.77"
CHUNKS = {
    "DATA": 0, "INIT": 1, "INIT_ACK": 2, "SACK": 3, "HEARTBEAT": 4, "HEARTBEAT_ACK": 5, "ABORT": 6, "SHUTDOWN": 7,
    "SHUTDOWN_ACK": 8, "ERROR": 9, "COOKIE_ECHO": 10, "COOKIE_ACK": 11, "ECNE": 12, "CWR": 13, "SHUTDOWN_COMPLETE": 14,
    "AUTH": 15, "ASCONF": 0xc1, "ASCONF_ACK": 0x80, "FORWARD_TSN": 0xc0,
}
BUNDLES = ["COOKIE_ECHO+DATA", "COOKIE_ECHO+ABORT", "COOKIE_ACK+ABORT", "COOKIE_ACK+DATA", "DATA+ABORT",
           "DATA+SHUTDOWN", "COOKIE_ECHO+DATA+ABORT"]
SETUP = """
. /in/lan.sh
lan_make client director rs1
lan_addr client 10.0.0.1/24
lan_addr director 10.0.0.2/24
lan_addr rs1 10.0.0.11/24
at director ip addr add 10.0.0.100/32 dev lo
at director ip neigh add 10.0.0.11 lladdr 02:00:00:00:00:03 dev eth0 nud permanent
at director ip neigh add 10.0.0.77 lladdr 02:00:00:00:00:01 dev eth0 nud permanent
at director sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \\
    net.ipv4.conf.eth0.rp_filter=0 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0
for n in client rs1; do
    at $n nft add table ip t
    at $n nft 'add chain ip t i { type filter hook input priority 0; policy drop; }'
done
modprobe ip_vs
"""
HEADER = """\
# How kernel IPVS of Linux 6.1 followed SCTP; made by sctp_states.py.
#   story METHOD SLOPPY PERSISTENT                  DR or NAT; sloppy_sctp; seconds of persistence
#     client|server CHUNK[+CHUNK...] STATE SECONDS ACTIVE INACTIVE
# What is shown after each packet: the entry's state and what is left of its timer, rounded down; "-" is no entry. Then
# the server's counters. NAT shows the states that direct routing cannot reach, for their timers."""


class Wire:
    """A raw socket in one namespace, sending to the director."""

    def __init__(self, name, number):
        enter(name)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.bind(("eth0", 0))
        self.mac = bytes([2, 0, 0, 0, 0, number])
        enter("director")

    def send(self, source, port, target, target_port, chunks):
        body = struct.pack("!HHII", port, target_port, 0x1234, 0)
        for name in chunks.split("+"):
            body += struct.pack("!BBHI", CHUNKS[name], 0, 8, 0)
        packet = ipv4(132, socket.inet_aton(source), socket.inet_aton(target), body)
        self.socket.send(b"\x02\0\0\0\0\x02" + self.mac + b"\x08\x00" + packet)


def shown_entry(vport):
    """State and seconds of the one connection to the service that is no template."""
    for line in open("/proc/net/ip_vs_conn"):
        words = line.split()
        if len(words) >= 9 and words[0] == "SCTP" and int(words[4], 16) == vport and int(words[2], 16) != 0:
            return words[7], words[8]
    return "-", "0"


def shown_counters(vport):
    here = False
    for line in open("/proc/net/ip_vs"):
        words = line.split()
        if words[0] == "SCTP":
            here = words[1].split(":")[1] == f"{vport:04X}"
        elif here and words[0] == "->" and len(words) == 6:
            return words[4], words[5]
    return "-", "-"


class Recorder:
    BATCH = 60  # services at a time: each call of ipvsadm costs a process

    def __init__(self):
        self.client, self.server = Wire("client", 1), Wire("rs1", 3)
        self.next_port, self.ready = 2001, {}

    def service(self, method, persistent):
        """The port of a service that nobody has used."""
        kind = (method, persistent)
        if not self.ready.get(kind):
            self.ready = {kind: list(range(self.next_port, self.next_port + self.BATCH))}
            self.next_port += self.BATCH
            lines = []
            for port in self.ready[kind]:
                lines += [f"-A --sctp-service {VIP}:{port} -s rr" + (f" -p {persistent}" if persistent else ""),
                          f"-a --sctp-service {VIP}:{port} -r {REAL}:{port} " + ("-g" if method == "DR" else "-m")]
            run("ipvsadm", "-C")
            subprocess.run(["ipvsadm", "-R"], input="\n".join(lines) + "\n", text=True, check=True)
        return self.ready[kind].pop()

    def story(self, method, sloppy, persistent, steps):
        """Returns the state after its last step, and the story's lines."""
        vport, port = self.service(method, persistent), 40000
        lines = [f"story {method} {sloppy} {persistent}"]
        for who, chunks in steps:
            if who == "client":
                self.client.send(CLIENT, port, VIP, vport, chunks)
            else:
                self.server.send(REAL, vport, CLIENT, port, chunks)
            time.sleep(0.01)
            state, seconds = shown_entry(vport)
            lines.append(" ".join(["  " + who, chunks, state, seconds, *shown_counters(vport)]))
        return state, lines

    def explore(self, method, sloppy, persistent, actions, keep):
        """Breadth first over the states: each is shown every action by the shortest way that leads to it."""
        ways, queue = {}, [()]
        while queue:
            way = queue.pop(0)
            for action in actions:
                state, lines = self.story(method, sloppy, persistent, [*way, action])
                is_new = state != "-" and state not in ways
                if is_new:
                    ways[state] = (*way, action)
                    queue.append(ways[state])
                if keep == "all" or is_new:
                    print("\n".join(lines), flush=True)


def main():
    open("/tmp/setup.sh", "w").write(SETUP)
    run("bash", "/tmp/setup.sh")
    recorder = Recorder()
    print(HEADER)
    sent = [("client", name) for name in [*CHUNKS, *BUNDLES]]
    recorder.explore("DR", 0, 0, sent, "all")
    run("sysctl", "-qw", "net.ipv4.vs.sloppy_sctp=1")
    for action in sent:
        print("\n".join(recorder.story("DR", 1, 0, [action])[1]))
    run("sysctl", "-qw", "net.ipv4.vs.sloppy_sctp=0")
    over = [("client", "INIT"), ("client", "ABORT")]
    for action in sent:
        print("\n".join(recorder.story("DR", 0, 300, [*over, action])[1]))
    both = [(who, name) for who in ("client", "server") for name in CHUNKS]
    recorder.explore("NAT", 0, 0, both, "new")


record(__file__, main)
