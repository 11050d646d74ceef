"""A director whose link comes back knows its servers' MAC addresses before it is master again.

The kernel forgets its neighbours with the carrier, and a question that it asked meanwhile is repeated a second later at
the soonest: VRRP with adverts every 100 ms is master long before that.
"""

from lab.directors import CONFIGURATION, Drover, holds
from lab.flat_farm import VIP, WEB, FlatFarm, service
from lab.waiting import wait_until

INSTANCE = ("vrrp_instance pair {\n version 3\n interface eth0\n virtual_router_id 51\n priority %d\n advert_int 0.1\n"
            " virtual_ipaddress {\n  " + VIP + "/24\n }\n}\n")
SECONDS_WITHOUT_A_LINK = 1.5  # so long that the kernel has asked in vain


def test_next_hops_are_known_before_it_is_master_again(lab):
    farm = FlatFarm(lab, peer=True)
    farm.prepare_servers()
    farm.configure(INSTANCE % 150, service())
    farm.peer.write(CONFIGURATION, INSTANCE % 100 + service())
    farm.daemon.start()
    Drover(farm.peer).start()
    for _ in range(3):
        wait_until(lambda: holds(farm.director, VIP), 10, "the director is master")
        farm.wait_for_next_hops()
        before = len(farm.daemon.said())
        farm.director.pull_cable()
        wait_until(lambda: farm.daemon.said()[before:].count("is not known: packets for it are dropped") == len(WEB), 10,
                   "it has forgotten its servers")
        wait_until(lambda: holds(farm.peer, VIP), 10, "the peer is master")
        farm.client.output(f"sleep {SECONDS_WITHOUT_A_LINK}")
        before = len(farm.daemon.said())
        farm.director.put_cable_back()
        wait_until(lambda: "Entering MASTER STATE" in farm.daemon.said()[before:], 10, "the director preempts")
        until_then = farm.daemon.said()[before:].split("Entering MASTER STATE")[0]
        assert until_then.count("is reached by") == len(WEB), until_then
