"""What the scripts that record kernel IPVS share. They run in the reference machine (lab/reference_vm.py), where this file
is handed over beside them, so it needs Python alone.
"""

import ctypes
import os
import struct
import subprocess
import sys
from pathlib import Path

_CLONE_NEWNET = 0x40000000
_HANDED_OVER = Path("/in/guest.py")


def record(script: str, there, files=(), seconds: int = 580) -> None:
    """`there` in the machine; anywhere else the machine is booted with this script, and what it prints is printed."""
    if _HANDED_OVER.exists():
        there()
        return
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from lab import reference_vm
    print(reference_vm.run(Path(script).resolve(), [Path(__file__).resolve(), *files], seconds=seconds), end="")


def run(*command: str) -> None:
    subprocess.run(command, check=True)


def enter(name: str) -> None:
    """The network namespace that lan.sh has made for this host."""
    fd = os.open(f"/run/netns/{name}", os.O_RDONLY)
    if ctypes.CDLL(None, use_errno=True).setns(fd, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    os.close(fd)


def checksum(data: bytes) -> int:
    """Of the Internet (RFC 1071), of an even number of bytes."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ipv4(number: int, source: bytes, target: bytes, body: bytes) -> bytes:
    """A packet of this protocol that may not be fragmented."""
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 1, 0x4000, 64, number, 0) + source + target
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + body
