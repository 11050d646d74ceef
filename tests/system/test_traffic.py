"""Clients, directors and real servers of the seed's network, with the seed's own files (lab/farm.py)."""

import json
import re

import pytest

from lab.directors import Drover, holds
from lab.farm import PLAIN, RIP1, RIP2, Farm
from lab.seed_network import CLIENTS, VIP
from lab.waiting import holds_for, wait_until


@pytest.fixture
def farm(lab):
    return Farm(lab).start()


def lost_nothing(seen: dict) -> None:
    kept, new = seen["kept"], seen["new"]
    assert kept["sent"] > 50 and kept["answered"] == kept["sent"], seen
    assert kept["retransmitted"] == 0, seen
    assert new["failed"] == 0, seen


def forwarded(daemon: Drover) -> int:
    return sum(int(row["packets"]) for row in daemon.status()["dataplane"]["verdicts"] if row["action"] == "forward")


def wait_for_traffic(daemon: Drover) -> None:
    before = forwarded(daemon)
    wait_until(lambda: forwarded(daemon) > before + 200, 20, "traffic flows")


def test_answers_leave_by_route2_and_never_pass_a_director(farm):
    seen = [host.spawn("tcpdump -lnni eth0 tcp src port 80 and src host " + VIP, "answers") for host in
            (farm.master, farm.route1)]
    out = farm.route2.spawn("tcpdump -lnni eth1 tcp src port 80 and src host " + VIP, "answers")
    wait_until(lambda: all("listening on" in process.said() for process in [*seen, out]), 10, "tcpdump listens")
    assert None not in farm.fetch(CLIENTS[:4])
    # By whom: a kernel that is kept waiting answers a second time.
    answered = lambda: set(re.findall(r" > ([\d.]+)\.\d+: Flags \[S\.\]", out.said()))  # noqa: E731
    wait_until(lambda: answered() == set(CLIENTS[:4]), 10, "Route2 has seen four answers")
    assert not any("Flags" in process.said() for process in seen)


def test_new_connections_without_persistence_alternate_strictly(farm):
    pages = farm.fetch(CLIENTS[:1] * 12, port=8080)
    assert None not in pages
    assert all(one != other for one, other in zip(pages, pages[1:])), pages


def test_a_client_of_a_persistent_service_stays_on_its_server(farm):
    assert len(set(farm.fetch(CLIENTS[:1] * 8))) == 1
    assert len(set(farm.fetch(CLIENTS[:8]))) == 2


def test_a_restarted_daemon_loses_nothing(lab):
    farm = Farm(lab, advert_interval=3).start()
    steady = farm.ask_steadily()
    for _ in range(2):
        wait_for_traffic(farm.daemons[0])
        farm.daemons[0].kill()
        farm.daemons[0].start()
        assert farm.daemons[0].instance()["reason"] == "resumed after a restart of the daemon"
        assert farm.daemons[0].instance()["state"].upper() == "MASTER", "it still is MASTER"
    wait_for_traffic(farm.daemons[0])
    seen = steady.stop()
    lost_nothing(seen)
    assert not holds(farm.backup, VIP)
    assert int(farm.daemons[1].instance()["became_master"]) == 0


def test_a_reload_that_adds_and_removes_services_keeps_the_connections_of_others(farm):
    steady = farm.ask_steadily()
    wait_for_traffic(farm.daemons[0])
    third = PLAIN.replace("8080", "8081")
    farm.master.write("/etc/drover/drover.conf", third)
    farm.daemons[0].reload()
    wait_until(lambda: f"{VIP}:8081" in farm.daemons[0].ipvsadm() and f"{VIP}:8080" not in farm.daemons[0].ipvsadm(), 10,
               "8081 in place of 8080")
    farm.master.write("/etc/drover/drover.conf", PLAIN)
    farm.daemons[0].reload()
    wait_until(lambda: f"{VIP}:8080" in farm.daemons[0].ipvsadm(), 10, "8080 is back")
    wait_for_traffic(farm.daemons[0])
    lost_nothing(steady.stop())
    assert holds(farm.master, VIP)


def test_a_reload_of_a_broken_file_changes_nothing(farm):
    before = farm.daemons[0].ipvsadm()
    farm.master.run("rm /etc/drover/drover.conf")
    farm.daemons[0].reload()
    assert farm.master.run("drover reload", check=False).returncode != 0
    assert farm.daemons[0].ipvsadm().count("->") == before.count("->")
    assert holds(farm.master, VIP)


def test_a_failed_server_gets_no_new_connection(farm):
    (page,) = farm.fetch(CLIENTS[:1])
    server = farm.web1 if RIP1 in page else farm.web2
    address = RIP1 if server is farm.web1 else RIP2
    farm.fail(server)
    wait_until(lambda: address not in farm.listing(), 45, "it leaves the pool")
    pages = farm.fetch(CLIENTS[:20])
    assert None not in pages and not any(address in page for page in pages), pages
    farm.heal(server)
    wait_until(lambda: address in farm.listing(), 20, "it comes back")
    assert any(address in page for page in farm.fetch(CLIENTS[20:60])), "and gets connections of new clients"


def test_a_dead_server_gets_no_new_connection(farm):
    farm.web1.power_off()
    wait_until(lambda: RIP1 not in farm.listing(8080), 20, "it leaves the pool")
    pages = farm.fetch(CLIENTS[:6], port=8080)
    assert set(pages) == {f"RIP2({RIP2})"}, pages


def test_the_backup_serves_when_the_master_loses_its_power_and_nopreempt_holds(farm):
    farm.master.power_off()
    wait_until(lambda: holds(farm.backup, VIP), 15, "backup-dr takes over")
    wait_until(lambda: None not in farm.fetch(CLIENTS[:2], seconds=1), 15, "clients are served")
    farm.master.power_on()
    daemon = Drover(farm.master).start()
    wait_until(lambda: daemon.instance()["state"].upper() == "BACKUP", 15, "master-dr waits")
    holds_for(lambda: holds(farm.backup, VIP) and not holds(farm.master, VIP), 4, "longer than it would need to take over")
    assert None not in farm.fetch(CLIENTS[:4])


def test_listings_tell_of_every_client(farm):
    assert None not in farm.fetch(CLIENTS)

    def listed() -> list[dict]:
        return [json.loads(line) for line in farm.master.output("drover conns --json").splitlines()]

    rows = listed()
    templates = [row for row in rows if row["template"]]
    assert len(templates) == len(CLIENTS)
    assert {row["server"].split(":")[0] for row in templates} == {RIP1, RIP2}
    lines = farm.daemons[0].ipvsadm("-Lnc").splitlines()
    assert lines[0] == "IPVS connection entries"
    assert lines[1] == "pro expire state       source             virtual            destination"
    # What is over leaves both lists in its own time, maybe between two looks.
    wait_until(lambda: len(listed()) == len(farm.daemons[0].ipvsadm("-Lnc").splitlines()) - 2, 15, "both list the same")
    stats = farm.daemons[0].ipvsadm(f"-Ln --stats -t {VIP}:80")
    assert sum(int(line.split()[2]) for line in stats.splitlines() if "->" in line and "172" in line) == len(CLIENTS)


def test_status_counts_every_packet_by_a_named_verdict(farm):
    before = forwarded(farm.daemons[0])
    assert None not in farm.fetch(CLIENTS[:10])
    assert 10 * 4 <= forwarded(farm.daemons[0]) - before <= 10 * 10, "SYN, ACK, request and FIN at least of each connection"
