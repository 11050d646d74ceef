"""A director whose processes are all dead gives the VIP up to a living one, and else goes on forwarding.

The drawing is in lab/flat_farm.py; the director has priority 150, the peer 100.
"""

import pytest

from lab.directors import CONFIGURATION, Drover, holds
from lab.flat_farm import CLIENTS, VIP, FlatFarm, service
from lab.waiting import holds_for, wait_until

INSTANCE = ("vrrp_instance pair {\n interface eth0\n virtual_router_id 51\n priority %d\n advert_int 1\n"
            " virtual_ipaddress {\n  " + VIP + "/24\n }\n}\n")


class Directors(FlatFarm):
    def __init__(self, lab):
        super().__init__(lab, peer=True)
        self.prepare_servers()
        self.configure(INSTANCE % 150, service())
        self.peer.write(CONFIGURATION, INSTANCE % 100 + service())
        self.daemon.start()
        wait_until(lambda: holds(self.director, VIP), 20, "the director is master")
        self.wait_for_next_hops()

    def kill_all(self) -> None:
        """Every process of drover's at once, and nothing starts it again."""
        self.daemon.process.kill_family()

    def pages(self, count: int = 4, seconds: float = 5) -> list:
        return self.fetch(CLIENTS[:count], seconds=seconds)

    def who_answers(self) -> set[str]:
        """The MACs that answer when the client asks for the VIP."""
        said = self.client.run(f"arping -b -c 3 -w 4 -I eth0 {VIP}", check=False).stdout
        return {line.split("[")[1].split("]")[0].lower() for line in said.splitlines() if "reply from" in line}


@pytest.fixture
def directors(lab):
    return Directors(lab)


def test_the_dead_director_is_silent_and_drops_when_the_backup_takes_over(directors):
    peer = Drover(directors.peer).start()
    assert all(directors.pages())
    directors.kill_all()
    wait_until(lambda: holds(directors.peer, VIP), 20, "the peer is master")
    wait_until(lambda: directors.who_answers() == {directors.peer.mac()}, 30, "the peer alone answers ARP")
    assert holds(directors.director, VIP), "its kernel has the address still"
    wait_until(lambda: all(directors.pages(8, seconds=2)), 20, "clients go on")
    assert peer.instance("pair")["split_brain"] == ""


def test_without_a_backup_clients_go_on(directors):
    assert all(directors.pages())
    directors.kill_all()
    holds_for(lambda: all(directors.pages(2)), 8, "nobody claims the address: the dead director forwards", every=0.5)
    assert directors.who_answers() == {directors.director.mac()}


def test_a_director_that_comes_back_after_its_surrender_is_backup_and_then_preempts(directors):
    Drover(directors.peer).start()
    directors.kill_all()
    wait_until(lambda: directors.who_answers() == {directors.peer.mac()}, 30, "the peer has taken over")
    directors.daemon.start()
    wait_until(lambda: holds(directors.director, VIP) and not holds(directors.peer, VIP), 20, "it preempts")
    directors.wait_for_next_hops()
    wait_until(lambda: all(directors.pages(8, seconds=2)), 20, "clients go on")
    assert directors.who_answers() == {directors.director.mac()}
