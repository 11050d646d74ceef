"""What FIFOs, mails and scripts are told of servers and services. Lines and mails are those of keepalived 2.2.7 with IPVS, as
it sent them in the reference machine in the same story.

      director 10.9.0.1      web 10.9.0.11, ports 80 (HTTP_GET) and 81 (TCP_CHECK)      post 10.9.0.9, port 2525
          |                    |                                                          |
    ------+--------------------+----------------------------------------------------------+------ 10.9.0.0/24
"""

import json
from pathlib import Path

from lab import smtp_sink
from lab.directors import CONFIGURATION, Drover
from lab.host import Nic
from lab.seed_network import HERE, PYTHON
from lab.waiting import wait_until

SINK = f"{PYTHON} {Path(smtp_sink.__file__)} 2525"
SERVER, SERVICE = "[10.9.0.11]:tcp:80", "[10.9.0.100]:tcp:80"
CONFIG = """
global_defs {
    router_id lb
    notification_email {
        admin@example.com
    }
    notification_email_from ka@example.com
    smtp_server 10.9.0.9 2525
    smtp_alert_checker
    enable_script_security
    script_user root
    notify_fifo /run/all
    lvs_notify_fifo /run/services
    vrrp_notify_fifo /run/instances
}
virtual_server 10.9.0.100 80 {
    delay_loop 1
    lb_algo rr
    lb_kind DR
    protocol TCP
    quorum_up "/etc/keepalived/quorum.sh up"
    quorum_down "/etc/keepalived/quorum.sh down"
    connect_timeout 5
    delay_before_retry 1
    retry 1
    real_server 10.9.0.11 80 {
        HTTP_GET {
            url {
                path /
                status_code 200
            }
        }
        TCP_CHECK {
            connect_port 81
        }
    }
}
"""


class Site:
    def __init__(self, lab):
        lan = lab.lan("office")
        self.director = lab.host("director", [Nic("eth0", lan, ["10.9.0.1/24", "10.9.0.100/32"], sends_from_xdp=True)])
        self.web = lab.host("web", [Nic("eth0", lan, ["10.9.0.11/24"])])
        self.post = lab.host("post", [Nic("eth0", lan, ["10.9.0.9/24"])])
        self.servers = {}
        for port in (80, 81):
            self.serve(port)
        self.sink = self.post.spawn(SINK, "sink")
        self.post.wait_for_port(2525)
        self.director.write("/etc/keepalived/quorum.sh", "#!/bin/sh\necho $1 >> /run/quorum\n", 0o755)
        self.director.write(CONFIGURATION, CONFIG)
        for name in ("all", "services", "instances"):
            self.director.run(f"mkfifo /run/{name}")
            # It holds the pipe open for writing, too: the daemon may close it and open it again.
            self.director.spawn(f"sh -c 'exec 3<>/run/{name}; cat <&3 >> /var/log/{name}'", f"reader-{name}")
            wait_until(self.director.path(f"/var/log/{name}").exists, 20, "the reader has opened both")
        self.daemon = Drover(self.director).start()

    def serve(self, port: int) -> None:
        self.servers[port] = self.web.spawn(f"{PYTHON} {HERE}/web_server.py web {port}", f"web-{port}")
        self.web.wait_for_port(port)

    def check(self, kind: str) -> str:
        return next(row["state"] for row in self.daemon.status()["checks"] if row["kind"] == kind)

    def told(self, pipe: str) -> list[str]:
        return self.director.read(f"/var/log/{pipe}").splitlines()

    def mails(self) -> list[tuple[str, str]]:
        """Subjects and bodies, sorted: keepalived sends several at once."""
        messages = [json.loads(line)["message"] for line in self.sink.whole_lines()]
        return sorted((lines[2].removeprefix("Subject: [lb] "), lines[6]) for lines in messages)


def test_servers_and_services_are_told_as_by_keepalived(lab):
    site = Site(lab)
    lines = [f"VS {SERVICE} UP"]
    mails = []

    def expect(more_lines: list[str], more_mails: list[tuple[str, str]]) -> None:
        lines.extend(more_lines)
        mails.extend(more_mails)
        wait_until(lambda: site.told("services") == lines == site.told("all"), 20, f"the FIFOs have {lines}")
        wait_until(lambda: len(site.mails()) >= len(mails), 20, f"the mails have come: {mails}")
        assert site.mails() == sorted(mails)

    about_server, about_service = f"Realserver {SERVER} of virtual server {SERVICE} - ", f"Virtualserver {SERVICE} - "
    wait_until(lambda: site.check("HTTP_GET") == site.check("TCP_CHECK") == "up", 20, "both checks pass")
    expect([], [])

    site.servers[81].stop()
    expect([f"RS {SERVER} {SERVICE} DOWN", f"VS {SERVICE} DOWN"],
           [(about_server + "DOWN", "=> TCP CHECK failed on service <="), (about_service + "DOWN", "=> Lost quorum 1+0=1 <= 0 <=")])
    site.servers[80].stop()
    wait_until(lambda: site.check("HTTP_GET") == "down", 20, "the other check fails, too")
    expect([], [(about_server + "DOWN", "=> CHECK failed on service : HTTP request failed <=")])
    site.serve(80)
    wait_until(lambda: site.check("HTTP_GET") == "up", 20, "it passes again")
    expect([], [(about_server + "DOWN", "=> CHECK succeed on service <=")])
    site.serve(81)
    expect([f"RS {SERVER} {SERVICE} UP", f"VS {SERVICE} UP"],
           [(about_server + "UP", "=> TCP CHECK succeed on service <="), (about_service + "UP", "=> Gained quorum 1+0=1 <= 1 <=")])

    wait_until(lambda: site.director.read("/run/quorum").split() == ["up", "down", "up"], 20, "the quorum's scripts have run")
    for line in (f"Gained quorum 1+0=1 <= 1 for VS {SERVICE}", f"Lost quorum 1-0=1 > 0 for VS {SERVICE}"):
        assert line in site.daemon.said()
    assert site.told("instances") == [], "it is told of instances alone"


def test_neither_an_upgrade_nor_a_reload_tells_it_again(lab):
    site = Site(lab)
    wait_until(lambda: site.told("services") == [f"VS {SERVICE} UP"], 20, "the service stands")
    site.director.output("drover upgrade", seconds=90)
    site.daemon.reload()
    site.servers[81].stop()
    wait_until(lambda: f"VS {SERVICE} DOWN" in site.told("services"), 20, "the service has fallen")
    assert site.told("services") == [f"VS {SERVICE} UP", f"RS {SERVER} {SERVICE} DOWN", f"VS {SERVICE} DOWN"]
    wait_until(lambda: site.director.read("/run/quorum").split() == ["up", "down"], 20, "the quorum's scripts have run")
    assert site.daemon.stop() == 0
