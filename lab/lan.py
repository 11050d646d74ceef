"""A LAN: a bridge on the lab's switch, with one port for each network card that is plugged in."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from lab.host import CommandFailed, Host, Nic

XDP_PASS = Path(__file__).resolve().parents[1] / "build/release/lab/xdp_pass.o"


def hardware_address(host: Host, nic: Nic) -> str:
    """The same for a card after each power cut, and telling its first IPv4 address: 02:00 + the four bytes."""
    if nic.addresses:
        last = bytes(int(part) for part in nic.addresses[0].split("/")[0].split("."))
    else:
        last = hashlib.sha256(f"{host.name} {nic.name}".encode()).digest()[:4]
    return "02:00:" + ":".join(f"{byte:02x}" for byte in last)


class Lan:
    """Made by Lab.lan()."""

    def __init__(self, switch: Host, name: str):
        self.switch = switch
        self.name = name
        # Without snooping, multicast (VRRP) reaches every port, as on a plain switch.
        self._ip(f"link add {name} type bridge mcast_snooping 0\nlink set {name} up")

    def entering(self) -> list[str]:
        """What to put before a command so that it sees the switch's interfaces, and all else of the machine below."""
        return ["nsenter", "--target", str(self.switch.pid), "--net", "--"]

    def _ip(self, batch: str) -> None:
        """ip(8) on the switch, seen with the process numbers of the machine below: it must name both namespaces."""
        done = subprocess.run([*self.entering(), "ip", "-batch", "-"], input=batch, capture_output=True, text=True,
                              timeout=30)
        if done.returncode:
            raise CommandFailed(f"LAN {self.name}: {batch!r}: {done.stderr.strip()}")

    @staticmethod
    def port(host: Host, nic: Nic) -> str:
        name = f"{host.name}.{nic.name}"
        if len(name) > 15:
            raise ValueError(f"{name} is longer than an interface name can be")
        return name

    def plug(self, host: Host, nic: Nic) -> None:
        """A veth pair is the cable. Native XDP_TX on one end of it needs a native XDP program on the other."""
        port = self.port(host, nic)
        lines = [f"link add {port} type veth peer name {nic.name} address {hardware_address(host, nic)} "
                 f"netns /proc/{host.pid}/ns/net", f"link set {port} master {self.name}"]
        if nic.refuses_native_xdp:
            # veth takes no native program while its other end may send frames that are longer than a page.
            lines.append(f"link set {port} mtu 9000")
        elif nic.sends_from_xdp:
            self._ip("\n".join(lines))
            # On the switch, with its own /sys/fs/bpf: ip(8) leaves folders there.
            self.switch.run(f"ip link set dev {port} xdpdrv obj {XDP_PASS} sec xdp")
            lines = []
        self._ip("\n".join([*lines, f"link set {port} up"]))

    def plug_tap(self, port: str) -> None:
        """A port for a virtual machine, which opens it by this name."""
        self._ip(f"tuntap add dev {port} mode tap\nlink set {port} master {self.name}\nlink set {port} up")

    def unplug_tap(self, port: str) -> None:
        self._ip(f"link delete {port}")

    def cable(self, host: Host, nic: Nic, state: str) -> None:
        """`state` is up or down."""
        self._ip(f"link set {self.port(host, nic)} {state}")

    def unplug(self, host: Host, nic: Nic) -> None:
        """The card goes as well. When its host has lost its power, the kernel may have taken both away already."""
        try:
            self._ip(f"link delete {self.port(host, nic)}")
        except CommandFailed as failure:
            if "Cannot find device" not in str(failure) and "No such device" not in str(failure):  # gone before, gone meanwhile
                raise
