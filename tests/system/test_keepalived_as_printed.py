"""The seed's files and keepalived 2.2.7: it cannot read them as printed, and retyped they make two masters.

Each file's mcast_src_ip is the *other* director's address. keepalived sends with it, and the kernel of the other
director drops every advert, since it claims to come from one of its own addresses (martian). Nobody hears anybody.

    master-dr 172.51.96.119                      backup-dr 172.51.96.105
      says "I am 172.51.96.105"  ---------------->  drops it: that is me
      drops it: that is me  <----------------------  says "I am 172.51.96.119"
"""

from lab.directors import Keepalived, holds
from lab.seed_network import VIP
from lab.waiting import holds_for, wait_until


def test_the_blanks_of_the_page_are_letters_to_keepalived(seed_network):
    network = seed_network()
    peer = Keepalived(network.master).start()
    wait_until(lambda: "keepalived has no configuration to run" in peer.said(), 20, "keepalived sees no instance")


def test_retyped_the_files_give_two_masters(seed_network):
    network = seed_network(directors_eth1=True)  # without the tracked eth1 it would end with status 2
    peers = []
    for director in network.directors:
        network.put_plain_blanks(director)
        peers.append(Keepalived(director).start())
    wait_until(lambda: all(holds(director, VIP) for director in network.directors), 30, "both hold the VIP")
    holds_for(lambda: all(holds(director, VIP) for director in network.directors), 3, "both hold the VIP", every=0.5)
    assert all("(http) Entering MASTER STATE" in peer.said() for peer in peers)


def test_without_the_second_card_keepalived_gives_up(seed_network):
    network = seed_network()
    network.put_plain_blanks(network.master)
    assert Keepalived(network.master).start().process.wait() == 2
