"""What drover refuses to do on a director, in one sentence each, and that nothing is lost by it.

        one host, with somebody there already
"""

import pytest

from lab.directors import DROVER, Drover, Keepalived
from lab.host import Nic
from lab.waiting import wait_until

CONFIGURATION = """
vrrp_instance VI {
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        10.0.0.100/24
    }
}
virtual_server 10.0.0.100 80 {
    lb_algo rr
    lb_kind DR
    protocol TCP
    real_server 10.0.0.11 80 {
    }
}
"""


@pytest.fixture
def director(lab):
    host = lab.host("director", [Nic("eth0", lab.lan("office"), ["10.0.0.2/24"], sends_from_xdp=True)])
    host.write("/etc/keepalived/keepalived.conf", CONFIGURATION)
    Drover.install(host)
    return host


def refused(host, command: str, code: int = 1) -> str:
    """What the command said before it ended with this status."""
    done = host.run(f"timeout 25 {command}", check=False)
    assert done.returncode == code, done
    return done.stderr


def test_a_second_daemon_is_refused_and_the_first_goes_on(director):
    first = Drover(director).start()
    assert "another drover" in refused(director, "drover run -n -l")
    elsewhere = "drover run -n -l --pin-dir /sys/fs/bpf/second --socket /run/second.sock -p /run/second.pid"
    assert "another drover on this host speaks for VRID 51 on eth0" in refused(director, elsewhere)
    assert first.status()["instances"][0]["name"] == "VI"
    assert not director.path("/sys/fs/bpf/second/layouts").exists()


def test_a_keepalived_with_our_virtual_router_is_refused(director):
    Keepalived(director).start()
    wait_until(lambda: director.run("pgrep keepalived", check=False).returncode == 0, 10, "keepalived runs")
    said = refused(director, "drover run -n -l")
    assert "keepalived" in said and "VRID 51 on eth0" in said and "stop it first" in said


def test_a_keepalived_with_another_virtual_router_is_no_rival(director):
    director.write("/etc/keepalived/other.conf", CONFIGURATION.replace("51", "52").replace("0.100", "0.101"))
    director.spawn("keepalived -P -n -l -f /etc/keepalived/other.conf", "other")
    wait_until(lambda: director.run("pgrep keepalived", check=False).returncode == 0, 10, "keepalived runs")
    assert Drover(director).start().status()["instances"][0]["virtual_router_id"] == 51


def test_a_keepalived_with_the_same_number_in_ipv6_is_no_rival(director):
    director.write("/etc/keepalived/other.conf", "vrrp_instance six {\n version 3\n state BACKUP\n interface eth0\n"
                   " virtual_router_id 51\n priority 100\n advert_int 1\n virtual_ipaddress {\n  fe80::5\n }\n}\n")
    director.spawn("keepalived -P -n -l -f /etc/keepalived/other.conf", "other")
    wait_until(lambda: director.run("pgrep keepalived", check=False).returncode == 0, 10, "keepalived runs")
    assert Drover(director).start().status()["instances"][0]["virtual_router_id"] == 51


def test_without_privileges_it_says_which_capability_is_missing_and_for_what(director):
    said = refused(director, "setpriv --reuid nobody --regid nogroup --clear-groups "
                             "drover run -n -l --pin-dir /sys/fs/bpf/x --socket /tmp/x.sock -p /tmp/x.pid")
    assert "CAP_" in said or "root" in said, said


def test_a_missing_file_and_a_keyword_without_argument_have_their_exit_codes(director):
    assert "cannot read /nowhere" in refused(director, "drover run -n -l -f /nowhere", code=4)
    director.write("/etc/keepalived/keepalived.conf", "vrrp_instance VI {\n    priority\n}\n")
    assert "keepalived.conf:2:5: error: `priority` needs an argument" in refused(director, "drover run -n -l", code=2)


def test_an_interface_with_another_xdp_program_is_refused(director):
    program = DROVER.parent / "lab/xdp_pass.o"
    director.run(f"ip link set dev eth0 xdp obj {program} sec xdp")
    assert "eth0 runs another XDP program" in refused(director, "drover run -n -l")
    assert "xdp" in director.output("ip link show eth0")


def test_tools_without_a_daemon_name_the_socket_and_exit_2(director):
    for command in ("drover status", "drover conns", "ipvsadm -Ln", "drover reload"):
        done = director.run(command, check=False)
        assert done.returncode == 2, command
        assert "/run/drover/drover.sock" in done.stderr and done.stdout == "", command
