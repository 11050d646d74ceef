"""Two directors that are also each other's real servers: the set-up in which IPVS once let one SYN become a storm.

Network: lab/flat_pair.py. How often a packet passes is counted on the wire.
"""

import json

import pytest

from lab.flat_farm import CLIENTS, VIP, service
from lab.flat_pair import FlatPair
from lab.waiting import wait_until

DIRECTOR, PEER = "10.9.0.1", "10.9.0.2"


class Directors(FlatPair):
    def __init__(self, lab):
        super().__init__(lab)
        for host in (self.director, self.peer):
            self.make_real(host)

    def count_frames(self) -> None:
        """From now on, of SYNs for the VIP."""
        self.lan.switch.run("nft 'add table bridge count; add chain bridge count forward "
                            "{ type filter hook forward priority -1; }; add rule bridge count forward "
                            f"ip daddr {VIP} tcp flags & (syn | ack) == syn counter'")

    def repeated(self) -> int:
        """SYNs that the client has sent once more, since a busy machine let it wait for the answer."""
        names, numbers = self.client.output("grep ^TcpExt: /proc/net/netstat").splitlines()
        return int(dict(zip(names.split(), numbers.split()))["TCPSynRetrans"])

    def frames(self) -> int:
        ruleset = json.loads(self.lan.switch.output("nft -j list table bridge count"))
        return next(word["counter"]["packets"] for row in ruleset["nftables"] if "rule" in row
                    for word in row["rule"]["expr"] if "counter" in word)


@pytest.fixture
def directors(lab):
    return Directors(lab)


def each_passed_at_most_once(directors, clients: list[str]) -> None:
    """A SYN is one frame to the MASTER, and if its server is the other director one more to that."""
    directors.count_frames()
    pages = directors.fetch(clients)
    assert sorted(pages) == ["director"] * (len(clients) // 2) + ["peer"] * (len(clients) // 2)
    # Of a SYN that was sent once more it is not known whose it was.
    assert 0 <= directors.frames() - len(clients) - len(clients) // 2 - directors.repeated() <= directors.repeated()


def test_a_packet_passes_at_most_once_and_a_director_serves_its_own(directors):
    directors.start_both(service([DIRECTOR, PEER]))
    each_passed_at_most_once(directors, CLIENTS[:8])
    assert directors.verdicts()["real_here"] >= 4 * 4
    assert directors.verdicts(directors.peer_daemon)["from_peer"] >= 4 * 4


def test_nor_with_two_masters(directors):
    directors.start_both(service([DIRECTOR, PEER]))
    directors.part_adverts()
    each_passed_at_most_once(directors, CLIENTS[:8])


def test_nor_when_each_sends_all_to_the_other(directors):
    """Both open, and for each the other is the only server: what one sends, the other must take for itself."""
    directors.start_both(service([PEER]), of_peer=service([DIRECTOR]))
    directors.part_adverts()
    directors.count_frames()
    assert directors.fetch(CLIENTS[:4]) == ["peer"] * 4
    assert directors.frames() == 2 * (4 + directors.repeated())


def test_nor_when_they_have_never_heard_of_each_other(directors):
    """No MAC is known of which not to take packets: but none is sent back to where it came from."""
    directors.start_parted(service([PEER]), of_peer=service([DIRECTOR]))
    directors.count_frames()
    assert directors.fetch(CLIENTS[:4]) == ["peer"] * 4
    assert directors.frames() == 2 * (4 + directors.repeated())
    assert directors.verdicts(directors.peer_daemon)["from_peer"] >= 4 * 4


def test_nor_when_the_peer_is_a_gateway_and_the_gate_alone_guards(directors):
    directors.director.run(f"ip route add 10.77.0.0/16 via {PEER}")
    directors.peer.run(f"ip route add 10.77.0.0/16 via {DIRECTOR}")
    directors.start_both(service([DIRECTOR, PEER]))
    each_passed_at_most_once(directors, CLIENTS[:8])
    assert directors.verdicts(directors.peer_daemon)["from_peer"] == 0
    (note,) = [note for note in directors.peer_daemon.status()["notes"] if "gateway" in note]
    assert DIRECTOR in note and "gate alone" in note


def test_a_gateway_is_known_as_one_although_nothing_was_ever_sent_by_it(directors):
    """The kernel has not asked for its MAC: its address alone tells."""
    directors.peer.run(f"ip route add 10.77.0.0/16 via {DIRECTOR}")
    directors.start_both(service())
    wait_until(lambda: any("gateway" in note and DIRECTOR in note for note in directors.peer_daemon.status()["notes"]), 20,
               "the director is known as a gateway")
