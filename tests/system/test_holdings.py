"""What a director sets in the kernel besides its VIP, when, and that it takes it away again (drawing: lab/pair.py)."""

from lab.directors import CONFIGURATION, Drover, holds
from lab.holdings import STATIC, STATIC_BY_HAND, VIRTUAL, VIRTUAL_BY_HAND
from lab.pair import VIP, configuration, state
from lab.waiting import wait_until

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
    wait_until(lambda: things(pair.left) == STATIC_THINGS | VIRTUAL_THINGS, 20, "the master has everything")
    assert left.instance("pair")["notes"] == []
    assert pair.left.output("sysctl -n net.ipv4.conf.eth0.promote_secondaries").strip() == "1"
    right.start()
    wait_until(lambda: holds(pair.right, VIP), 20, "right takes over")
    wait_until(lambda: things(pair.left) == STATIC_THINGS, 20, "the backup has what is static")
    right.stop()
    wait_until(lambda: things(pair.left) == STATIC_THINGS | VIRTUAL_THINGS, 20, "the master has everything again")
    left.stop()
    assert things(pair.left) == set()


def test_a_reload_sets_what_is_new_and_removes_what_is_gone(pair):
    pair.left.write(CONFIGURATION, STATIC + configuration(100, more=VIRTUAL))
    left = Drover(pair.left).start()
    wait_until(lambda: things(pair.left) == STATIC_THINGS | VIRTUAL_THINGS, 20, "the master has everything")
    less = VIRTUAL.replace("    from 10.5.0.0/16 lookup 50 preference 500\n", "").replace("    10.9.0.101/24\n", "")
    pair.left.write(CONFIGURATION, STATIC.replace("    10.8.0.0/16 via 10.7.0.9\n", "") + configuration(100, more=less))
    pair.left.run("drover reload")
    gone = {"from 10.5.0.0/16 lookup 50", "10.9.0.101/24", "10.8.0.0/16 via 10.7.0.9"}
    assert things(pair.left) == (STATIC_THINGS | VIRTUAL_THINGS) - gone
    assert state(left) == "MASTER"
    pair.left.write(CONFIGURATION, STATIC + configuration(100, more=VIRTUAL))
    pair.left.run("drover reload")
    assert things(pair.left) == STATIC_THINGS | VIRTUAL_THINGS


def milliseconds_until_back(host, command: str) -> int:
    """A loop on the host itself: what starts a program there each time measures that."""
    return int(host.output(f"""
        before=$(ip address; ip route; ip -6 route; ip rule; ip -6 rule)
        {command}
        began=$(date +%s%3N)
        until [ "$(ip address; ip route; ip -6 route; ip rule; ip -6 rule)" = "$before" ]; do
            [ $(($(date +%s%3N) - began)) -lt 10000 ] || break
        done
        echo $(($(date +%s%3N) - began))""").strip().splitlines()[-1])


def test_what_is_deleted_by_hand_is_back_at_once_and_named(pair):
    """At once: long before the next look, which is every 5 s."""
    pair.left.write(CONFIGURATION, STATIC + configuration(100, more=VIRTUAL))
    left = Drover(pair.left).start()
    wait_until(lambda: things(pair.left) == STATIC_THINGS | VIRTUAL_THINGS, 20, "the master has everything")
    for who, by_hand in (("(pair)", VIRTUAL_BY_HAND), ("static:", STATIC_BY_HAND)):
        for name, command in by_hand.items():
            assert milliseconds_until_back(pair.left, command) < 3000, name
            wait_until(lambda: f"{who} {name} was missing: set again" in left.said(), 20, "it is said")
    for name in {**VIRTUAL_BY_HAND, **STATIC_BY_HAND}:
        assert left.said().count(f" {name} was missing") == 1, name


def test_who_deletes_again_and_again_does_not_keep_the_director_busy(pair):
    pair.left.write(CONFIGURATION, STATIC + configuration(100, more=VIRTUAL))
    left = Drover(pair.left).start()
    wait_until(lambda: things(pair.left) == STATIC_THINGS | VIRTUAL_THINGS, 20, "the master has everything")
    pair.left.spawn("sh -c 'while sleep 0.02; do ip route del 10.5.0.0/16; ip rule del preference 800; done'", "vandal")
    for who in ("(pair)", "static:"):
        wait_until(lambda: f"{who} what it holds is removed again and again" in left.said(), 20, "it is said")
    before = left.said().count("was missing: set again")
    wait_until(lambda: left.said().count("was missing: set again") >= before + 2, 20, "it comes back all the same")
    assert left.said().count("again and again") == 2, "said once by each"


def test_rules_that_name_no_preference_do_not_multiply(pair):
    pair.left.write(CONFIGURATION, configuration(100, more="virtual_rules {\n    from 10.5.0.0/16 lookup 50\n}\n"))
    left = Drover(pair.left).start()
    wait_until(lambda: "lookup 50" in pair.left.output("ip rule"), 20, "the master has its rule")
    for _ in range(2):
        pair.left.run("drover reload")
    assert pair.left.output("ip rule").count("lookup 50") == 1
    left.stop()
    assert "lookup 50" not in pair.left.output("ip rule")
