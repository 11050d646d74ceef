"""Two directors that share out clients by hash agree on every one (network: lab/flat_pair.py)."""

from lab.directors import holds
from lab.flat_farm import CLIENTS, VIP, WEB, service
from lab.flat_pair import FlatPair
from lab.waiting import wait_until


def test_after_a_power_cut_of_the_master_clients_reach_the_same_servers(lab):
    farm = FlatPair(lab)
    farm.prepare_servers()
    farm.start_both(service(WEB, algo="mh"), of_peer=service(WEB[::-1], algo="mh"))
    before = farm.fetch(CLIENTS)
    assert set(before) == {"web1", "web2"}
    farm.director.power_off()
    wait_until(lambda: holds(farm.peer, VIP), 20, "peer takes over")
    wait_until(lambda: farm.fetch(CLIENTS[:1], seconds=1) != [None], 20, "clients are served again")
    assert farm.fetch(CLIENTS) == before
