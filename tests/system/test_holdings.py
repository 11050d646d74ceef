"""What a director sets in the kernel besides its VIP, when, and that it takes it away again (drawing: lab/pair.py)."""

from lab.directors import CONFIGURATION, Drover, holds
from lab.pair import VIP, configuration, state
from lab.waiting import wait_until

STATIC = """
static_ipaddress {
    10.7.0.1/24 dev eth0
}
static_routes {
    10.8.0.0/16 via 10.7.0.9
}
static_rules {
    from 10.8.0.0/16 lookup 80 preference 800
}
"""
VIRTUAL = """
virtual_ipaddress_excluded {
    2001:db8:9::100/64
    10.9.0.101/24
}
virtual_routes {
    10.5.0.0/16 via 10.9.0.9
    blackhole 10.6.0.0/16
    2001:db8:5::/48 via 2001:db8:9::9 dev eth0
}
virtual_rules {
    from 10.5.0.0/16 lookup 50 preference 500
    to 2001:db8:5::/48 lookup 50 preference 501
}
promote_secondaries
"""
STATIC_THINGS = {"10.7.0.1/24", "10.8.0.0/16 via 10.7.0.9", "from 10.8.0.0/16 lookup 80"}
VIRTUAL_THINGS = {f"{VIP}/24", "10.9.0.101/24", "2001:db8:9::100/64", "10.5.0.0/16 via 10.9.0.9", "blackhole 10.6.0.0/16",
                  "2001:db8:5::/48 via 2001:db8:9::9", "from 10.5.0.0/16 lookup 50", "from all to 2001:db8:5::/48 lookup 50"}


def things(host) -> set[str]:
    """Those of the two sets that the kernel has."""
    kernel = host.output("ip address; ip route; ip -6 route; ip rule; ip -6 rule").replace("\t", " ")
    return {thing for thing in STATIC_THINGS | VIRTUAL_THINGS if thing in kernel}


def test_a_master_has_them_all_a_backup_the_static_ones_and_after_the_stop_there_are_none(pair):
    pair.left.write(CONFIGURATION, STATIC + configuration(100, more=VIRTUAL))
    pair.configure(pair.right, 150)
    left, right = Drover(pair.left), Drover(pair.right)
    left.start()
    wait_until(lambda: things(pair.left) == STATIC_THINGS | VIRTUAL_THINGS, 8, "the master has everything")
    assert left.instance("pair")["notes"] == []
    assert pair.left.output("sysctl -n net.ipv4.conf.eth0.promote_secondaries").strip() == "1"
    right.start()
    wait_until(lambda: holds(pair.right, VIP), 8, "right takes over")
    wait_until(lambda: things(pair.left) == STATIC_THINGS, 3, "the backup has what is static")
    right.stop()
    wait_until(lambda: things(pair.left) == STATIC_THINGS | VIRTUAL_THINGS, 3, "the master has everything again")
    left.stop()
    assert things(pair.left) == set()


def test_a_reload_sets_what_is_new_and_removes_what_is_gone(pair):
    pair.left.write(CONFIGURATION, STATIC + configuration(100, more=VIRTUAL))
    left = Drover(pair.left).start()
    wait_until(lambda: things(pair.left) == STATIC_THINGS | VIRTUAL_THINGS, 8, "the master has everything")
    less = VIRTUAL.replace("    from 10.5.0.0/16 lookup 50 preference 500\n", "").replace("    10.9.0.101/24\n", "")
    pair.left.write(CONFIGURATION, STATIC.replace("    10.8.0.0/16 via 10.7.0.9\n", "") + configuration(100, more=less))
    pair.left.run("drover reload")
    gone = {"from 10.5.0.0/16 lookup 50", "10.9.0.101/24", "10.8.0.0/16 via 10.7.0.9"}
    assert things(pair.left) == (STATIC_THINGS | VIRTUAL_THINGS) - gone
    assert state(left) == "MASTER"
    pair.left.write(CONFIGURATION, STATIC + configuration(100, more=VIRTUAL))
    pair.left.run("drover reload")
    assert things(pair.left) == STATIC_THINGS | VIRTUAL_THINGS


def test_a_rule_deleted_by_hand_comes_back(pair):
    pair.left.write(CONFIGURATION, configuration(100, more=VIRTUAL))
    Drover(pair.left).start()
    wait_until(lambda: things(pair.left) == VIRTUAL_THINGS, 8, "the master has everything")
    pair.left.run("ip rule del preference 500; ip route del 10.5.0.0/16")
    wait_until(lambda: things(pair.left) == VIRTUAL_THINGS, 8, "rule and route are back at the next look")
