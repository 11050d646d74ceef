"""The command line of keepalived: every option that Debian's keepalived 2.2.7 names is known to drover."""

import re

import pytest

from lab.directors import Drover
from lab.host import Nic
from lab.waiting import wait_until

# A value that suits, for options that take one.
VALUES = {"log-facility": "local3", "umask": "077", "signum": "DATA"}
# What drover says that it has not got.
REFUSED = {"genhash"}
CONFIGURATION = """
vrrp_instance VI {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        10.0.0.100/24
    }
}
"""


@pytest.fixture
def director(lab):
    host = lab.host("director", [Nic("eth0", lab.lan("office"), ["10.0.0.2/24"], sends_from_xdp=True)])
    host.write("/etc/keepalived/keepalived.conf", CONFIGURATION)
    Drover.install(host)
    return host


def options_of_keepalived(host) -> list[tuple[str, str, str]]:
    """(short or "", long, the name of its value or "")"""
    done = host.run("keepalived --help", check=False)
    found = re.findall(r"^ {2,6}(?:-(\w), )?--([\w-]+)(?:\[?=(\S+?)\]?| (id))?(?=\s|$)", done.stdout + done.stderr, re.M)
    return [(short, name, value or other) for short, name, value, other in found]


def test_each_option_of_keepalived_is_known_in_both_spellings(director):
    options = options_of_keepalived(director)
    assert len(options) >= 28 and ("f", "use-file", "FILE") in options and ("", "signum", "SIGFUNC") in options
    for short, name, value in options:
        argument = VALUES.get(name, "/tmp/x") if value and name != "config-test" else ""
        for spelling in ([f"-{short} {argument}"] if short else []) + [f"--{name}{'=' + argument if argument else ''}"]:
            # --signum ends it before anything is started; help and version end it, too.
            done = director.run(f"drover {spelling} --signum=STOP", check=False)
            if name in REFUSED:
                assert f"--{name}" in done.stderr and "is no option" not in done.stderr
            else:
                assert done.returncode == 0 and done.stdout and not done.stderr, (spelling, done)


def test_the_numbers_of_the_signals_are_keepalived_s(director):
    for function in ("STOP", "RELOAD", "DATA", "STATS", "STATS_CLEAR", "JSON", "HUP"):
        theirs, ours = (director.run(f"{program} --signum={function}", check=False) for program in ("keepalived", "drover"))
        assert (ours.returncode, ours.stdout.strip(), ours.stderr.strip()) == (
            theirs.returncode, theirs.stdout.strip(), theirs.stderr.strip()), function


def test_a_configuration_test_has_keepalived_s_exit_codes_and_may_write_to_a_file(director):
    files = {"good": CONFIGURATION, "unknown": CONFIGURATION.replace("}\n", "    bogus\n}\n", 1),
             "insecure": CONFIGURATION.replace("virtual_ip", "notify /usr/bin/true\n    virtual_ip", 1),
             "missing": CONFIGURATION.replace("virtual_router_id 51", "virtual_router_id 51\n    priority", 1)}
    for name, text in files.items():
        director.write(f"/etc/keepalived/{name}.conf", text)
        theirs, ours = (director.run(f"{program} -t -f /etc/keepalived/{name}.conf", check=False).returncode
                        for program in ("keepalived", "drover"))
        assert ours == theirs, name
    done = director.run("drover --config-test=/run/said -f /etc/keepalived/unknown.conf", check=False)
    assert (done.returncode, done.stdout) == (5, "") and "bogus" in director.read("/run/said")


def test_further_pid_files_carry_the_daemon_s_number_and_the_configuration_is_logged(director):
    drover = Drover(director, "-d -r /run/keepalived_vrrp.pid -c /run/keepalived_checkers.pid").start()
    pid = str(drover.status()["pid"])
    for file in ("/run/keepalived_vrrp.pid", "/run/keepalived_checkers.pid"):
        wait_until(lambda: director.read(file).strip() == pid, 20, f"the number is in {file}")
    wait_until(lambda: " VRRP Instance = VI" in drover.said(), 20, "the configuration is in the log")
    assert drover.stop() == 0
    assert director.read("/run/keepalived_vrrp.pid") == "" == director.read("/run/keepalived_checkers.pid")
