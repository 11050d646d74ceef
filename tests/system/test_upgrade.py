"""The daemon goes on as another binary (`drover upgrade`), or is back at once after it was killed: its peer, Debian's
keepalived 2.2.7, hears no change, nobody hears a gratuitous ARP, and no packet is lost.

The drawing is in lab/flat_farm.py; the director has priority 150 and runs drover, the peer 100 and runs keepalived.
"""

import json
import re
import signal

import pytest

from lab.directors import CONFIGURATION, DROVER, Drover, Keepalived, holds
from lab.flat_farm import VIP, FlatFarm, service
from lab.host import Host
from lab.pair import configuration, state
from lab.seed_network import HERE, PYTHON
from lab.waiting import holds_for, wait_until

CHECKED = ("virtual_server " + VIP + " 80 {\n lb_algo rr\n lb_kind DR\n protocol TCP\n delay_loop 2\n"
           + "".join(f" real_server 10.9.0.{n} 80 {{\n  weight 1\n  TCP_CHECK {{\n   connect_timeout 1\n   retry 0\n  }}\n }}\n"
                     for n in (11, 12)) + "}\n")


class Directors(FlatFarm):
    """The director is MASTER and has announced itself, and keepalived is its BACKUP. `interval`: of adverts, in seconds; a
    daemon that goes on as another process has three of them for it, which on a busy machine may have to be more than 3 s."""

    def __init__(self, lab, services: str, more: str = "", interval: int = 1):
        super().__init__(lab, peer=True)
        self.prepare_servers()
        self.director.write("/etc/keepalived/told", "#!/bin/sh\necho $3 >> /run/told\n", 0o755)
        notify = "notify /etc/keepalived/told"
        every = lambda text: text.replace("advert_int 1\n", f"advert_int {interval}\n")  # noqa: E731
        self.configure(every(configuration(150, more=notify + "\n" + more)), services)
        self.peer.write(CONFIGURATION, every(configuration(100)))
        heard = listen(self.client, "arp", "beforehand")
        self.daemon.start()
        wait_until(lambda: holds(self.director, VIP), 20, "the director is MASTER")
        self.wait_for_next_hops()
        self.keepalived = Keepalived(self.peer).start()
        wait_until(lambda: "Entering BACKUP STATE" in self.keepalived.said(), 10, "keepalived is BACKUP")
        wait_until(lambda: self.told() == ["BACKUP", "MASTER"], 10, "the notify scripts have run")
        # The second comes 5 s after the first.
        wait_until(lambda: announcements(heard) >= 10, 20, "both rounds of gratuitous ARP are over", every=0.2)
        heard.stop()

    def told(self) -> list[str]:
        return self.director.read("/run/told").split()

    def master_all_along(self) -> bool:
        return holds(self.director, VIP) and not holds(self.peer, VIP)

    def started(self) -> str:
        return self.daemon.status()["started"]


def listen(host: Host, what: str, name: str):
    seen = host.spawn(f"tcpdump -lnnei eth0 {what}", name)
    wait_until(lambda: "listening on" in seen.said(), 10, "tcpdump listens")
    return seen


def announcements(wire) -> int:
    return len(re.findall(rf"who-has {re.escape(VIP)} .*tell {re.escape(VIP)}", wire.said()))


class Witnesses:
    """What must not happen while `deed` is done: they look and listen from beforehand."""

    def __init__(self, directors: Directors):
        self.directors = directors
        self.changes = directors.keepalived.said().count("STATE")
        self.arp = listen(directors.client, "arp", "arp")
        self.vrrp = listen(directors.client, "ip proto 112", "vrrp")
        self.told = directors.told()
        self.steady = directors.client.spawn(f"{PYTHON} {HERE}/steady_client.py {VIP} 80", "steady")
        wait_until(lambda: int(directors.pool()["10.9.0.11"]["active"]) > 0, 10, "the client asks")

    def testify(self) -> None:
        directors = self.directors
        adverts = self.vrrp.said().count("10.9.0.1 > 224.0.0.18")
        wait_until(lambda: self.vrrp.said().count("10.9.0.1 > 224.0.0.18") > adverts + 2, 20, "it goes on advertising")
        self.steady.send(signal.SIGTERM)
        assert self.steady.wait(60) == 0
        seen = json.loads(self.steady.said().splitlines()[-1])
        assert seen["kept"]["answered"] == seen["kept"]["sent"] and seen["new"]["tried"] > 20, seen
        assert seen["kept"]["retransmitted"] == 0 and seen["new"]["failed"] == 0, seen
        assert directors.keepalived.said().count("STATE") == self.changes, "keepalived is BACKUP all along"
        assert "10.9.0.2 >" not in self.vrrp.said(), "and has never spoken"
        assert set(re.findall(r"10\.9\.0\.1 > 224\.0\.0\.18: .*?prio (\d+)", self.vrrp.said())) == {"150"}
        assert announcements(self.arp) == 0
        assert directors.told() == self.told, "no script is told anything"
        assert directors.master_all_along() and state(directors.daemon) == "MASTER"


@pytest.fixture
def directors(lab):
    return lambda services=service(), more="", **options: Directors(lab, services, more, **options)


def test_an_upgrade_is_noticed_by_nobody(directors):
    farm = directors(interval=2)
    witnesses = Witnesses(farm)
    before = farm.daemon.status()
    said = farm.director.output("drover upgrade", seconds=90)
    after = farm.daemon.status()
    assert re.fullmatch(r"drover \S+ goes on as drover \S+, pid \d+\n", said)
    assert after["pid"] == before["pid"] and after["started"] > before["started"]
    assert farm.daemon.process.running()
    witnesses.testify()


def test_a_daemon_that_is_killed_and_back_at_once_is_noticed_by_nobody(directors):
    farm = directors(interval=2)
    witnesses = Witnesses(farm)
    farm.daemon.kill()
    farm.daemon.start()
    witnesses.testify()


def test_an_upgraded_daemon_answers_signals_scripts_and_stops_in_order(directors):
    farm = directors()
    farm.director.output("drover upgrade", seconds=90)
    farm.daemon.reload()
    wait_until(lambda: "Reload complete" in farm.daemon.said().split("Going on as")[-1], 10, "it reloads")
    assert farm.daemon.stop() == 0
    wait_until(lambda: farm.told() == ["BACKUP", "MASTER", "STOP"], 10, "its scripts run")
    wait_until(lambda: holds(farm.peer, VIP), 10, "keepalived takes over")
    assert not holds(farm.director, VIP)


def test_a_backup_that_is_upgraded_tells_nobody_and_stays_backup(directors):
    farm = directors()
    farm.peer.write(CONFIGURATION, configuration(200))
    farm.keepalived.stop()
    farm.keepalived = Keepalived(farm.peer).start()
    wait_until(lambda: holds(farm.peer, VIP) and not holds(farm.director, VIP), 15, "keepalived is MASTER")
    wait_until(lambda: farm.told() == ["BACKUP", "MASTER", "BACKUP"], 10, "the scripts have run")
    farm.director.output("drover upgrade", seconds=90)
    assert state(farm.daemon) == "BACKUP"
    holds_for(lambda: holds(farm.peer, VIP) and not holds(farm.director, VIP), 3, "it stays so")
    assert farm.told() == ["BACKUP", "MASTER", "BACKUP"]


def test_what_was_found_out_before_an_upgrade_still_holds(directors):
    script = "vrrp_script bad {\n script /bin/false\n interval 1\n weight -20\n}\n"
    farm = directors(CHECKED + script, "track_script {\n bad\n }\n", interval=2)
    farm.servers[0].run("nft 'add table inet down; add chain inet down in { type filter hook input priority 0; }; "
                        "add rule inet down in tcp dport 80 reject with tcp reset'")
    wait_until(lambda: list(farm.pool()) == ["10.9.0.12"], 20, "the checks have found one down")
    # A daemon that starts would find out about the server in its own time, and take the script for good until it has run.
    farm.director.write(CONFIGURATION, farm.director.read(CONFIGURATION).replace("delay_loop 2", "delay_loop 60"))
    vrrp = listen(farm.client, "ip proto 112", "vrrp")
    wait_until(lambda: "prio 130" in vrrp.said(), 15, "the script is bad")
    farm.director.output("drover upgrade", seconds=90)
    assert list(farm.pool()) == ["10.9.0.12"], "no client is sent to a server that is known to be down"
    adverts = vrrp.said().count("prio")
    wait_until(lambda: vrrp.said().count("prio") > adverts + 1, 15, "it advertises")
    assert set(re.findall(r"prio (\d+)", vrrp.said())) == {"130"}


def refused(farm: Directors, command: str, why: str) -> None:
    """One sentence, and everything goes on as before."""
    before = farm.started()
    ended = farm.director.run(command, check=False, seconds=90)
    assert ended.returncode == 1 and ended.stderr.startswith("drover upgrade: ") and why in ended.stderr, ended
    assert farm.started() == before and farm.master_all_along()
    farm.daemon.reload()
    wait_until(lambda: "Reload complete" in farm.daemon.said().rsplit("upgrade refused", 1)[-1], 10, "it goes on")


def test_a_binary_that_is_no_drover_is_refused(directors):
    farm = directors()
    refused(farm, "drover upgrade /bin/true", "it ended without a word")
    refused(farm, "drover upgrade /bin/false", "it ended without a word")
    farm.director.write("/etc/drover/text", "no program\n", 0o755)
    refused(farm, "drover upgrade /etc/drover/text", "cannot run /etc/drover/text: Exec format error")


def test_a_binary_that_cannot_read_the_configuration_is_refused(directors):
    farm = directors()
    text = farm.director.read(CONFIGURATION)
    farm.director.path(CONFIGURATION).unlink()
    ended = farm.director.run("drover upgrade", check=False, seconds=90)
    assert ended.returncode == 1 and CONFIGURATION in ended.stderr
    farm.director.write(CONFIGURATION, text)
    assert farm.master_all_along() and state(farm.daemon) == "MASTER"


def test_a_binary_that_is_gone_when_it_is_to_be_executed_is_refused(directors):
    farm = directors(interval=2)
    witnesses = Witnesses(farm)
    farm.director.write("/etc/drover/once", f"#!/bin/sh\nrm /etc/drover/once\nexec {DROVER} \"$@\"\n", 0o755)
    refused(farm, "drover upgrade /etc/drover/once", "cannot execute /etc/drover/once: No such file or directory")
    witnesses.testify()


def test_a_master_with_short_intervals_is_told_to_hand_over_first(lab):
    farm = FlatFarm(lab, peer=True)
    farm.director.write(CONFIGURATION, configuration(150).replace("advert_int 1", "advert_int 0.1\n    version 3"))
    farm.daemon.start()
    wait_until(lambda: holds(farm.director, VIP), 15, "the director is MASTER")
    ended = farm.director.run("drover upgrade", check=False)
    assert ended.returncode == 1 and "hand it over first (`drover handover pair`)" in ended.stderr
    assert holds(farm.director, VIP)


def test_a_handover_outlives_an_upgrade(lab):
    from lab.flat_pair import FlatPair
    from tests.system.test_handover import give_keys, words

    farm = FlatPair(lab)
    farm.prepare_servers()
    give_keys(farm)
    farm.start_both(words("10.9.0.2"), of_peer=words("10.9.0.1"))
    wait_until(lambda: farm.director.run("drover handover --all", check=False).returncode == 0, 10, "it is handed over")
    farm.director.output("drover upgrade", seconds=90)
    holds_for(lambda: holds(farm.peer, VIP) and not holds(farm.director, VIP), 5, "the peer is not preempted")
