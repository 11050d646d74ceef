"""What an instance tracks decides whether and where it is MASTER (drawing: lab/pair.py)."""

from lab.directors import Drover, Keepalived
from lab.pair import configuration, state
from lab.waiting import holds_for, wait_until

CHECK = "/etc/keepalived/check.sh"
SCRIPT = f'vrrp_script chk {{\n script "{CHECK}"\n interval 1\n fall 2\n rise 2\n %s\n}}\n'


def configure(host, priority: int, before: str, more: str) -> None:
    host.write("/etc/keepalived/keepalived.conf",
               "global_defs {\n enable_script_security\n script_user root\n}\n" + before + configuration(priority, more=more))


def good(host, is_good: bool) -> None:
    """By another file: a script that is being written cannot be run."""
    if not host.path(CHECK).exists():
        host.write(CHECK, "#!/bin/sh\ntest ! -e /etc/keepalived/bad\n", 0o755)
    bad = host.path("/etc/keepalived/bad")
    bad.unlink(missing_ok=True) if is_good else bad.touch()


def test_a_script_that_fails_is_a_fault_and_one_that_succeeds_again_ends_it(pair):
    good(pair.left, True)
    configure(pair.left, 150, SCRIPT % "", "    track_script {\n        chk\n    }")
    daemon = Drover(pair.left).start()
    wait_until(lambda: pair.masters() == ["left"], 15, "left is master")
    good(pair.left, False)
    wait_until(lambda: state(daemon) == "FAULT", 15, "the script's failures are a fault")
    assert daemon.instance("pair")["reason"] == "script chk failed"
    assert "VRRP_Script(chk) failed (exited with status 1)" in daemon.said()
    assert "(pair): entering FAULT state (script chk failed)" in daemon.said()
    good(pair.left, True)
    wait_until(lambda: pair.masters() == ["left"], 20, "left is master again")
    assert "VRRP_Script(chk) succeeded" in daemon.said()


def test_a_weighted_script_moves_the_vip_to_keepalived_and_back(pair):
    good(pair.left, True)
    configure(pair.left, 110, SCRIPT % "weight -20", "    track_script {\n        chk\n    }")
    pair.configure(pair.right, 100)
    daemon = Drover(pair.left).start()
    Keepalived(pair.right).start()
    wait_until(lambda: pair.masters() == ["left"], 15, "left is master")
    good(pair.left, False)
    wait_until(lambda: pair.masters() == ["right"], 20, "right is master: 90 is less than 100")
    assert "(pair) Changing effective priority from 110 to 90" in daemon.said()
    good(pair.left, True)
    wait_until(lambda: pair.masters() == ["left"], 20, "left is master again")


def test_a_script_that_hangs_is_a_failure_after_its_timeout(pair):
    pair.left.write(CHECK, "#!/bin/sh\nsleep 600\n", 0o755)
    configure(pair.left, 150, SCRIPT % "timeout 3", "    track_script {\n        chk\n    }")
    daemon = Drover(pair.left).start()
    assert daemon.instance("pair")["reason"] == "waiting for the first result of script chk"
    wait_until(lambda: state(daemon) == "FAULT", 15, "the first result decides")
    assert "VRRP_Script(chk) timed_out" in daemon.said()


def test_a_script_that_others_can_change_is_not_run_and_the_part_of_its_path_is_named(pair):
    good(pair.left, False)
    pair.left.path("/etc/keepalived").chmod(0o777)
    configure(pair.left, 150, SCRIPT % "", "    track_script {\n        chk\n    }")
    daemon = Drover(pair.left).start()
    wait_until(lambda: pair.masters() == ["left"], 15, "left is master: nothing depends on the script")
    assert "/etc/keepalived is writable by everyone" in daemon.said()


def test_a_number_in_a_file_changes_the_priority_and_can_be_a_fault(pair):
    number = "/etc/keepalived/number"
    configure(pair.left, 150, f"track_file f {{\n file {number}\n weight 2\n init_file 3\n}}\n",
              "    track_file {\n        f\n    }")
    daemon = Drover(pair.left).start()
    wait_until(lambda: daemon.instance("pair")["effective_priority"] == 156, 10, "150 + 2 x 3")
    pair.left.write(number, "-10\n")
    wait_until(lambda: daemon.instance("pair")["effective_priority"] == 130, 10, "150 - 2 x 10")
    pair.left.write(number, "-254\n")
    wait_until(lambda: state(daemon) == "FAULT", 10, "a fault")
    pair.left.path(number).unlink()
    wait_until(lambda: pair.masters() == ["left"], 15, "no file: no number, and left is master")
    assert daemon.instance("pair")["effective_priority"] == 150


def test_a_process_that_ends_is_a_fault(pair):
    configure(pair.left, 150, "vrrp_track_process p {\n process sleep 12345\n quorum 1\n}\n",
              "    track_process {\n        p\n    }")
    process = pair.left.spawn("sleep 12345")
    daemon = Drover(pair.left).start()
    wait_until(lambda: pair.masters() == ["left"], 15, "left is master")
    process.kill()
    wait_until(lambda: state(daemon) == "FAULT", 10, "nobody of the quorum is left")
    assert daemon.instance("pair")["reason"] == "process p failed"
    pair.left.spawn("sleep 12345")
    wait_until(lambda: pair.masters() == ["left"], 15, "left is master again")


def test_a_reload_keeps_what_a_script_was_found_to_be(pair):
    good(pair.left, False)
    configure(pair.left, 150, SCRIPT % "weight -20", "    track_script {\n        chk\n    }")
    daemon = Drover(pair.left).start()
    wait_until(lambda: daemon.instance("pair")["effective_priority"] == 130, 15, "the script has failed")
    configure(pair.left, 150, SCRIPT % "weight -30", "    track_script {\n        chk\n    }")
    daemon.reload()
    wait_until(lambda: "Reload complete" in daemon.said(), 10, "the reload is done")
    holds_for(lambda: daemon.instance("pair")["effective_priority"] == 120, 1, "it counts as failed")


def test_events_are_written_to_a_fifo_whose_reader_is_started(pair):
    reader = "/etc/keepalived/reader.sh"
    pair.left.write(reader, '#!/bin/sh\nwhile read -r line; do echo "$line" >> /var/log/events; done < "$1"\n', 0o755)
    pair.left.write("/etc/keepalived/keepalived.conf",
                    "global_defs {\n enable_script_security\n script_user root\n vrrp_notify_fifo /run/events\n"
                    f" vrrp_notify_fifo_script {reader}\n}}\n" + configuration(150))
    daemon = Drover(pair.left).start()
    wait_until(lambda: pair.masters() == ["left"], 15, "left is master")
    assert daemon.stop() == 0
    wait_until(lambda: pair.left.read("/var/log/events").splitlines()
               == [f'INSTANCE "pair" {told} 150' for told in ("BACKUP", "MASTER", "STOP")], 10, "all three are told")
