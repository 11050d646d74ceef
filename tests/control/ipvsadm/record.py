#!/usr/bin/env python3
"""What the real ipvsadm answers to the commands of sequences.py: prints recordings.txt.

Run here it boots the reference machine, hands itself over, and prints what comes back, ten to thirty minutes later:

    tests/control/ipvsadm/record.py > tests/control/ipvsadm/recordings.txt
"""

import shlex
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path += ["/in", str(HERE / "../../../lab")]
from guest import enter, record

HOSTS = {"127.0.0.1": "localhost", "10.0.0.11": "web1.example web1", "10.0.0.12": "web2", "10.0.0.100": "www.example",
         "10.0.0.13": "a-server-with-a-long-name.example.org", "2001:db8::11": "six.example six",
         "2001:db8::13": "a-server-with-a-long-name-of-six.example.org",
         "2001:db8::14": "a-server-with-a-name-that-is-longer-than-sixty-letters.example.org"}
SERVICES = ["http 80/tcp", "domain 53/tcp", "domain 53/udp", "https 443/tcp", "https 443/udp", "sip 5060/udp",
            "diameter 3868/sctp", "a-service-with-a-long-name 44444/tcp"]
SETUP = """
. /in/lan.sh
lan_make director
lan_addr director 10.0.0.2/24
lan_addr director 2001:db8::2/64
lan_addr director 10.0.0.100/32
at director ip route add default dev eth0
modprobe ip_vs
"""
HEADER = """\
# What Debian's ipvsadm 1.31 answered on Linux 6.1; made by record.py from sequences.py.
#   host ADDRESS NAME...   service NAME PORT/PROTOCOL   what the machine's files said
#   === TITLE              an empty table, no daemons, timeouts 900 120 300
#   $ WORDS                a command as a shell takes it
#   <  >  !                its standard input, output, error, line by line; "<~" has no newline
#   = CODE                 how it ended
# Control characters and backslashes are written \\xHH."""


def lines(mark, text):
    """The lines of `text` behind their mark."""
    if not text:
        return
    pieces = text.split("\n")
    for i, piece in enumerate(pieces):
        last = i == len(pieces) - 1
        if last and not piece:
            return
        shown = "".join(f"\\x{ord(c):02x}" if c == "\\" or (ord(c) < 32 and c != "\t") else c for c in piece)
        print(f"{mark}{'~' if last else ' '}{shown}")


def ipvsadm(words, text=""):
    return subprocess.run(["ipvsadm", *words], input=text, capture_output=True, text=True, timeout=20)


def start_afresh(used):
    ipvsadm(["-C"])
    if "daemon" in used:
        ipvsadm(["--stop-daemon", "master"])
        ipvsadm(["--stop-daemon", "backup"])
    if "--set" in used:
        ipvsadm(["--set", "900", "120", "300"])


def play(title, commands):
    print(f"=== {title}")
    used = ""
    for command in commands:
        line, text = command if isinstance(command, tuple) else (command, "")
        used += line + text
        print(f"$ {line}" if line else "$")
        lines("<", text)
        done = ipvsadm(shlex.split(line), text)
        lines(">", done.stdout)
        lines("!", done.stderr)
        print(f"= {done.returncode}")
    start_afresh(used)


def main():
    import sequences
    subprocess.run(["bash", "-c", SETUP], check=True)
    Path("/etc/hosts").write_text("".join(f"{address} {names}\n" for address, names in HOSTS.items()))
    Path("/etc/services").write_text("".join(f"{row.replace(' ', chr(9))}\n" for row in SERVICES))
    print(HEADER)
    for address, names in HOSTS.items():
        print("host", address, names)
    for row in SERVICES:
        print("service", row)
    enter("director")
    for title, commands in sequences.all_sequences():
        play(title, commands)
    print("=== end")


record(__file__, main, [HERE / "sequences.py"], seconds=3600)
