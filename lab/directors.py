"""The programs that make a host a director: drover, and keepalived as its peer."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from lab.host import Host
from lab.process import Process
from lab.waiting import wait_until

DROVER = Path(__file__).resolve().parents[1] / "build/release/drover"
CONFIGURATION = "/etc/keepalived/keepalived.conf"


class Drover:
    """`drover run` on a host. All its paths are the defaults: a host has its own /run and /sys/fs/bpf."""

    def __init__(self, host: Host, options: str = ""):
        self.host = host
        self.options = options
        self.process: Process | None = None

    @staticmethod
    def install(host: Host) -> None:
        """`drover`, and under their other names `ipvsadm` and `lvs-dr`, in the host's PATH."""
        for name in ("drover", "ipvsadm", "lvs-dr"):
            host.links[name] = DROVER
            link = host.path(f"/run/bin/{name}")
            if not link.is_symlink():
                link.symlink_to(DROVER)

    def start(self, seconds: float = 30) -> Drover:
        """Returns when the daemon answers."""
        self.start_only()
        wait_until(lambda: not self.process.running() or self._answers(), seconds,
                   f"drover on {self.host.name} answers\n{self.said()}")
        if not self.process.running():
            raise RuntimeError(f"drover on {self.host.name} ended with {self.process.wait()}:\n{self.said()}")
        return self

    def start_only(self) -> Process:
        self.install(self.host)
        self.process = self.host.spawn(f"drover run -n -l {self.options}", "drover")
        return self.process

    def _answers(self) -> bool:
        return self.host.run("drover status --json", check=False).returncode == 0

    def stop(self) -> int:
        return self.process.stop()

    def kill(self) -> None:
        """The daemon alone, as by the OOM killer: the host and its data plane stay."""
        self.process.kill()

    def reload(self) -> None:
        self.process.send(signal.SIGHUP)

    def said(self) -> str:
        return self.process.said() if self.process else ""

    def status(self) -> dict:
        return json.loads(self.host.output("drover status --json"))

    def instance(self, name: str = "http") -> dict:
        return next(row for row in self.status()["instances"] if row["name"] == name)

    def ipvsadm(self, arguments: str = "-Ln") -> str:
        return self.host.output(f"ipvsadm {arguments}")


class Keepalived:
    """Debian's keepalived, its VRRP part alone (there is no IPVS here)."""

    def __init__(self, host: Host):
        self.host = host
        self.process: Process | None = None

    def start(self) -> Keepalived:
        self.process = self.host.spawn("keepalived -P -n -l -D", "keepalived")
        return self

    def stop(self) -> int:
        return self.process.stop()

    def reload(self) -> None:
        self.process.send(signal.SIGHUP)

    def kill(self) -> None:
        """Both its processes at once: no last advert, the VIP stays where it is."""
        self.process.kill_family()

    def said(self) -> str:
        return self.process.said() if self.process else ""


def holds(host: Host, address: str, nic: str = "eth0") -> bool:
    return host.on and address in host.addresses(nic, 6 if ":" in address else 4)
