"""Lines of the log that operators grep for: keepalived 2.2.7 and drover live through the same story side by side, each with
virtual routers of its own, and say the same in the same order.

      old 10.9.0.1 (keepalived)      new 10.9.0.2 (drover)      third 10.9.0.9 (sends adverts)
          |                              |                          |
    ------+------------------------------+--------------------------+------ 10.9.0.0/24

What is compared is what the two say of an instance, a group, a script or an interface. Declared differences are OTHER.
"""

import re
import signal

import pytest

from lab.directors import Drover, holds
from lab.host import Nic
from lab.waiting import wait_until

# Lines that one of the two alone writes.
OTHER = re.compile(
    "|".join((
        r"Sending (gratuitous|unsolicited)", r"Sending/queueing",  # how often is timing; the texts are compared by themselves
        r"^\(\w+\): entering FAULT state \(",  # keepalived gives the reason at the start only, drover each time
        r"our own last advert is",  # drover alone says that it was kept waiting
        r"adverts from .* are refused|SPLIT BRAIN|split brain is over|was missing: set again",  # drover says what a refusal may lead to
        r"removing (VIPs|E-VIPs|Virtual)",     # at the start keepalived removes what is not there more than once
        # Who is pulled to FAULT by its group resigns, too; keepalived's log says nothing of that.
        r"^\(two\) sent 0 priority",
        r"assigned address|Assigned address|sockpool|Success", r"SECURITY VIOLATION", r"NOTICE",
    )))
VIPS = (100, 101, 110, 111)  # the last numbers of a side's addresses
OURS = re.compile(r"^\(\w+\)|^VRRP_|^Script `|^Netlink reports eth0 ")

ADVERT = """
from scapy.all import Ether, IP, conf, get_if_hwaddr, sendp
from scapy.layers.vrrp import VRRP
conf.verb = 0
word = int.from_bytes(b"1234", "big")
for vrid, vip in ((21, "10.9.1.100"), (41, "10.9.2.100")):
    good = dict(version=2, vrid=vrid, priority=50, ipcount=1, authtype=1, adv=1, addrlist=[vip], auth1=word, auth2=0)
    for change in {changes}:
        ttl = change.get("ttl", 255)
        change = {{key: value for key, value in change.items() if key != "ttl"}}
        sendp(Ether(src=get_if_hwaddr("eth0"), dst="01:00:5e:00:00:12") /
              IP(src="10.9.0.9", dst="224.0.0.18", ttl=ttl, proto=112) /
              VRRP(**{{**good, **change}}), iface="eth0")
"""


def configuration(vrid: int, own: int) -> str:
    return f"""
global_defs {{
    script_user root
    enable_script_security
}}
vrrp_script chk {{
    script "/usr/bin/test ! -e /run/bad"
    interval 1
    timeout 20
    weight 10
}}
vrrp_instance alone {{
    interface eth0
    virtual_router_id {vrid}
    priority 100
    authentication {{
        auth_type PASS
        auth_pass 1234
    }}
    virtual_ipaddress {{
        10.9.{own}.100/24
    }}
    virtual_ipaddress_excluded {{
        10.9.{own}.101/24
    }}
    virtual_routes {{
        10.88.{own}.0/24 via 10.9.0.7 dev eth0
    }}
    virtual_rules {{
        from 10.88.{own}.0/24 table 100 priority {200 + own}
    }}
    track_script {{
        chk
    }}
    garp_master_delay 1
}}
vrrp_instance one {{
    interface eth0
    virtual_router_id {vrid + 1}
    virtual_ipaddress {{
        10.9.{own}.110/24
    }}
}}
vrrp_instance two {{
    interface eth0
    virtual_router_id {vrid + 2}
    virtual_ipaddress {{
        10.9.{own}.111/24
    }}
}}
vrrp_sync_group both {{
    group {{
        one
        two
    }}
}}
"""


class Side:
    def __init__(self, host, vrid: int, own: int):
        self.host, self.own, self.vrid = host, own, vrid
        host.write("/etc/keepalived/keepalived.conf", configuration(vrid, own))

    def start(self, command: str) -> None:
        self.process = self.host.spawn(command, "director")

    def lines(self) -> list[str]:
        """Without their times, and without what differs because there are two of them."""
        found = (line.split(": ", 1)[-1] for line in self.process.said().splitlines() if re.match(r"\w{3} \w{3} ", line))
        return [line.replace(f"10.9.{self.own}.", "10.9.N.").replace(f"VRID {self.vrid}", "VRID N") for line in found]

    def told(self, subject: str) -> list[str]:
        """In order: what was said of one subject."""
        return [line for line in self.lines() if OURS.match(line) and subject in line and not OTHER.search(line)]

    def has_said(self, text: str, times: int = 1) -> bool:
        return self.process.said().count(text) >= times

    def has_announced_all(self) -> bool:
        said = [line for line in self.lines() if "Sending gratuitous ARP on eth0 for" in line]
        return all(any(line.endswith(f" 10.9.N.{last}") for line in said) for last in VIPS)

    def is_master(self) -> bool:
        return all(holds(self.host, f"10.9.{self.own}.{last}") for last in VIPS)


@pytest.fixture
def site(lab):
    lan = lab.lan("office")
    old = Side(lab.host("old", [Nic("eth0", lan, ["10.9.0.1/24"], sends_from_xdp=True)]), 21, 1)
    new = Side(lab.host("new", [Nic("eth0", lan, ["10.9.0.2/24"], sends_from_xdp=True)]), 41, 2)
    third = lab.host("third", [Nic("eth0", lan, ["10.9.0.9/24"])])
    Drover.install(new.host)
    old.start("keepalived -P -n -l -D")
    new.start("drover run -n -l -D")
    for side in (old, new):
        wait_until(side.is_master, 30, f"{side.host.name} is master of all")
    until_said((old, new), "Changing effective priority from 100 to 110")
    return (old, new), third


def send(third, *changes: dict) -> None:
    third.write("/run/advert.py", ADVERT.format(changes=list(changes)))
    third.run("/usr/bin/python3 /run/advert.py")


def until_said(sides, text: str, times: int = 1) -> None:
    for side in sides:
        wait_until(lambda: side.has_said(text, times), 30, f"{side.host.name} says {text!r} {times} times")


def test_the_same_story_is_told_in_the_same_lines(site):
    sides, third = site
    # Adverts that are refused are not an error a second: each kind once.
    for change, line in (({}, "lower priority 50, ours 110, forcing new election"),
                         ({"ttl": 254}, "invalid TTL/HL. Received 254 and expect 255"),
                         ({"auth1": 5}, "received an invalid passwd!"),
                         ({"authtype": 0, "auth1": 0}, "received a 0 auth, expecting 1!"),
                         ({"chksum": 5}, "Invalid VRRPv2 checksum"),
                         ({"type": 2}, "Invalid packet type. 2 and expect 1"),
                         ({"priority": 0}, "Master received priority 0 message")):
        send(third, change)
        until_said(sides, line)
    # A script that fails and recovers.
    for side in sides:
        side.host.write("/run/bad", "")
    until_said(sides, "Changing effective priority from 110 to 100")
    for side in sides:
        side.host.run("rm /run/bad")
    until_said(sides, "Changing effective priority from 100 to 110", 2)
    # A peer with more priority comes, and resigns.
    # By one program: three seconds after the last advert they would be MASTER by themselves.
    send(third, {"priority": 200}, {"priority": 60}, {"priority": 0})
    until_said(sides, "(alone) Entering BACKUP STATE\n")
    until_said(sides, "Backup received priority 0 advertisement")
    until_said(sides, "(alone) Entering MASTER STATE", 2)
    # The cable.
    for side in sides:
        side.host.pull_cable()
    until_said(sides, "Entering FAULT STATE", 3)
    for side in sides:
        side.host.put_cable_back()
    until_said(sides, "(alone) Entering MASTER STATE", 3)
    for name in ("one", "two"):
        until_said(sides, f"({name}) Entering MASTER STATE", 2)
    for side in sides:
        side.process.send(signal.SIGTERM)
        assert side.process.wait() == 0
    for subject in ("alone", "(one)", "(two)", "both", "chk", "Netlink"):
        old, new = (side.told(subject) for side in sides)
        assert new == old and old, subject


def test_the_lines_of_announcements_and_of_giving_up_have_keepalived_s_texts(site):
    sides, _ = site
    for side in sides:
        wait_until(side.has_announced_all, 30, f"{side.host.name} has announced all its addresses")
    for side in sides:
        side.process.send(signal.SIGTERM)
        assert side.process.wait() == 0
    for text in ("Sending/queueing", "Sending gratuitous"):
        old, new = ({line for line in side.lines() if text in line} for side in sides)
        assert new == old and old, text
    old, new = ([line for line in side.lines() if line.startswith("(alone)")][-5:] for side in sides)
    assert new == old == ["(alone) sent 0 priority", "(alone) removing Virtual Rules", "(alone) removing Virtual Routes",
                          "(alone) removing VIPs.", "(alone) removing E-VIPs."]
