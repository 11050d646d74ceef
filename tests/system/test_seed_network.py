"""The lab itself: requests come in by Route1, answers leave by Route2 (drawing: lab/seed_network.py)."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from lab.host import Nic
from lab.laboratory import Lab
from lab.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]


def test_a_request_for_the_public_network_comes_in_by_route1(seed_network):
    network = seed_network()
    seen = network.route1.spawn("tcpdump -lnni eth1 icmp", "tcpdump")
    wait_until(lambda: "listening on" in seen.said(), 10, "tcpdump listens")
    network.client.run("ping -c 1 -w 10 172.51.97.1")
    wait_until(lambda: "192.168.1.128 > 172.51.97.1: ICMP echo request" in seen.said(), 10, "Route1 sees the request")


def test_an_answer_with_the_vip_as_source_leaves_by_route2(seed_network):
    network = seed_network()
    seen = network.route2.spawn("tcpdump -lnni eth1 icmp", "tcpdump")
    wait_until(lambda: "listening on" in seen.said(), 10, "tcpdump listens")
    network.web1.run("ip address add 172.51.97.175/32 dev lo")
    network.web1.run("ping -c 1 -W 2 -I 172.51.97.175 192.168.1.128", check=False)
    wait_until(lambda: "172.51.97.175 > 192.168.1.128: ICMP echo request" in seen.said(), 10,
               "Route2 lets a source pass that does not live behind it")


def test_the_real_servers_pages_fail_and_heal_on_command(seed_network):
    network = seed_network()
    network.serve_pages()
    page = "curl -s -m 10 -o /dev/null -w '%{http_code}' http://172.51.96.235/"
    assert network.client.output("curl -s -m 10 http://172.51.96.235/") == "RIP1(172.51.96.235)\n"
    assert network.master.output(page + "info.php") == "200"
    network.fail(network.web1)
    assert network.master.output(page + "info.php") == "500"
    assert network.master.output(page) == "200"
    network.heal(network.web1)
    assert network.master.output(page + "info.php") == "200"


def test_a_host_keeps_its_disk_and_nothing_else_over_a_power_cut(lab):
    host = lab.host("lonely", [Nic("eth0", lab.lan("wire"), ["10.0.0.1/24"])])
    host.run("echo kept > /etc/keepalived/note; echo kept > /var/log/note; echo lost > /run/note; "
             "ip address add 10.0.0.9/24 dev eth0; mkdir /sys/fs/bpf/lost")
    sleeper = host.spawn("sleep 600")
    address = host.mac()
    host.power_off()
    assert not sleeper.running()
    host.power_on()
    assert host.output("cat /etc/keepalived/note /var/log/note") == "kept\nkept\n"
    assert host.run("test -e /run/note", check=False).returncode == 1
    assert host.run("test -e /sys/fs/bpf/lost", check=False).returncode == 1
    assert host.addresses() == {"10.0.0.1"}
    assert host.mac() == address
    assert not Path("/etc/keepalived/note").exists(), "the files of the machine below are never touched"


def test_two_labs_side_by_side_do_not_see_each_other():
    with Lab() as one, Lab() as other:
        for number, laboratory in enumerate((one, other)):
            lan = laboratory.lan("wire")
            laboratory.host("alice", [Nic("eth0", lan, ["10.0.0.1/24"])])
            laboratory.host("bob", [Nic("eth0", lan, [f"10.0.0.{2 + number}/24"])])
        alice = one.hosts[1]
        assert alice.run("ping -c 1 -w 10 10.0.0.2", check=False).returncode == 0
        assert alice.run("ping -c 1 -W 1 10.0.0.3", check=False).returncode != 0


def test_a_killed_lab_leaves_no_process_and_its_folder_goes_with_the_next_lab():
    story = ("from lab.laboratory import Lab\nfrom lab.host import Nic\nlab = Lab()\n"
             "host = lab.host('alice', [Nic('eth0', lab.lan('wire'), ['10.0.0.1/24'])])\n"
             "sleeper = host.spawn('sleep 600')\nprint(lab.folder, host.pid, sleeper.pid, flush=True)\ninput()")
    owner = subprocess.Popen([sys.executable, "-B", "-c", story], cwd=ROOT, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
    folder, *pids = owner.stdout.readline().split()
    assert Path(folder).parent == Path(tempfile.gettempdir()) and len(pids) == 2
    owner.send_signal(signal.SIGKILL)
    owner.communicate()
    wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in pids), 10, "its processes are gone")
    with Lab():
        assert not Path(folder).exists()
