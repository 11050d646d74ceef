"""The notify scripts, called as keepalived calls them (drawing: lab/pair.py)."""

import os
import signal
from pathlib import Path

from lab.directors import Drover
from lab.pair import state
from lab.waiting import wait_until

SCRIPT = "#!/bin/sh\necho \"$(basename $0) $*\" >> /var/log/notified\n"
SCRIPTS = {name: f"/etc/keepalived/{name}.sh" for name in ("master", "backup", "fault", "stop", "any")}
# An instance-wide script beside one for each state, as in many files.
WORDS = "\n".join(f"    notify{'' if name == 'any' else '_' + name} {path}" for name, path in SCRIPTS.items())


def start(pair) -> Drover:
    pair.configure(pair.left, 150, more=WORDS)
    for path in SCRIPTS.values():
        pair.left.write(path, SCRIPT, 0o755)
    return Drover(pair.left).start()


def notified(pair, script: str) -> list[str]:
    return [line.removeprefix(f"{script}.sh").strip() for line in pair.left.read("/var/log/notified").splitlines()
            if line.startswith(f"{script}.sh")]


def test_each_state_is_told_once_with_keepalived_s_arguments(pair):
    daemon = start(pair)
    wait_until(lambda: notified(pair, "master"), 20, "notify_master has run")
    pair.left.pull_cable()
    wait_until(lambda: notified(pair, "fault"), 20, "notify_fault has run")
    pair.left.put_cable_back()
    told = [f"INSTANCE pair {state} 150" for state in ("BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "STOP")]
    # One script runs after the other until the daemon stops; of those that run then it waits a second for the end.
    wait_until(lambda: len(notified(pair, "master")) == 2 and len(notified(pair, "any")) == 5, 20, "MASTER is told again")
    assert notified(pair, "any") == told[:5]
    assert daemon.stop() == 0
    wait_until(lambda: notified(pair, "any") == told and notified(pair, "stop"), 10, "STOP is told")
    assert notified(pair, "backup") == ["", ""] and notified(pair, "stop") == [""], "these get no arguments"


def test_a_killed_script_runner_is_replaced_and_the_next_script_runs(pair):
    daemon = start(pair)
    # A script that runs when its runner is killed goes on by itself, and may end after the next.
    wait_until(lambda: notified(pair, "any")[-1:] == ["INSTANCE pair MASTER 150"], 20, "MASTER is told")
    for number, told in enumerate(("FAULT", "MASTER"), start=1):
        runner = script_runner(daemon)
        os.kill(runner, signal.SIGKILL)
        pair.left.pull_cable() if told == "FAULT" else pair.left.put_cable_back()
        wait_until(lambda: notified(pair, "any")[-1:] == [f"INSTANCE pair {told} 150"], 20, f"{told} is told")
        assert script_runner(daemon) != runner
        wait_until(lambda: daemon.said().count("the script runner was started again") == number, 10, "it is said")
    assert state(daemon) == "MASTER"
    os.kill(script_runner(daemon), signal.SIGKILL)
    assert daemon.stop() == 0
    wait_until(lambda: notified(pair, "stop") == [""], 10, "the daemon's last words, too")


def script_runner(daemon: Drover) -> int:
    """The process number, as this program sees it."""
    return wait_until(lambda: next((child for child in daemon.process.children() if command(child) == "drover-scripts"),
                                   None), 20, "there is a script runner")


def command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:  # it has just ended
        return ""


def test_a_script_that_hangs_delays_no_advert_and_the_later_ones_run_in_the_end(pair):
    daemon = start(pair)
    pair.left.write(SCRIPTS["fault"], "#!/bin/sh\nsleep 600\n", 0o755)
    wait_until(lambda: pair.masters() == ["left"], 20, "left is master")
    pair.left.pull_cable()
    wait_until(lambda: state(daemon) == "FAULT", 20, "FAULT")
    pair.left.put_cable_back()
    wait_until(lambda: pair.masters() == ["left"], 20, "left is master again")
    before = int(daemon.instance("pair")["adverts_sent"])
    wait_until(lambda: int(daemon.instance("pair")["adverts_sent"]) >= before + 3, 20, "adverts go on")
    rest = [f"INSTANCE pair {told} 150" for told in ("FAULT", "BACKUP", "MASTER")]
    wait_until(lambda: notified(pair, "any")[2:] == rest, 40, "what happened after it is told, in order")
