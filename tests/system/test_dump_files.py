"""The files that keepalived writes when it is sent a signal, and that exporters read: keepalived 2.2.7 and drover tell the
same story side by side, each with a virtual router of its own.

      old 10.9.0.1 (keepalived)      new 10.9.0.2 (drover)
          |                              |
    ------+------------------------------+------ 10.9.0.0/24
"""

import json
import re
import time

import pytest

from lab.directors import Drover
from lab.host import Nic
from lab.waiting import wait_until

FILES = {10: "keepalived.data", 12: "keepalived.stats", 36: "keepalived.json"}
# Sections and lines of keepalived.data that only keepalived has: sockets, its processes, SNMP, D-Bus, firewalls, the
# interfaces; and what drover does not carry out.
OTHER_SECTIONS = {"VRRP Sockpool", "Interfaces"}
OTHER_LINES = ("fd_in", "Fork delay timer", "Terminate delay timer", "Full command", "Unicast checksum compatibility",
               "Notify deleted", "Notify priority changes")
KNOWN_GLOBALS = {"Network namespace", "Router ID", "Smtp server", "Smtp server port", "Smtp HELO name",
                 "Smtp server connection timeout", "Email notification from", "Email notification to:",
                 "Default smtp_alert", "Default smtp_alert_vrrp", "Default smtp_alert_checker", "Dynamic interfaces", "VRRP notify fifo", "Script security enabled", "Default script uid:gid 0:0",
                 "admin@example.com", "ops@example.com"}


def configuration(vrid: int, own: str) -> str:
    vip = f"10.9.{vrid}"
    return f"""
global_defs {{
    router_id director
    notification_email {{
        admin@example.com
        ops@example.com
    }}
    notification_email_from ka@example.com
    smtp_server 10.9.0.9 25
    smtp_helo_name mail.example.com
    smtp_connect_timeout 5
    script_user root
    enable_script_security
    dynamic_interfaces
    vrrp_notify_fifo /run/events
}}
vrrp_script good {{
    script "/usr/bin/true a 'b c'"
    interval 1
    weight 10
    rise 2
    fall 2
}}
vrrp_script bad {{
    script "/usr/bin/false"
    interval 2
    timeout 1
    weight -5
}}
track_file number {{
    file /etc/keepalived/number
    weight 2
}}
vrrp_instance plain {{
    interface eth0
    virtual_router_id {vrid}
    priority 100
    authentication {{
        auth_type PASS
        auth_pass 1234
    }}
    virtual_ipaddress {{
        {vip}.100/24 dev eth0 label eth0:1
        {vip}.101
        {vip}.102/16 brd + scope link
    }}
    virtual_ipaddress_excluded {{
        {vip}.103/24
    }}
    virtual_routes {{
        10.88.{vrid}.0/24 via 10.9.0.7 dev eth0
        default via 10.9.0.7 dev eth0 table 100 metric 5
        blackhole 10.71.{vrid}.0/24
    }}
    virtual_rules {{
        from 10.88.{vrid}.0/24 to 1.2.3.0/24 iif eth0 fwmark 4 table 100 priority 200
        to 4.4.4.4 blackhole priority 201
    }}
    track_script {{
        good weight 7 reverse
        bad
    }}
    track_file {{
        number
    }}
    garp_master_delay 1
    garp_master_refresh 30
    garp_master_refresh_repeat 2
    lower_prio_no_advert
    higher_prio_send_advert
    preempt_delay 30
    notify_master "/usr/bin/true master"
    notify "/usr/bin/true any"
    notify_stop "/usr/bin/true stop"
    smtp_alert
}}
vrrp_instance by_unicast {{
    interface eth0
    virtual_router_id {vrid + 1}
    version 3
    priority 90
    nopreempt
    advert_int 0.5
    check_unicast_src
    unicast_ttl 64
    unicast_src_ip {own}
    unicast_peer {{
        10.9.0.77 min_ttl 3 max_ttl 9
        10.9.0.78
    }}
    virtual_ipaddress {{
        {vip}.110
    }}
}}
vrrp_instance six {{
    interface eth0
    virtual_router_id {vrid + 2}
    priority 90
    virtual_ipaddress {{
        fe80::{vrid}
        2001:db8:{vrid}::77/64
    }}
    dont_track_primary
}}
vrrp_instance absent {{
    interface eth9
    virtual_router_id {vrid + 3}
    virtual_ipaddress {{
        {vip}.120
    }}
}}
vrrp_sync_group both {{
    group {{
        by_unicast
        six
    }}
    notify_backup "/usr/bin/true backup"
}}
static_ipaddress {{
    10.9.{vrid}.200/24 dev eth0
}}
static_routes {{
    10.89.{vrid}.0/24 via 10.9.0.7 dev eth0
}}
"""


class Side:
    """One of the two, and what it writes."""

    def __init__(self, host, vrid: int):
        self.host = host
        self.vrid = vrid
        # A lab's hosts share the machine's /tmp.
        host.run("mkdir /run/dumps")
        host.write("/etc/keepalived/keepalived.conf", configuration(vrid, host.nics[0].addresses[0].split("/")[0]))
        host.write("/etc/keepalived/number", "3\n")

    def start(self, command: str) -> None:
        self.process = self.host.spawn(f"env TMPDIR=/run/dumps {command}", "director")

    def dump(self, signal: int, name: str = "") -> str:
        """The new file's text."""
        path = f"/run/dumps/{name or FILES.get(signal, FILES[12])}"
        self.host.run(f"rm -f {path}")
        self.process.send(signal)
        return wait_until(lambda: self.host.read(path), 20, f"{path} is there")

    def plain(self, text: str) -> str:
        """Without what differs because there are two of them, and without moments."""
        text = text.replace("10.9.0.1", "OWN").replace("10.9.0.2", "OWN")
        text = re.sub(rf"\b(10\.\d+)\.{self.vrid}\.", r"\1.N.", text)
        text = re.sub(rf"\b(fe80::|2001:db8:){self.vrid}\b", r"\1N", text)
        text = re.sub(r"fe80::[0-9a-f:]{8,}", "LINKLOCAL", text)
        text = text.replace("Flags: none", "Flags:")
        text = re.sub(r"(Multicast address ff02::12), ifindex \d+", r"\1", text)
        # keepalived counts reasons, drover names the first one.
        text = re.sub(r"(script faults =) [1-9]\d*", r"\1 some", text)
        text = re.sub(r"\d{10}\.\d{6} \(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d\.\d{6} \d{4}\)", "MOMENT", text)
        return re.sub(rf"(Virtual Router ID = |\"vrid\":)({'|'.join(str(self.vrid + i) for i in range(4))})\b",
                      lambda match: f"{match[1]}N+{int(match[2]) - self.vrid}", text)


@pytest.fixture
def sides(lab):
    lan = lab.lan("office")
    old, new = (Side(lab.host(name, [Nic("eth0", lan, [f"10.9.0.{number}/24"], sends_from_xdp=True)]), vrid)
                for name, number, vrid in (("old", 1, 20), ("new", 2, 40)))
    Drover.install(new.host)
    old.start("keepalived -P -n -l -D")
    new.start("drover run -n -l")
    for side in (old, new):
        wait_until(lambda: f"10.9.{side.vrid}.110" in side.host.addresses() and f"10.9.{side.vrid}.100" in
                   side.host.addresses(), 30, f"{side.host.name} is master")
    return old, new


def sections(text: str) -> dict[str, list[str]]:
    """The lines of each section, without those that only keepalived has."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if match := re.fullmatch(r"------< (.*) >------", line):
            lines = found.setdefault(match[1], [])
        elif not line.strip().startswith(OTHER_LINES):
            lines.append(line)
    return found


def come_to_say_the_same(compare) -> None:
    """`compare()` looks at two new files. In one moment a script runs on one side and rests on the other, has its result
    here and not yet there, or keepalived is in the middle of its file: only what stays different for 20 s counts."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return compare()
        except (AssertionError, AttributeError, LookupError, json.JSONDecodeError):
            if time.monotonic() > deadline:
                raise


def test_the_state_file_has_keepalived_s_shape_line_by_line(sides):
    def compare():
        old, new = (sections(side.plain(side.dump(10))) for side in sides)
        globals_of_old = [line for line in old.pop("Global definitions") if line.split(" = ")[0].strip() in KNOWN_GLOBALS]
        assert [line.replace(" old", " new") for line in globals_of_old if "ipvs" not in line] == \
            new.pop("Global definitions")
        assert set(old) - OTHER_SECTIONS == set(new)
        for name, lines in new.items():
            assert lines == old[name], name

    come_to_say_the_same(compare)


def test_the_counters_have_keepalived_s_shape_and_signal_63_begins_at_nought(sides):
    def have_one_shape():
        shapes = [re.sub(r"\d+", "N", side.dump(12)) for side in sides]
        assert shapes[0] == shapes[1]

    def were_master_equally_often():
        old, new = (json.loads(side.dump(36))[0]["stats"]["become_master"] for side in sides)
        assert old == new

    come_to_say_the_same(have_one_shape)
    for side in sides:
        wait_until(lambda: sent(side.dump(12)) >= 3, 20, "three adverts are counted")
        began = time.monotonic()
        assert sent(side.dump(63)) >= 3, "the last ones before they are cleared"
        again = sent(side.dump(12))
        assert again <= time.monotonic() - began + 2, "one a second, from nought"
    come_to_say_the_same(were_master_equally_often)


def sent(stats: str) -> int:
    """By the first instance; that stands at the beginning of the file."""
    return int(re.search(r"Sent: (\d+)\n", stats)[1])


def test_the_json_file_says_the_same_under_the_same_keys(sides):
    def compare():
        old, new = (json.loads(side.plain(side.dump(36)).replace('"vrid":N+', '"vrid":')) for side in sides)
        for instances in (old, new):
            for instance in instances:
                assert abs(instance["data"].pop("last_transition") - 1.5e9) < 1e9
                for counter in ("advert_sent", "advert_rcvd"):
                    assert isinstance(instance["stats"].pop(counter), int)
        assert json.dumps(new, indent=0).splitlines() == json.dumps(old, indent=0).splitlines(), "the order, too"

    come_to_say_the_same(compare)


def test_a_link_in_the_file_s_place_leads_nowhere_and_a_directory_is_said(sides):
    new = sides[1]
    new.host.run("echo precious > /run/precious && ln -s /run/precious /run/dumps/keepalived.stats")
    new.process.send(12)
    wait_until(lambda: "VRRP Instance: plain" in new.host.read("/run/dumps/keepalived.stats"), 20, "the file is there")
    assert new.host.read("/run/precious") == "precious\n"
    assert new.host.output("stat -c %a /run/dumps/keepalived.stats").strip() == "600"
    new.host.run("mkdir /run/dumps/keepalived.json")
    new.process.send(36)
    wait_until(lambda: "/run/dumps/keepalived.json cannot be written" in new.process.said(), 20, "it is said")
    assert new.process.running()
    assert sorted(new.host.output("ls -A /run/dumps").split()) == ["keepalived.json", "keepalived.stats"]
