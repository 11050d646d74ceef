"""net_namespace: a daemon that is started outside works in the network namespace that its file names.

      host ( default ) ... ( inside: eth1 10.9.0.1/24, VIP ) ---- LAN ---- onlooker
"""

import pytest

from lab.directors import CONFIGURATION, Drover
from lab.pair import VIP, configuration
from lab.waiting import wait_until


@pytest.mark.parametrize("options, words", [("", "net_namespace inside\n"), ("-s inside", "")])
def test_addresses_and_adverts_are_in_there_and_the_socket_is_outside(pair, options, words):
    left = pair.left
    left.run("ip netns add inside")
    left.run("ip link set eth0 netns inside")
    left.run("ip -n inside link set lo up")
    left.run("ip -n inside address add 10.9.0.1/24 dev eth0")
    left.run("ip -n inside link set eth0 up")
    left.write(CONFIGURATION, words + configuration(150))
    daemon = Drover(left, options).start()
    wait_until(lambda: f" {VIP}/24" in left.output("ip -n inside address show dev eth0"), 30, "the address is set inside")
    wait_until(lambda: pair.onlooker_reaches_the_vip(), 20, "and answers")
    assert daemon.instance("pair")["state"].upper() == "MASTER"
    assert "there is no interface" not in daemon.said()
    assert daemon.stop() == 0
    assert VIP not in left.output("ip -n inside address show dev eth0")


def test_one_that_does_not_exist_is_named(pair):
    pair.left.write(CONFIGURATION, "net_namespace nowhere\n" + configuration(150))
    process = Drover(pair.left).start_only()
    assert process.wait() == 1
    assert "open network namespace /run/netns/nowhere: No such file or directory" in process.said()
