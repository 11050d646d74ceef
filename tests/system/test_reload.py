"""A reload makes what is from what shall be, and touches nothing else (drawings: lab/pair.py, lab/flat_farm.py)."""

import json

import pytest

from lab.directors import CONFIGURATION, Drover
from lab.flat_farm import WEB, FlatFarm, service
from lab.pair import configuration, state
from lab.seed_network import HERE, PYTHON
from lab.waiting import holds_for, wait_until

FIRST, MOVING, SECOND = "10.9.0.101", "10.9.0.102", "10.9.0.103"


def instances(first: list[str], second: list[str], interface: str = "eth0") -> str:
    """Two of them, in this order; one without addresses is left out."""
    text = ""
    for name, vrid, addresses in (("first", 61, first), ("second", 62, second)):
        lines = "\n".join(f"        {address}/24" for address in addresses)
        if addresses:
            text += (f"vrrp_instance {name} {{\n    interface {interface}\n    virtual_router_id {vrid}\n    priority 100\n"
                     f"    advert_int 1\n    virtual_ipaddress {{\n{lines}\n    }}\n}}\n")
    return text


@pytest.mark.parametrize("other", [[SECOND], []], ids=["between two that stay", "from one that ends to one that begins"])
def test_an_address_that_moves_to_another_instance_is_there_all_the_time(pair, other):
    host = pair.left
    host.write(CONFIGURATION, instances([FIRST], [MOVING, SECOND]))
    daemon = Drover(host).start()
    wait_until(lambda: {FIRST, MOVING, SECOND} <= host.addresses(), 15, "both are MASTER")
    host.spawn("sh -c 'ip -o monitor address > /run/monitor'", "monitor")
    host.run("until [ -s /run/monitor ]; do ip address add 10.77.0.1/32 dev lo; ip address del 10.77.0.1/32 dev lo; done")
    for first, second in (([FIRST, MOVING], other), ([FIRST], [MOVING, SECOND])):
        host.write(CONFIGURATION, instances(first, second))
        host.output("drover reload")
        wait_until(lambda: {*first, *second} <= host.addresses(), 15, "all are there")
        if second == other or other:  # an instance that begins must first find out whether there is another master
            assert MOVING not in host.read("/run/monitor")
    assert "was missing" not in daemon.said()


def test_an_instance_that_moves_to_another_interface_leaves_no_address_behind(pair):
    host = pair.left
    host.run("ip link add spare type veth peer name far; ip address add 10.78.0.1/24 dev spare; "
             "ip link set far up; ip link set spare up")
    host.write(CONFIGURATION, instances([FIRST], [SECOND]))
    Drover(host).start()
    wait_until(lambda: {FIRST, SECOND} <= host.addresses(), 15, "both are MASTER")
    host.write(CONFIGURATION, instances([FIRST], [SECOND], "spare"))
    host.output("drover reload")
    wait_until(lambda: {FIRST, SECOND} <= host.addresses("spare"), 15, "both are MASTER there")
    assert not {FIRST, SECOND} & host.addresses()


BROKEN = {
    "a brace too few": ("vrrp_instance x {\n    interface eth0\n", "is never closed"),
    "an argument too few": ("vrrp_instance x {\n    interface\n}\n", "`interface` needs an argument"),
    "no file": (None, "no such file"),
    "a server that no scheduler can take": (service([f"10.9.{n // 250}.{n % 250 + 1}" for n in range(4100)], port=81, algo="mh"),
                                            "mh takes no more than"),
}


@pytest.mark.parametrize("why", BROKEN)
def test_a_bad_file_changes_nothing_and_is_explained(lab, why):
    farm = FlatFarm(lab)
    good = configuration(150) + service()
    farm.prepare_servers()
    farm.configure(good)
    farm.daemon.start()
    wait_until(lambda: state(farm.daemon) == "MASTER", 15, "director is MASTER")
    farm.wait_for_next_hops()
    before = farm.daemon.ipvsadm()
    text, reason = BROKEN[why]
    if text is None:
        farm.director.path(CONFIGURATION).unlink()
    else:
        farm.configure(configuration(50).replace("pair", "other") + text)
    answer = farm.director.run("drover reload", check=False)
    assert answer.returncode != 0
    assert reason.lower() in (answer.stdout + answer.stderr).lower()
    farm.daemon.reload()
    wait_until(lambda: "reload refused, everything stays as it was" in farm.daemon.said(), 10, "the log says so as well")
    assert farm.daemon.ipvsadm() == before
    assert [row["name"] for row in farm.daemon.status()["instances"]] == ["pair"] and state(farm.daemon) == "MASTER"
    assert None not in farm.fetch(["10.9.0.20", "10.9.0.21"])
    farm.configure(good)
    assert farm.director.output("drover reload") == "nothing changed\n"


SCRIPT = """
vrrp_script chk {
    script "/etc/keepalived/chk.sh"
    interval 1
    rise 5
    fall 1
    init_fail
    weight 20
}
"""


def test_a_script_on_its_way_up_goes_on_from_where_it_was(pair):
    """It counts its own runs; with five good ones in a row it is up, whatever is reloaded meanwhile."""
    host = pair.left
    host.write("/etc/keepalived/chk.sh", "#!/bin/sh\necho >> /run/runs\n", 0o755)
    tracks = "    track_script {\n        chk\n    }"
    host.write(CONFIGURATION, SCRIPT + configuration(100, more=tracks))
    daemon = Drover(host).start()
    runs = lambda: len(host.read("/run/runs").splitlines())  # noqa: E731
    reloads = 0
    while True:
        seen = runs()  # before: while the daemon is asked, it may run on
        if daemon.instance("pair")["effective_priority"] == 120:
            break
        assert seen <= 6, "five, and one that may have begun since"
        host.write(CONFIGURATION, SCRIPT + configuration(100, more=tracks) + f"# {reloads}\n")
        host.output("drover reload")
        reloads += 1
    assert reloads > 1


def test_a_server_that_is_down_stays_down_until_it_is_asked_again(lab):
    check = "TCP_CHECK {\n            connect_timeout 1\n        }"
    farm = FlatFarm(lab)
    farm.give_vips()
    farm.make_real(farm.servers[0])
    text = ("virtual_server 10.9.0.100 80 {\n    lb_algo rr\n    lb_kind DR\n    protocol TCP\n    delay_loop 2\n" +
            "".join(f"    real_server {server} 80 {{\n        weight 1\n        {check}\n    }}\n" for server in WEB) + "}\n")
    farm.configure(text)
    farm.daemon.start()
    listing = lambda: farm.daemon.ipvsadm()  # noqa: E731
    wait_until(lambda: WEB[1] not in listing(), 20, "who does not listen is out of the pool")
    wait_until(lambda: WEB[0] in listing(), 10, "who does is in it")
    farm.configure(text.replace("lb_algo rr", "lb_algo wrr").replace("delay_loop 2", "delay_loop 3") + service(port=82))
    farm.director.output("drover reload")
    holds_for(lambda: WEB[1] + ":80" not in listing() and WEB[0] + ":80" in listing(), 4, "all is as it was found to be")


def test_what_another_hand_changes_in_the_tables_is_written_again(lab):
    farm = FlatFarm(lab)
    farm.start(service(), service(port=81))
    assert None not in farm.fetch(["10.9.0.20"])
    (path,) = farm.director.output("ls -d /sys/fs/bpf/drover/vip_table").split()
    size = json.loads(farm.director.output(f"bpftool -j map show pinned {path}"))["bytes_value"]
    farm.director.output(f"{PYTHON} {HERE}/wipe_map.py {path} {size}")
    named = lambda port: f"service [10.9.0.100]:tcp:{port} was changed in the packet path's tables"  # noqa: E731
    wait_until(lambda: all(named(port) in farm.daemon.said() for port in (80, 81)), 15, "both services are named")
    wait_until(lambda: farm.daemon.said().count("by another hand: written again") >= 2, 10, "written again")
    assert None not in farm.fetch(["10.9.0.21"])


def test_a_file_that_always_left_a_block_open_is_reloaded_all_the_same(pair):
    """The seed's page leaves one open: what is refused is a file that has just been torn."""
    open_block = configuration(150).rstrip().removesuffix("}")
    pair.left.write(CONFIGURATION, open_block)
    left = Drover(pair.left).start()
    pair.left.write(CONFIGURATION, open_block.replace("priority 150", "priority 140"))
    pair.left.output("drover reload")
    assert left.instance("pair")["priority"] == 140
