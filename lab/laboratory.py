"""A lab: hosts and LANs that live as long as the `with` block, or at the very longest as this program.

    with Lab() as lab:
        lan = lab.lan("office")
        alice = lab.host("alice", [Nic("eth0", lan, ["10.0.0.1/24"])])
        bob = lab.host("bob", [Nic("eth0", lan, ["10.0.0.2/24"])])
        alice.run("ping -c 1 10.0.0.2")

Labs do not see each other: nothing of a lab has a name outside its own namespaces but its folder, and that carries the
number of the program that owns it. A folder whose owner is gone is removed by the next lab.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from lab.host import Host, Nic
from lab.lan import Lan

_PREFIX = "drover-lab"


def _started_at(pid: int) -> str | None:
    """When a process started, in the kernel's ticks: with the number it names a process for good. None: it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except OSError:
        return None


def remove_stale_folders() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}.*.*.*"):
        _, pid, started, _ = folder.name.split(".", 3)
        if not pid.isdigit() or _started_at(int(pid)) != started:
            shutil.rmtree(folder, ignore_errors=True)


class Lab:
    def __init__(self):
        remove_stale_folders()
        pid = os.getpid()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}.{pid}.{_started_at(pid)}."))
        self.folder.chmod(0o755)  # scripts of a host may run as another user
        self.hosts: list[Host] = []
        self._switch: Host | None = None

    def lan(self, name: str) -> Lan:
        if self._switch is None:
            self._switch = self.host("switch", [])
        return Lan(self._switch, name)

    def host(self, name: str, nics: list[Nic], routes: list[str] = (), sysctls: dict[str, int | str] = {}) -> Host:
        """A host, switched on. Routes are written as for `ip route add`."""
        host = Host(name, self.folder / name, list(nics), list(routes), sysctls)
        self.hosts.append(host)
        host.power_on()
        return host

    def close(self) -> None:
        """The switch first: cables that go with it need no unplugging."""
        for host in self.hosts:
            host.destroy()
        self.hosts.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_) -> None:
        self.close()
