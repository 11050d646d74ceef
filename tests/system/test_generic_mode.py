"""Directors that are told to run XDP in generic mode: everything works, without GRO (network: lab/farm.py)."""

import re

import pytest

from lab.directors import Drover, holds
from lab.farm import RIP1, RIP2, Farm
from lab.seed_network import CLIENTS, VIP
from lab.waiting import holds_for, wait_until

WHY = "`dataplane generic` is set"


@pytest.fixture
def farm(lab):
    return generic_farm(lab)


def generic_farm(lab, **options) -> Farm:
    network = Farm(lab, native_xdp=False, words="global_defs {\n    dataplane generic\n}\n", **options)
    for director in network.directors:
        switch_gro(director, "on")
    return network.start()


def switch_gro(host, state: str) -> None:
    host.run(f"ethtool -K eth0 gro {state}")


def gro(host) -> str:
    return re.search(r"^generic-receive-offload: (\w+)", host.output("ethtool -k eth0"), re.MULTILINE)[1]


def served(farm) -> set[str]:
    pages = farm.fetch(CLIENTS[:8])
    assert None not in pages, pages
    return {RIP1 if RIP1 in page else RIP2 for page in pages}


def forwarded(daemon: Drover) -> int:
    return sum(int(row["packets"]) for row in daemon.status()["dataplane"]["verdicts"] if row["action"] == "forward")


def test_status_says_generic_and_why_also_after_a_restart(farm):
    def says_why(daemon: Drover) -> None:
        assert daemon.status()["dataplane"]["attachments"] == [{"interface": "eth0", "mode": "generic", "reason": WHY}]
        assert f"  eth0            XDP generic: {WHY}" in daemon.host.output("drover status").splitlines()

    for daemon in farm.daemons:
        says_why(daemon)
        assert "xdpgeneric" in daemon.host.output("ip link show eth0")
    farm.daemons[1].kill()
    says_why(farm.daemons[1].start())


def test_clients_are_served_and_a_takeover_works(farm):
    assert served(farm) == {RIP1, RIP2}
    wait_until(lambda: forwarded(farm.daemons[0]) >= 8 * 4, 10, "SYN, ACK, request and FIN at least of each connection")
    farm.master.power_off()
    wait_until(lambda: holds(farm.backup, VIP), 20, "backup-dr takes over")
    wait_until(lambda: None not in farm.fetch(CLIENTS[:2], seconds=1), 20, "clients are served")
    assert served(farm) == {RIP1, RIP2}
    farm.master.power_on()
    farm.daemons[0] = Drover(farm.master).start()
    wait_until(lambda: farm.daemons[0].instance()["state"].upper() == "BACKUP", 20, "master-dr waits (nopreempt)")
    farm.backup.power_off()
    wait_until(lambda: holds(farm.master, VIP), 20, "master-dr takes over")
    wait_until(lambda: None not in farm.fetch(CLIENTS[:2], seconds=1), 20, "clients are served again")


def test_a_killed_daemon_that_is_back_loses_nothing(lab):
    farm = generic_farm(lab, advert_interval=3)
    steady = farm.ask_steadily()
    wait_until(lambda: forwarded(farm.daemons[0]) > 200, 30, "traffic flows")
    farm.daemons[0].kill()
    farm.daemons[0].start()
    before = forwarded(farm.daemons[0])
    wait_until(lambda: forwarded(farm.daemons[0]) > before + 200, 30, "traffic flows on")
    seen = steady.stop()
    assert seen["kept"]["answered"] == seen["kept"]["sent"] and seen["kept"]["retransmitted"] == 0, seen
    assert seen["new"]["failed"] == 0, seen


def test_gro_is_off_while_packets_are_balanced_and_comes_back_at_the_end(farm):
    assert [gro(director) for director in farm.directors] == ["off", "off"]
    assert farm.daemons[1].stop() == 0
    assert gro(farm.backup) == "on", "a clean stop puts it back"

    farm.daemons[0].kill()
    holds_for(lambda: gro(farm.master) == "off", 0.5, "the packet path goes on without a daemon, and so without GRO")
    farm.master.run("drover cleanup")
    assert gro(farm.master) == "on", "drover cleanup puts back what the killed daemon had switched off"

    farm.daemons[0].start()
    farm.daemons[0].kill()
    assert farm.daemons[0].start().stop() == 0
    assert gro(farm.master) == "on", "so does the clean stop of the next daemon"
    assert "xdp" not in farm.master.output("ip link show eth0")


def test_gro_comes_back_when_the_interface_is_not_needed_any_more(farm):
    farm.backup.write("/etc/drover/drover.conf", "global_defs {\n}\n")
    farm.daemons[1].reload()
    wait_until(lambda: gro(farm.backup) == "on", 20, "GRO is on again on the interface that was given up")
    assert farm.daemons[1].status()["dataplane"]["attachments"] == []


def test_gro_that_was_off_stays_off(farm):
    assert farm.daemons[1].stop() == 0
    switch_gro(farm.backup, "off")
    assert farm.daemons[1].start().stop() == 0
    assert gro(farm.backup) == "off"
