"""A host of the lab: a small machine made of namespaces, which can lose its power and come back.

It has its own network, process numbers, host name, /run, /sys/fs/bpf, and its own /etc/keepalived, /etc/drover and
/var/log, so that absolute paths work and the files of the machine below are never touched. The rest of the file system
is the machine's. /etc and /var/log are on the host's *disk* (a folder): they outlive a power cut; the rest does not.

The first process of the namespaces dies with the program that made the lab, and every process of a host dies with it:
a lab leaves no namespace behind even when it is killed.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from lab.process import Process
from lab.waiting import wait_until

# Settings that a new network namespace would else take from the machine below. 0 is the kernel's default.
KERNEL_DEFAULTS = {
    "net.ipv4.ip_forward": 0,
    **{f"net.ipv4.conf.{which}.{name}": 0
       for which in ("all", "default") for name in ("rp_filter", "arp_ignore", "arp_announce", "accept_local")},
}

# The first process. Orphans of the host are its children: with CHLD ignored the kernel buries them.
_FIRST_PROCESS = r"""
set -e
name=$1 disk=$2
mount -t sysfs sysfs /sys
mount -t bpf bpf /sys/fs/bpf
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/lock /run/etc /run/bin
mount --bind /etc /run/etc
mount --bind "$disk/etc" /etc
mount --bind "$disk/log" /var/log
echo "$name" > /proc/sys/kernel/hostname
ip link set lo up
echo ready
exec > /dev/null
trap '' CHLD
exec sleep infinity
"""


class CommandFailed(RuntimeError):
    """A command on a host ended with another status than 0."""


@dataclass
class Nic:
    """A network card: its name on the host, the LAN it is plugged into, and its addresses ("10.0.0.1/24", IPv4 first)."""

    name: str
    lan: "Lan"
    addresses: list[str] = field(default_factory=list)
    sends_from_xdp: bool = False  # lets native XDP_TX leave by it (see Lan.plug)
    refuses_native_xdp: bool = False  # as many real cards do for one reason or another

    def adding(self, address: str) -> str:
        """The command that gives it an address; one of IPv6 is used at once, without asking whether it is taken."""
        return f"ip address add {address} {'nodad' if ':' in address else 'brd +'} dev {self.name}"


class Host:
    """Made by Lab.host(), which also switches it on."""

    def __init__(self, name: str, folder: Path, nics: list[Nic], routes: list[str], sysctls: dict[str, int | str]):
        self.name = name
        self.nics = nics
        self.routes = routes
        self.sysctls = {**KERNEL_DEFAULTS, **sysctls}
        self.disk = folder / "disk"
        self.logs = folder / "logs"
        self.processes: list[Process] = []
        self.links: dict[str, Path] = {}  # commands of the lab that stand in the host's PATH
        self._namespaces: subprocess.Popen | None = None
        self.pid = 0  # of the host's first process, as the machine below numbers it
        self._make_disk()

    def _make_disk(self) -> None:
        """/etc is the machine's own, name by name, but for the folders that a lab writes to and the names of hosts: a
        lab has no DNS, and programs that look up their own name would wait for it."""
        for folder in ("etc/keepalived", "etc/drover", "log"):
            (self.disk / folder).mkdir(parents=True)
        self.logs.mkdir(parents=True)
        (self.disk / "etc/resolv.conf").touch()
        (self.disk / "etc/hosts").write_text(f"127.0.0.1 localhost {self.name}\n")
        for entry in Path("/etc").iterdir():
            link = self.disk / "etc" / entry.name
            if not link.exists():
                link.symlink_to(Path("/run/etc") / entry.name)

    # -- power ---------------------------------------------------------------------------------------------------

    def power_on(self) -> None:
        command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "--mount", "--pid", "--uts", "--fork",
                   "--kill-child=KILL", "--propagation", "private", "--mount-proc",
                   "sh", "-c", _FIRST_PROCESS, "sh", self.name, str(self.disk)]
        self._namespaces = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=subprocess.PIPE, text=True, start_new_session=True)
        if self._namespaces.stdout.readline() != "ready\n":
            raise CommandFailed(f"{self.name} cannot be made: {self._namespaces.stderr.read().strip()}")
        door = self._namespaces.pid
        self.pid = int(Path(f"/proc/{door}/task/{door}/children").read_text().split()[0])
        for name, target in self.links.items():
            self.path(f"/run/bin/{name}").symlink_to(target)
        self._set_sysctls()
        for nic in self.nics:
            nic.lan.plug(self, nic)
        self._configure_network()

    def power_off(self) -> None:
        """As at a power cut: nothing on it gets to say a last word."""
        if not self.on:
            return
        for nic in self.nics:
            nic.lan.cable(self, nic, "down")
        os.kill(self.pid, signal.SIGKILL)  # and with it all that runs in its namespaces
        self._bury()
        for nic in self.nics:
            nic.lan.unplug(self, nic)

    def destroy(self) -> None:
        """As the whole lab ends: its cables go with its namespaces."""
        if self.on:
            os.kill(self._namespaces.pid, signal.SIGKILL)
            self._bury()

    def _bury(self) -> None:
        self._namespaces.wait(60)
        for process in self.processes:
            process.wait(60)
        self.processes.clear()
        self._namespaces.stdout.close()
        self._namespaces.stderr.close()
        self._namespaces, self.pid = None, 0

    @property
    def on(self) -> bool:
        return self._namespaces is not None

    def _set_sysctls(self) -> None:
        lines = [f"echo {value} > /proc/sys/{key.replace('.', '/')}" for key, value in self.sysctls.items()]
        self.run("\n".join(["set -e", *lines]))

    def _configure_network(self) -> None:
        lines = []
        for nic in self.nics:
            # Before the link goes up: frames that XDP forwards must leave with whole checksums.
            lines.append(f"ethtool -K {nic.name} tx off > /dev/null")
            lines += [nic.adding(address) for address in nic.addresses]
            lines.append(f"ip link set {nic.name} up")
        lines += [f"ip {'-6 ' if ':' in route else ''}route add {route}" for route in self.routes]
        self.run("\n".join(["set -e", *lines]))

    # -- cables --------------------------------------------------------------------------------------------------

    def nic(self, name: str) -> Nic:
        return next(nic for nic in self.nics if nic.name == name)

    def pull_cable(self, name: str = "eth0") -> None:
        """The card loses its carrier."""
        self.nic(name).lan.cable(self, self.nic(name), "down")

    def put_cable_back(self, name: str = "eth0") -> None:
        self.nic(name).lan.cable(self, self.nic(name), "up")

    def add_nic(self, nic: Nic) -> None:
        """A card that is put in while the host runs."""
        self.nics.append(nic)
        nic.lan.plug(self, nic)
        # By one program: whoever watches cards gives a new one a second to come up.
        commands = [nic.adding(address).removeprefix("ip ") for address in nic.addresses] + [f"link set {nic.name} up"]
        self.run("ip -batch - <<END\n" + "\n".join(commands) + "\nEND")

    def remove_nic(self, name: str) -> None:
        nic = self.nic(name)
        nic.lan.unplug(self, nic)
        self.nics.remove(nic)

    # -- commands ------------------------------------------------------------------------------------------------

    def entering(self) -> list[str]:
        """What to put before a command so that it runs on this host."""
        return ["nsenter", "--target", str(self.pid), "--net", "--mount", "--pid", "--uts", "--",
                "env", "PATH=/run/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]

    def run(self, command: str, check: bool = True, seconds: float = 30) -> subprocess.CompletedProcess:
        """A shell command, waited for; CommandFailed when it fails and `check` is set."""
        process = subprocess.Popen(self.entering() + ["sh", "-c", command], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                                   start_new_session=True)
        try:
            out, err = process.communicate(timeout=seconds)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise
        if check and process.returncode != 0:
            raise CommandFailed(f"on {self.name}: {command!r} ended with {process.returncode}: {(err or out).strip()}")
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def output(self, command: str, seconds: float = 30) -> str:
        return self.run(command, seconds=seconds).stdout

    def spawn(self, command: str, name: str = "") -> Process:
        """A program in the background; its words go to logs/NAME.log."""
        words = shlex.split(command)
        log = self.logs / f"{name or Path(words[0]).name}.log"
        process = Process(self.entering(), words, log)
        self.processes.append(process)
        return process

    # -- files ---------------------------------------------------------------------------------------------------

    def path(self, inside: str) -> Path:
        """A file of the host, as a path that this program can open."""
        if inside.startswith("/etc/"):
            return self.disk / inside.lstrip("/")
        if inside.startswith("/var/log/"):
            return self.disk / "log" / inside.removeprefix("/var/log/")
        return Path(f"/proc/{self.pid}/root{inside}")

    def write(self, inside: str, content: bytes | str, mode: int = 0o644) -> None:
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)

    def read(self, inside: str) -> str:
        """Empty when there is no such file."""
        try:
            return self.path(inside).read_text(errors="replace")
        except FileNotFoundError:
            return ""

    # -- what it is ----------------------------------------------------------------------------------------------

    def addresses(self, nic: str = "eth0", family: int = 4) -> set[str]:
        """Those of IPv4, or of IPv6, without their prefix lengths."""
        lines = self.output(f"ip -{family} -o address show dev {nic}").splitlines()
        return {line.split()[3].split("/")[0] for line in lines}

    def mac(self, nic: str = "eth0") -> str:
        return self.output(f"cat /sys/class/net/{nic}/address").strip()

    def shell_command(self) -> str:
        return f"nsenter -t {self.pid} -n -m -p -u env PATH=/run/bin:$PATH bash"

    def wait_for_port(self, port: int, seconds: float = 30) -> None:
        wait_until(lambda: self.run(f"ss -Hltn sport = :{port}").stdout, seconds,
                   f"{self.name} listens on port {port}")
