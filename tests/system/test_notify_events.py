"""What FIFOs and scripts are told beside the states: priorities, a lower master heard, an instance deleted (drawing:
lab/pair.py). The lines are those that keepalived 2.2.7 writes in the same story; the first test plays it with both."""

import pytest

from lab.directors import CONFIGURATION, Drover, Keepalived
from lab.pair import configuration
from lab.waiting import wait_until

GLOBAL = "global_defs {\n enable_script_security\n script_user root\n vrrp_notify_fifo /run/events\n %s\n}\n"
TRACKED = "".join(f"track_file {name} {{\n file /run/{name}\n weight 1\n}}\n" for name in ("load", "quiet"))
SCRIPT = "#!/bin/sh\necho \"$(basename $0) $*\" >> /var/log/notified\n"
WORDS = """
    notify /etc/keepalived/any.sh
    notify_fault /etc/keepalived/fault.sh
    notify_stop /etc/keepalived/stop.sh
    notify_master_rx_lower_pri "/etc/keepalived/lower.sh a b"
    notify_priority_changes
    track_file {
        load
        quiet
    }
    %s"""
OTHER = configuration(150, vip="10.9.0.200", more="    track_file {\n        load\n    }").replace("pair", "other").replace("router_id 51", "router_id 52")

programs = pytest.mark.parametrize("program", [Drover, Keepalived])


def configure(pair, more: str = "", before: str = "", text: str = "") -> None:
    pair.left.write(CONFIGURATION, GLOBAL % before + TRACKED + (text or configuration(150, more=WORDS % more)))


def start(pair, program, more: str = "", before: str = ""):
    for name in ("any", "fault", "stop", "lower", "deleted"):
        pair.left.write(f"/etc/keepalived/{name}.sh", SCRIPT, 0o755)
    load(pair, 3)
    pair.left.write("/run/quiet", "0\n")
    configure(pair, more, before)
    # It holds the pipe open for writing, too: the daemon may close it and open it again.
    pair.left.run("mkfifo /run/events")
    pair.left.spawn("sh -c 'exec 3<>/run/events; cat <&3 >> /var/log/events'", "reader")
    wait_until(pair.left.path("/var/log/events").exists, 20, "the reader has opened both")
    return program(pair.left).start()


def load(pair, number: int) -> None:
    pair.left.write("/run/load", f"{number}\n")


def events(pair) -> list[str]:
    return pair.left.read("/var/log/events").replace("\0", "").splitlines()


def notified(pair) -> list[str]:
    return pair.left.read("/var/log/notified").splitlines()


def told(pair, line: str, seconds: float = 20) -> None:
    wait_until(lambda: line in events(pair), seconds, f"the FIFO has {line!r}: {events(pair)}")


@programs
def test_changes_of_the_priority_are_told_with_the_state_in_which_they_come(pair, program):
    start(pair, program)
    told(pair, 'INSTANCE "pair" MASTER 153')
    load(pair, 5)
    told(pair, 'INSTANCE "pair" MASTER_PRIORITY 155')
    assert [line for line in events(pair) if line.startswith("INSTANCE")] == [
        'INSTANCE "pair" BACKUP_PRIORITY 153', 'INSTANCE "pair" BACKUP 153', 'INSTANCE "pair" MASTER 153',
        'INSTANCE "pair" MASTER_PRIORITY 155']
    wait_until(lambda: notified(pair) == ["any.sh INSTANCE pair BACKUP 153", "any.sh INSTANCE pair MASTER 153"], 20,
               "of a priority no script is told")


@programs
def test_a_file_that_is_being_written_is_read_when_it_has_been_closed(pair, program):
    start(pair, program)
    told(pair, 'INSTANCE "pair" MASTER 153')
    with pair.left.path("/run/load").open("w") as half_written:
        pair.left.write("/run/quiet", "1\n")
        told(pair, 'INSTANCE "pair" MASTER_PRIORITY 154')
        half_written.write("5\n")
    told(pair, 'INSTANCE "pair" MASTER_PRIORITY 156')
    assert [line for line in events(pair) if "MASTER_PRIORITY" in line] == [
        'INSTANCE "pair" MASTER_PRIORITY 154', 'INSTANCE "pair" MASTER_PRIORITY 156']


@programs
def test_a_master_that_hears_a_lower_one_tells_it_and_runs_its_script(pair, program):
    start(pair, program)
    told(pair, 'INSTANCE "pair" MASTER 153')
    # The right director hears nobody, and is heard.
    pair.lan.switch.run("nft 'add table bridge deaf; add chain bridge deaf forward "
                        "{ type filter hook forward priority 0; }; "
                        "add rule bridge deaf forward ip saddr 10.9.0.1 ip protocol 112 drop'")
    pair.configure(pair.right, 90)
    Keepalived(pair.right).start()
    told(pair, 'INSTANCE "pair" MASTER_RX_LOWER_PRI 153')
    wait_until(lambda: "lower.sh a b" in notified(pair), 20, "the script has run, with its own arguments alone")
    assert not any("LOWER" in line for line in notified(pair)), "it is no state: `notify` is not told"


@programs
@pytest.mark.parametrize("word, state, script", [
    ("", "FAULT", None), ("notify_deleted", "DELETED", None),
    ("notify_deleted /etc/keepalived/deleted.sh", "DELETED", "deleted.sh ")])
def test_an_instance_that_a_reload_takes_away_is_told(pair, program, word, state, script):
    daemon = start(pair, program, word)
    told(pair, 'INSTANCE "pair" MASTER 153')
    configure(pair, text=OTHER)
    daemon.reload()
    told(pair, f'INSTANCE "pair" {state} 153')
    told(pair, 'INSTANCE "other" BACKUP 153')
    # Scripts run side by side: the last one of before may come in among those of now.
    wanted = [f"any.sh INSTANCE pair {word} 153" for word in ("BACKUP", "MASTER", state)] + [script] * bool(script)
    wait_until(lambda: sorted(notified(pair)) == sorted(wanted), 20,
               f"scripts are told, and neither notify_fault nor notify_stop is: {notified(pair)}")


def test_states_are_told_again_on_reload_if_that_is_wanted(pair):
    daemon = start(pair, Drover, before="fifo_write_vrrp_states_on_reload")
    told(pair, 'INSTANCE "pair" MASTER 153')
    wait_until(lambda: len(notified(pair)) == 2, 20, "the scripts of both states have run")
    daemon.reload()
    wait_until(lambda: events(pair).count('INSTANCE "pair" MASTER 153') == 2, 20, "the FIFO is told again")
    assert len(notified(pair)) == 2, "no script is"
