"""One virtual router has one speaker on a host: a second one is refused in one sentence (drawing: lab/pair.py)."""

from lab.directors import Drover, Keepalived
from lab.pair import VIP
from lab.waiting import holds_for, wait_until


def refused(pair, options: str = "") -> str:
    """Starts drover on left, which must end by itself; what it said."""
    daemon = Drover(pair.left, options)
    process = daemon.start_only()
    assert process.wait(10) not in (0, None)
    return process.said()


def test_a_second_daemon_is_refused(pair):
    pair.configure(pair.left, 150)
    Drover(pair.left).start()
    wait_until(lambda: pair.masters() == ["left"], 6, "left becomes master")
    said = refused(pair)
    assert "Traceback" not in said and len(said.strip().splitlines()[-1]) > 20
    holds_for(lambda: pair.masters() == ["left"], 1, "the first daemon is not disturbed")


def test_a_second_daemon_with_paths_of_its_own_is_refused_for_the_vrid(pair):
    pair.configure(pair.left, 150)
    Drover(pair.left).start()
    wait_until(lambda: pair.masters() == ["left"], 6, "left becomes master")
    said = refused(pair, "--socket /run/two.sock --pin-dir /sys/fs/bpf/two --pid-file /run/two.pid")
    assert "pair" in said or "51" in said, said
    holds_for(lambda: pair.masters() == ["left"], 1, "the first daemon is not disturbed")


def test_a_keepalived_with_our_vrid_on_this_host_is_refused(pair):
    pair.configure(pair.left, 150)
    Keepalived(pair.left).start()
    wait_until(lambda: pair.masters() == ["left"], 8, "keepalived is master")
    said = refused(pair)
    assert "keepalived" in said, said
    holds_for(lambda: pair.masters() == ["left"], 1, "keepalived is not disturbed")


def test_a_keepalived_on_another_host_is_a_peer_and_no_rival(pair):
    """The network namespace is the host: a keepalived in another one speaks from other addresses."""
    pair.configure(pair.left, 150)
    pair.configure(pair.right, 100)
    Keepalived(pair.right).start()
    Drover(pair.left).start()
    wait_until(lambda: pair.masters() == ["left"], 8, f"left takes {VIP}")
