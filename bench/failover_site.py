"""The site of bench/failover: two directors of one program, what can happen to the first, and how long the VIP is silent.

`director` has priority 150 and preempts, `peer` has 100. A client asks a UDP service on the VIP every millisecond. drover
balances it over two servers; keepalived, which has no IPVS here, has the service itself on each director.
"""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from pathlib import Path

from lab.directors import CONFIGURATION, Drover, Keepalived, holds
from lab.flat_farm import VIP, FlatFarm, service
from lab.host import Host
from lab.laboratory import Lab
from lab.seed_network import HERE, PYTHON
from lab.waiting import wait_until

PORT = 7
STEADY = 0.3  # seconds of answers before something happens, and after it is over
PATIENCE = 20
PROBE = HERE.parent / "bench/failover_probe.py"
KEY = "/etc/drover/sync.key"
INSTANCE = """vrrp_instance site {
    %s
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority %d
    advert_int %g
    virtual_ipaddress {
        %s/24
    }
}
"""
SYNC = "global_defs {\n    lvs_sync_daemon eth0 site\n    sync_peer %s\n    sync_key " + KEY + "\n}\n"


@dataclass(frozen=True)
class Interval:
    seconds: float

    @property
    def version(self) -> int:
        """Version 2 knows whole seconds."""
        return 2 if self.seconds >= 1 else 3

    @property
    def name(self) -> str:
        return f"{self.seconds:g} s" if self.seconds >= 1 else f"{1000 * self.seconds:g} ms"

    def instance(self, priority: int) -> str:
        return INSTANCE % (f"version {self.version}", priority, self.seconds, VIP)


class Probe:
    """What the client sees."""

    def __init__(self, client: Host):
        self._process = client.spawn(f"{PYTHON} {PROBE} {VIP} {PORT}", "probe")
        self._begins = len(self._process.said())  # the log is one for all probes of a client

    def _lines(self) -> list[list[str]]:
        """Whole ones."""
        return [line.split() for line in self._process.said()[self._begins:].split("\n")[:-1]]

    def answers(self) -> list[float]:
        return [float(words[1]) for words in self._lines() if words[0] == "answer"]

    def last_advert(self) -> float:
        return max((float(words[1]) for words in self._lines() if words[0] == "advert"), default=0.0)

    def is_steady_since(self, moment: float) -> bool:
        """Answers since then, and the last of them just now."""
        answers = self.answers()
        return bool(answers) and answers[-1] > moment + STEADY

    def silence(self, since: float) -> float:
        """The longest between two answers, of which the second came after `since`; seconds."""
        answers = self.answers()
        return max(later - earlier for earlier, later in zip(answers, answers[1:]) if later >= since)

    def end(self) -> None:
        self._process.stop()


class Site(FlatFarm):
    """Made by DroverSite or KeepalivedSite; `director` is master and both are steady."""

    def __init__(self, lab: Lab, interval: Interval):
        super().__init__(lab, peer=True)
        self.interval = interval
        self.orphans: list[int] = []  # processes of the director whose parent was killed
        self.prepare()
        self.write_configuration(self.director, 150, "10.9.0.2")
        self.write_configuration(self.peer, 100, "10.9.0.1")
        self.first, self.second = self.program(self.director), self.program(self.peer)
        self.second.start()
        wait_until(lambda: holds(self.peer, VIP), PATIENCE, "the peer is master as long as it is alone")
        self.first.start()
        self.wait_for_first()

    program: type
    # In real time as the probe is: the wait of an answering program for a CPU is no director's silence.
    _echo = f"chrt --rr 9 {PYTHON} {HERE}/udp_echo.py %s {PORT}"

    def wait_for_first(self) -> None:
        wait_until(lambda: holds(self.director, VIP) and not holds(self.peer, VIP), PATIENCE, "the director is master")

    def outage(self, happen, phase: float) -> float:
        """Seconds that the client has no answer when something happens to the director, `phase` of an advert interval
        after its last advert."""
        probe = Probe(self.client)
        wait_until(lambda: len(probe.answers()) > STEADY * 1000 / 2, PATIENCE, "the VIP answers")
        wait_until(lambda: probe.last_advert(), PATIENCE, "an advert", every=0.01)
        moment = probe.last_advert() + phase * self.interval.seconds
        while (left := moment - time.monotonic()) < 0:
            moment += self.interval.seconds
        time.sleep(left)
        happen(self)
        wait_until(lambda: holds(self.peer, VIP), PATIENCE, "the peer takes over")
        return self._silence(probe, moment)

    def recovery(self, bring_back) -> float:
        """The same while the director comes back and preempts."""
        probe = Probe(self.client)
        wait_until(lambda: len(probe.answers()) > STEADY * 1000 / 2, PATIENCE, "the VIP answers")
        moment = time.monotonic()
        bring_back(self)
        self.wait_for_first()
        return self._silence(probe, moment)

    def _silence(self, probe: Probe, since: float) -> float:
        over = time.monotonic()
        wait_until(lambda: probe.is_steady_since(over), PATIENCE, "the VIP answers again")
        silence = probe.silence(since)
        probe.end()
        return silence


class DroverSite(Site):
    program = Drover

    def prepare(self) -> None:
        for server in self.servers:
            Drover.install(server)
            server.run(f"drover real start --vip {VIP}")
            server.spawn(self._echo % server.name, "echo")
        for director in (self.director, self.peer):
            director.write(KEY, "what both directors of the bench know\n", 0o600)

    def write_configuration(self, host: Host, priority: int, other: str) -> None:
        host.write(CONFIGURATION, SYNC % other + self.interval.instance(priority) + service(port=PORT, protocol="UDP"))

    def wait_for_first(self) -> None:
        super().wait_for_first()
        self.daemon = self.first
        self.wait_for_next_hops()

    def turn_on(self) -> None:
        self.director.power_on()


class KeepalivedSite(Site):
    program = Keepalived

    def prepare(self) -> None:
        for director in (self.director, self.peer):
            director.spawn(self._echo % director.name, "echo")

    def write_configuration(self, host: Host, priority: int, _: str) -> None:
        host.write(CONFIGURATION, self.interval.instance(priority))

    def turn_on(self) -> None:
        self.director.power_on()
        self.director.spawn(self._echo % self.director.name, "echo")


# -- what happens to the director, and how it comes back ------------------------------------------------------------


def kill_parent(site: Site) -> None:
    site.orphans = site.first.process.children()
    site.first.process.send(signal.SIGKILL)


def cut_power(site: Site) -> None:
    site.director.power_off()


def cut_link(site: Site) -> None:
    site.director.pull_cable()


def stop(site: Site) -> None:
    site.first.process.send(signal.SIGTERM)


def start_again(site: Site) -> None:
    """keepalived's child ends a second after its parent, and until then a new one refuses to start."""
    site.first.process.wait(PATIENCE)
    wait_until(lambda: all(map(has_ended, site.orphans)), PATIENCE, "its other processes have ended")
    site.first.start()


def has_ended(pid: int) -> bool:
    """Nobody may ask for its exit status: then it stays as a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def boot(site: Site) -> None:
    site.turn_on()
    site.first.start()


def mend_link(site: Site) -> None:
    site.director.put_cable_back()


def hand_over(site: Site) -> None:
    site.director.run("drover handover --all")


def hand_back(site: Site) -> None:
    site.peer.run("drover handover --all")


EVENTS = {  # what it is called: (what happens, how it ends)
    "parent killed": (kill_parent, start_again),
    "all processes killed and link down": (cut_power, boot),
    "link cut": (cut_link, mend_link),
    "clean stop": (stop, start_again),
}
EVENTS_OF_DROVER = {"planned handover": (hand_over, hand_back)}
RECOVERY_FROM = "all processes killed and link down"
