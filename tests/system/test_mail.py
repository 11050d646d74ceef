"""Mails about changes of state: keepalived 2.2.7 and drover, side by side, tell the same in the same words.

      old 10.9.0.1 (keepalived)      new 10.9.0.2 (drover)      post 10.9.0.9, port 2525
          |                              |                          |
    ------+------------------------------+--------------------------+------ 10.9.0.0/24
"""

import json
from pathlib import Path

import pytest

from lab import smtp_sink
from lab.directors import Drover, holds
from lab.host import Nic
from lab.waiting import holds_for, wait_until

SINK = f"/usr/bin/python3 {Path(smtp_sink.__file__)} 2525"


def instance(name: str, vrid: int, own: int, more: str = "") -> str:
    return f"""
vrrp_instance {name} {{
    interface eth0
    virtual_router_id {vrid}
    virtual_ipaddress {{
        10.9.{own}.{vrid}/24
    }}
{more}}}
"""


def configuration(own: int, server: str = "smtp_server 10.9.0.9 2525", patience: int = 30) -> str:
    vrid = own * 10
    return f"""
global_defs {{
    router_id {"old" if own == 1 else "new"}
    notification_email {{
        admin@example.com
        ops@example.com
    }}
    notification_email_from ka@example.com
    {server}
    smtp_helo_name director.example.com
    smtp_connect_timeout {patience}
    smtp_alert
}}
vrrp_sync_group both {{
    group {{
        one
        two
    }}
}}
""" + instance("one", vrid + 1, own) + instance("two", vrid + 2, own) + instance("silent", vrid + 3, own, "    smtp_alert off\n")


@pytest.fixture
def site(lab):
    lan = lab.lan("office")
    old, new = (lab.host(name, [Nic("eth0", lan, [f"10.9.0.{number}/24"], sends_from_xdp=True)])
                for name, number in (("old", 1), ("new", 2)))
    post = lab.host("post", [Nic("eth0", lan, ["10.9.0.9/24"])])
    for number, host in enumerate((old, new), start=1):
        host.write("/etc/keepalived/keepalived.conf", configuration(number))
    return old, new, post


def mails(sink, router_id: str) -> list[dict]:
    """Those of one director, in the order of their texts: several are on their way at once."""
    found = [json.loads(line) for line in sink.whole_lines() if line.startswith("{")]
    return sorted((mail for mail in found if f"Subject: [{router_id}] " in "\n".join(mail["message"])),
                  key=lambda mail: mail["message"][2])


def of_masters(sink, router_id: str) -> list[dict]:
    return [mail for mail in mails(sink, router_id) if "MASTER" in mail["message"][2]]


def plain(mail: dict, router_id: str) -> dict:
    """Without the date, the name of the program and the director's own, and without the empty line with which keepalived
    ends its body."""
    lines = [line.replace(f"[{router_id}]", "[]") for line in mail["message"]
             if not line.startswith(("Date: ", "X-Mailer: "))]
    while lines and not lines[-1]:
        lines.pop()
    return {"commands": mail["commands"], "message": lines}


def test_both_directors_send_the_same_mails(site):
    old, new, post = site
    sink = post.spawn(SINK, "sink")
    post.wait_for_port(2525)
    old.spawn("keepalived -P -n -l -D", "keepalived")
    daemon = Drover(new).start()
    # keepalived 2.2.7 loses mails of its first moment, so only those of mastership are compared.
    for name in ("old", "new"):
        wait_until(lambda: len(of_masters(sink, name)) >= 3, 30, f"{name} has sent three mails")
    theirs, ours = ([plain(mail, name) for mail in of_masters(sink, name)] for name in ("old", "new"))
    assert ours == theirs
    assert [mail["message"][1] for mail in ours] == [
        "Subject: [] VRRP Group both - Entering MASTER state", "Subject: [] VRRP Instance one - Entering MASTER state",
        "Subject: [] VRRP Instance two - Entering MASTER state"]
    assert "silent" not in sink.said(), "it says smtp_alert off"
    assert daemon.stop() == 0


def test_a_dead_mail_server_costs_one_line_and_delays_nothing(site):
    _, new, post = site
    new.write("/etc/keepalived/keepalived.conf", configuration(2, "smtp_server 10.9.0.77 25", patience=3))  # nobody is there
    daemon = Drover(new).start()
    wait_until(lambda: holds(new, "10.9.2.21"), 20, "the director is master, mail or not")
    wait_until(lambda: "SMTP alerts cannot be sent by [10.9.0.77]:25" in daemon.said(), 20, "it is said")
    before = int(daemon.instance("one")["adverts_sent"])
    wait_until(lambda: int(daemon.instance("one")["adverts_sent"]) >= before + 3, 20, "adverts go on")
    new.pull_cable()
    wait_until(lambda: daemon.instance("one")["state"].upper() == "FAULT", 20, "a further change")
    holds_for(lambda: daemon.said().count("SMTP alerts cannot be sent") == 1, 4, "it is said once", every=0.5)
    # All is ready before the cable is back: what there is to tell comes within four seconds of that, and never again.
    sink = post.spawn(SINK, "sink")
    post.wait_for_port(2525)
    new.write("/etc/keepalived/keepalived.conf", configuration(2))
    new.run("drover reload")
    new.put_cable_back()
    wait_until(lambda: "mail is sent again" in daemon.said(), 60, "the server of the new file answers")
    wait_until(lambda: mails(sink, "new"), 20, "and has got them")
    assert daemon.stop() == 0
