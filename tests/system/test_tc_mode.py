"""Directors whose cards have no native XDP: everything works at tc ingress, with all offloads on (network: lab/farm.py)."""

import hashlib
import json
import re

import pytest

from lab.directors import Drover, holds
from lab.farm import RIP1, RIP2, Farm
from lab.numbered_lines import numbered_lines
from lab.seed_network import CLIENTS, VIP
from lab.waiting import wait_until

REFUSED = "native XDP refused by veth: Numerical result out of range"
LARGE = numbered_lines(8 << 20)
NOBODY_SERVES_9090 = "".join(
    f"virtual_server {VIP} 9090 {{\n    lb_kind DR\n    protocol {protocol}\n    real_server {RIP1} 9090 {{\n        weight 0\n"
    "    }\n}\n" for protocol in ("TCP", "UDP"))

ASK = """\
import socket, sys
with socket.socket(socket.AF_INET, getattr(socket, sys.argv[2])) as made:
    made.settimeout(5)
    try:
        made.connect((sys.argv[1], 9090))
        made.send(b"is anybody there")
        made.recv(1)
    except OSError as error:
        print(type(error).__name__)
"""


def made(lab, directors_offload: str = "on", **options) -> Farm:
    """As hosts come out of the box: packets are merged and cut, and checksums left to the cards, wherever it can be."""
    farm = Farm(lab, native_xdp=False, words=NOBODY_SERVES_9090, **options)
    for host in lab.hosts:
        state = directors_offload if host in farm.directors else "on"
        for nic in host.nics:
            host.run(f"ethtool -K {nic.name} tx {state} tso {state} gso {state} gro on")
    return farm.start()


@pytest.fixture
def farm(lab):
    return made(lab)


def filters(host) -> list[dict]:
    return [row for row in json.loads(host.output("tc -json filter show dev eth0 ingress")) if "options" in row]


def qdiscs(host) -> list[str]:
    return [row["kind"] for row in json.loads(host.output("tc -json qdisc show dev eth0"))]


def forwarded(daemon: Drover) -> int:
    return sum(int(row["packets"]) for row in daemon.status()["dataplane"]["verdicts"] if row["action"] == "forward")


def attachments(daemon: Drover) -> list[dict]:
    return daemon.status()["dataplane"]["attachments"]


@pytest.mark.parametrize("directors_offload", ["on", "off"])
def test_large_files_go_up_and_down_whole(lab, directors_offload):
    farm = made(lab, directors_offload=directors_offload)
    want = hashlib.sha256(LARGE).hexdigest()
    farm.client.path("/run/large").write_bytes(LARGE)
    for _ in range(2):  # both real servers
        up = farm.client.output(f"curl -sS --max-time 30 -T /run/large http://{VIP}:8080/large", seconds=40)
        assert up.strip() == want
        down = farm.client.output(f"curl -sS --max-time 30 http://{VIP}:8080/lines/{len(LARGE)} | sha256sum", seconds=40)
        assert down.split()[0] == want
    stats = farm.daemons[0].ipvsadm(f"-Ln --stats --exact -t {VIP}:8080")
    packets, incoming = map(int, re.search(rf"^TCP +{VIP}:8080 +\d+ +(\d+) +\d+ +(\d+)", stats, re.MULTILINE).groups())
    assert incoming > 2 * len(LARGE)
    assert incoming / packets > 3000, "the packets that were taken are merged ones"


@pytest.mark.parametrize("directors_offload", ["on", "off"])
def test_a_client_whose_card_makes_the_checksums_is_answered(lab, directors_offload):
    """Where nobody serves: ICMP port unreachable, which quotes a packet whose checksum was still to be made."""
    farm = made(lab, directors_offload=directors_offload)
    farm.client.write("/run/ask.py", ASK)
    for kind in ("SOCK_STREAM", "SOCK_DGRAM"):
        assert farm.client.output(f"/usr/bin/python3 /run/ask.py {VIP} {kind}").strip() == "ConnectionRefusedError", kind
    answered = [row for row in farm.daemons[0].status()["dataplane"]["verdicts"] if row["reason"] == "no_destination"]
    assert int(answered[0]["packets"]) >= 2


def test_status_says_tc_and_why_also_after_a_restart(farm):
    def says_why(daemon: Drover) -> None:
        assert attachments(daemon) == [{"interface": "eth0", "mode": "tc", "reason": REFUSED}]
        assert f"  eth0            tc ingress: {REFUSED}" in daemon.host.output("drover status").splitlines()

    for daemon in farm.daemons:
        says_why(daemon)
        assert "xdp" not in daemon.host.output("ip link show eth0")
    farm.daemons[1].kill()
    says_why(farm.daemons[1].start())


def test_clients_are_served_and_a_takeover_works(farm):
    pages = farm.fetch(CLIENTS[:8])
    assert {RIP1 if RIP1 in page else RIP2 for page in pages} == {RIP1, RIP2}
    assert forwarded(farm.daemons[0]) >= 8 * 4, "SYN, ACK, request and FIN at least of each connection"
    farm.master.power_off()
    wait_until(lambda: holds(farm.backup, VIP), 15, "backup-dr takes over")
    wait_until(lambda: None not in farm.fetch(CLIENTS[:2], seconds=1), 15, "clients are served")


def test_a_killed_daemon_that_is_back_loses_nothing(lab):
    farm = made(lab, advert_interval=3)
    steady = farm.ask_steadily()
    wait_until(lambda: forwarded(farm.daemons[0]) > 200, 20, "traffic flows")
    first = filters(farm.master)
    farm.daemons[0].kill()
    assert filters(farm.master) == first, "the packet path goes on without a daemon"
    farm.daemons[0].start()
    assert [row["options"]["handle"] for row in filters(farm.master)] == [first[0]["options"]["handle"]]
    assert filters(farm.master) != first, "it runs the new daemon's program"
    before = forwarded(farm.daemons[0])
    wait_until(lambda: forwarded(farm.daemons[0]) > before + 200, 20, "traffic flows on")
    seen = steady.stop()
    assert seen["kept"]["answered"] == seen["kept"]["sent"] and seen["kept"]["retransmitted"] == 0, seen
    assert seen["new"]["failed"] == 0, seen


def test_filter_and_qdisc_are_gone_after_a_stop_and_after_cleanup(farm):
    assert "clsact" in qdiscs(farm.backup)
    assert farm.daemons[1].stop() == 0
    assert "clsact" not in qdiscs(farm.backup), "a clean stop takes away what was made"
    farm.daemons[0].kill()
    assert len(filters(farm.master)) == 1
    farm.master.run("drover cleanup")
    assert "clsact" not in qdiscs(farm.master), "and so does cleanup after a daemon that died"


def test_a_reload_changes_the_way_without_losing_a_packet(lab):
    farm = Farm(lab).start()
    assert attachments(farm.daemons[0]) == [{"interface": "eth0", "mode": "native", "reason": ""}]
    conf = farm.master.path("/etc/drover/drover.conf").read_text()
    steady = farm.ask_steadily()
    for mode in ("tc", "native"):
        before = forwarded(farm.daemons[0])
        farm.master.write("/etc/drover/drover.conf", conf + f"global_defs {{\n    dataplane {mode}\n}}\n")
        farm.daemons[0].reload()
        wait_until(lambda: attachments(farm.daemons[0])[0]["mode"] == mode, 10, f"packets are taken by {mode}")
        wait_until(lambda: forwarded(farm.daemons[0]) > before + 200, 20, "traffic flows on")
    seen = steady.stop()
    assert seen["kept"]["answered"] == seen["kept"]["sent"] and seen["kept"]["retransmitted"] == 0, seen
    assert seen["new"]["failed"] == 0, seen


def test_a_way_that_cannot_be_had_is_refused(lab):
    farm = Farm(lab, native_xdp=False)
    farm.master.write("/etc/drover/drover.conf", "global_defs {\n    dataplane native\n}\n"
                                                 "include /etc/keepalived/keepalived.conf\n")
    daemon = Drover(farm.master)
    assert daemon.start_only().wait() == 1
    assert "attach to eth0: Numerical result out of range" in daemon.said()
