"""use_vmac: the VIP is at the virtual router's MAC address, whoever is master (drawings: lab/pair.py, lab/flat_farm.py)."""

import pytest

from lab.directors import CONFIGURATION, Drover, Keepalived, holds
from lab.flat_farm import CLIENTS, FlatFarm, service
from lab.pair import VIP, configuration
from lab.waiting import wait_until

VMAC, INTERFACE = "00:00:5e:00:01:33", "vrrp.51"
TAKEOVER = 15


def held_by(host) -> bool:
    return host.on and INTERFACE in host.output("ip -o link") and holds(host, VIP, INTERFACE)


def listen(host, what: str):
    """tcpdump on a host, which listens already."""
    seen = host.spawn(f"tcpdump -lnnei eth0 {what}", f"tcpdump-{what.split()[0]}")
    wait_until(lambda: "listening on" in seen.said(), 10, "tcpdump listens")
    return seen


def senders(heard, address: str) -> set[str]:
    return {line.split()[1] for line in heard.said().splitlines() if f"{address} > 224.0.0.18" in line}


@pytest.mark.parametrize("xmit_base", [False, True], ids=["by-vmac", "by-base"])
@pytest.mark.parametrize("drover_on", ["left", "right"])
def test_a_takeover_moves_no_mac_address(pair, drover_on, xmit_base):
    hosts = {"left": pair.left, "right": pair.right}
    programs = {name: Drover(host) if name == drover_on else Keepalived(host) for name, host in hosts.items()}
    for name, host in hosts.items():
        pair.configure(host, 150 if name == "left" else 100, more="use_vmac\n" + "vmac_xmit_base\n" * xmit_base)
    adverts = listen(pair.onlooker, "ip proto 112")
    answers = listen(pair.onlooker, "arp and arp[14:4] = 0x0a090064")  # sender address 10.9.0.100
    programs["right"].start()
    wait_until(lambda: held_by(pair.right), TAKEOVER, "right holds the VIP on its macvlan")
    wait_until(pair.onlooker_reaches_the_vip, TAKEOVER, "the VIP answers")
    assert VMAC in pair.onlooker.output(f"ip neighbour show {VIP}")
    programs["left"].start()
    wait_until(lambda: held_by(pair.left) and not held_by(pair.right), TAKEOVER, "left alone holds the VIP")
    wait_until(pair.onlooker_reaches_the_vip, TAKEOVER, "the VIP answers again")
    programs["left"].stop()
    wait_until(lambda: held_by(pair.right), TAKEOVER, "right holds the VIP again")
    wait_until(pair.onlooker_reaches_the_vip, TAKEOVER, "the VIP answers once more")
    assert {line.split()[1] for line in answers.said().splitlines() if VIP in line} == {VMAC}
    for host, address in ((pair.left, "10.9.0.1"), (pair.right, "10.9.0.2")):
        wait_until(lambda: senders(adverts, address), 10, f"an advert of {address} was heard")
        assert senders(adverts, address) == {host.mac() if xmit_base else VMAC}
    programs["right"].stop()
    drover = hosts[drover_on]
    assert INTERFACE not in drover.output("ip -o link"), "drover has removed its macvlan"
    assert drover.output("sysctl -n net.ipv4.conf.eth0.arp_ignore").strip() == "0"


def test_packets_to_the_virtual_mac_address_are_balanced(lab):
    farm = FlatFarm(lab)
    farm.prepare_servers()
    farm.director.write(CONFIGURATION, configuration(150, more="use_vmac") + service())
    farm.daemon.start()
    wait_until(lambda: held_by(farm.director), TAKEOVER, "the director holds the VIP on its macvlan")
    farm.wait_for_next_hops()
    assert set(farm.fetch(CLIENTS[:4])) == {"web1", "web2"}
    assert VMAC in farm.client.output(f"ip neighbour show {VIP}")
    # A reload that takes use_vmac away moves the VIP to the card, where it is balanced as well.
    farm.director.write(CONFIGURATION, configuration(150) + service())
    farm.director.run("drover reload")
    wait_until(lambda: holds(farm.director, VIP), TAKEOVER, "the VIP is on eth0")
    wait_until(lambda: farm.director.mac() in farm.client.output(f"ip neighbour show {VIP}"), TAKEOVER, "the client is told")
    assert set(farm.fetch(CLIENTS[:4])) == {"web1", "web2"}
