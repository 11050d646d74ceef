"""The steps of the demo, in the order in which they are told. Each returns what was seen, or raises."""

from __future__ import annotations

import re
import time
from collections import Counter

from lab.directors import CONFIGURATION, Drover, holds
from lab.host import Host
from lab.laboratory import Lab
from lab.seed_network import CLIENTS, VIP, SeedNetwork
from lab.story import Story
from lab.waiting import NotYet, holds_for, wait_until

CLIENT = "192.168.1.128"
STATE_LOG = "/var/log/keepalived-state.log"
DROVER_CONF = "/etc/drover/drover.conf"
INCLUDE = f"""\
# drover's own file: what is new stands here, and keepalived can always read the old file again.
include {CONFIGURATION}
"""
SECOND_SERVICE = """\
virtual_server 172.51.97.175 8080 {
    delay_loop 1
    lb_algo rr
    lb_kind DR
    protocol TCP
    real_server 172.51.96.235 8080 { TCP_CHECK { connect_timeout 1 } }
    real_server 172.51.96.236 8080 { TCP_CHECK { connect_timeout 1 } }
}
"""


def expect(condition, what: str) -> None:
    if not condition:
        raise NotYet(what)


class Demo:
    def __init__(self, lab: Lab, story: Story):
        self.lab = lab
        self.story = story
        self.net: SeedNetwork | None = None
        self.drovers: dict[str, Drover] = {}
        self.stays_on: Host | None = None  # the real server of the client that is watched

    def steps(self):
        return [
            ("The network: one public address, 172.51.97.175, in front of two web servers", self.lay_out_network),
            ("The real servers take the public address, quietly", self.start_real_servers),
            ("The two configuration files, as a page on the web printed them", self.check_files),
            ("master-dr is started first and becomes MASTER", self.start_master),
            ("backup-dr is started and stays BACKUP", self.start_backup),
            ("The servers behind the address, in ipvsadm's words", self.list_services),
            ("Clients of many addresses spread over the servers", self.spread),
            ("One client stays on its server", self.stay),
            ("A second service, without persistence, alternates strictly", self.alternate),
            ("A real server fails its check and leaves", self.lose_real_server),
            ("It comes back", self.regain_real_server),
            ("(a) The daemon of the MASTER is killed and started again: nobody notices", self.kill_daemon),
            ("(b) The MASTER loses its power: the backup takes over", self.lose_power),
            ("master-dr returns, and nopreempt holds", self.return_of_the_master),
            ("What the notify scripts of the page have written", self.state_log),
        ]

    # -- laying out ----------------------------------------------------------------------------------------------

    def lay_out_network(self) -> str:
        self.net = SeedNetwork(self.lab)
        self.story.tell("""Ten small hosts made of Linux namespaces, with the addresses of the page's role table:""")
        self.story.show("""\
client 192.168.1.128 -- Route3 -- ( internet ) -- Route1 172.51.97.1 --+-- master-dr 172.51.96.119
                                       |                               +-- backup-dr 172.51.96.105
                                       |                               +-- web1      172.51.96.235
                                       +--------- Route2 172.51.96.1 --+-- web2      172.51.96.236""")
        self.story.tell("""Requests for the public address come in by Route1. The answers never pass a director again:
            the web servers send them to the client by their own gateway, Route2.""")
        self.story.command(self.net.client, "ping -c 1 -W 2 172.51.97.1")
        return "the client reaches the public network; nobody answers for 172.51.97.175 yet"

    def start_real_servers(self) -> str:
        self.net.serve_pages()
        for server in self.net.real_servers:
            Drover.install(server)
            self.story.command(server, f"drover real start --vip {VIP}")
            self.story.command(server, f"drover real status --vip {VIP}")
            expect(VIP in server.addresses("lo"), f"{server.name} has {VIP} on lo")
        self.story.tell("""Both own the address now, on lo, and neither answers ARP for it. Their pages are served by
            Python's own http.server.""")
        return f"{VIP} is on lo of web1 and web2, and `drover real status` finds nothing missing"

    def check_files(self) -> str:
        for director in self.net.directors:
            Drover.install(director)
        said = self.story.command(self.net.master, f"drover check {CONFIGURATION}", lines=60, expect=5)
        for word in ("auth_pass", "U+00A0"):
            expect(word in said, f"the check names {word}")
        self.net.make_scripts_runnable()
        for director in self.net.directors:
            director.write(DROVER_CONF, INCLUDE)
        self.story.tell("""Nothing of this keeps drover from running the file; both files are left as they are. The
            notify scripts beside them cannot run as printed: they are not executable, and a shell takes the page's
            U+00A0 for a letter. So the demo does what the page's reader must have done: chmod +x, and plain blanks.
            The script rs_state.sh, which both files name, was never printed and stays missing.""")
        self.story.tell(f"""Beside it stands a file of drover's own, {DROVER_CONF}. For now its only line is `include
            {CONFIGURATION}`, so what is run is the page's file as it is.""")
        return "each slip of the file is named with its place; the scripts were made executable"

    # -- VRRP ----------------------------------------------------------------------------------------------------

    def start(self, director: Host) -> Drover:
        self.story.tell(f"[root@{director.name}]# drover run")
        self.drovers[director.name] = Drover(director).start()
        return self.drovers[director.name]

    def state(self, director: Host) -> str:
        return self.drovers[director.name].instance()["state"].upper()

    def start_master(self) -> str:
        began = time.monotonic()
        self.start(self.net.master)
        wait_until(lambda: holds(self.net.master, VIP), 20, f"master-dr holds {VIP}")
        took = time.monotonic() - began
        wait_until(lambda: self.state(self.net.master) == "MASTER", 10, "master-dr says that it is MASTER")
        self.story.tell("""It listened for three advertisement intervals and a bit (the skew, 0.57 s with priority 110),
            heard nobody, and took the address.""")
        self.story.command(self.net.master, "ip -4 address show dev eth0")
        return f"MASTER after {took:.1f} s"

    def start_backup(self) -> str:
        self.start(self.net.backup)
        wait_until(lambda: self.state(self.net.backup) == "BACKUP", 20, "backup-dr is BACKUP")
        holds_for(lambda: holds(self.net.master, VIP) and not holds(self.net.backup, VIP), 5,
                  "master-dr alone holds the address", every=0.2)
        self.story.tell("""With priorities 110 and 105 the two would wait for 3.57 s and 3.59 s: 20 ms decide, and with
            nopreempt on master-dr that decision stays. So the order of the starts decides.""")
        self.story.command(self.net.backup, "drover status", lines=60)
        return f"one MASTER, one BACKUP, {VIP} on master-dr alone for 5 s"

    # -- balancing -----------------------------------------------------------------------------------------------

    def list_services(self) -> str:
        for server in self.net.real_servers:
            wait_until(lambda: self.pooled(server), 30, f"{server.name} is in the service")
        listing = self.story.command(self.net.master, "ipvsadm -Ln")
        expect(f"TCP  {VIP}:80 rr persistent 30" in listing, "the service of the file")
        for server in ("172.51.96.235:80", "172.51.96.236:80"):
            expect(re.search(rf"-> {server} +Route +1 ", listing), f"{server} with weight 1")
        return "one service, two real servers with weight 1"

    def spread(self) -> str:
        pages = Counter(self.net.fetch(CLIENTS))
        self.story.show("\n".join(f"{count:3} times {page}" for page, count in pages.most_common()))
        expect(None not in pages, f"each of {len(CLIENTS)} clients gets a page")
        expect(len(pages) == 2 and min(pages.values()) >= len(CLIENTS) * 0.4, "both servers get their share")
        return f"{len(CLIENTS)} clients: " + ", ".join(f"{count} on {page}" for page, count in pages.most_common())

    def stay(self) -> str:
        pages = set(self.net.fetch([CLIENT] * 6))
        expect(len(pages) == 1 and None not in pages, f"six times the same page, not {pages}")
        page = pages.pop()
        self.stays_on = self.net.web1 if "235" in page else self.net.web2
        listing = self.story.command(self.net.master, "ipvsadm -Lnc | grep -e ^pro -e 192.168.1.128", lines=12)
        expect(re.search(rf"(NONE|ASSURED) +{CLIENT}:0 +{VIP}:80 ", listing), "the client's template (port 0)")
        self.story.tell("""The page says that refreshing the browser shows the two servers in turn. With
            persistence_timeout 30 it does not: the first connection leaves a template (the row with port 0), which
            sends all later ones of this client to the same server. And it lives longer than 30 s: as long as
            connections made under it do, and a closed one is kept for two minutes more (FIN_WAIT). So one has to wait
            about three minutes, or come from another address.""")
        return f"{CLIENT} got {page} six times; its template stands in the listing"

    def alternate(self) -> str:
        self.story.tell(f"""A service on port 8080 is added to {DROVER_CONF}, before the line that includes the old file
            (whose last block has no end). Both daemons read it on `drover reload`; the first service does not
            notice.""")
        for director in self.net.directors:
            director.write(DROVER_CONF, SECOND_SERVICE + INCLUDE)
            self.story.command(director, "drover reload | tail -n 1")
        wait_until(lambda: f"{VIP}:8080 rr" in self.drovers["master-dr"].ipvsadm("-Ln"), 20, "the new service is listed")
        for server in self.net.real_servers:
            wait_until(lambda: self.pooled(server, 8080), 30, f"{server.name} is in it")
        pages = self.net.fetch([CLIENT] * 10, port=8080)
        self.story.show("  ".join(str(page) for page in pages))
        expect(None not in pages and len(set(pages)) == 2, "pages of both servers")
        expect(all(one != other for one, other in zip(pages, pages[1:])), "they alternate strictly")
        return "ten connections of one client: the two servers in turn, without exception"

    # -- health --------------------------------------------------------------------------------------------------

    def pooled(self, server: Host, port: int = 80) -> bool:
        address = server.nics[0].addresses[0].split("/")[0]
        return f"-> {address}:{port} " in self.drovers["master-dr"].ipvsadm(f"-Ln -t {VIP}:{port}")

    def lose_real_server(self) -> str:
        expect(self.stays_on, "the client has a server")
        self.story.tell(f"{self.stays_on.name}'s /info.php answers 500 from now on. It is tried three times more.")
        self.net.fail(self.stays_on)
        began = time.monotonic()
        wait_until(lambda: not self.pooled(self.stays_on), 60, f"{self.stays_on.name} leaves the service")
        took = time.monotonic() - began
        self.story.command(self.net.master, f"ipvsadm -Ln -t {VIP}:80")
        address = self.stays_on.nics[0].addresses[0].split("/")[0]
        (page,) = self.net.fetch([CLIENT])
        expect(page and address not in page, f"{CLIENT} reaches the other server, not {page}")
        return f"{self.stays_on.name} left after {took:.1f} s; the next connection of {CLIENT} reached {page}"

    def regain_real_server(self) -> str:
        expect(self.stays_on, "a server has left")
        self.net.heal(self.stays_on)
        began = time.monotonic()
        wait_until(lambda: self.pooled(self.stays_on), 60, f"{self.stays_on.name} comes back")
        took = time.monotonic() - began
        self.story.command(self.net.master, f"ipvsadm -Ln -t {VIP}:80")
        pages = Counter(self.net.fetch(CLIENTS))
        expect(None not in pages and len(pages) == 2, f"both servers answer again: {pages}")
        return f"back {took:.1f} s after its page was mended, and it gets connections again"

    # -- failures ------------------------------------------------------------------------------------------------

    def kill_daemon(self) -> str:
        daemon = self.drovers["master-dr"]
        self.story.tell("""A client keeps one connection busy (a request every 5 ms) and opens a new one every 10 ms.
            Meanwhile the daemon is killed with SIGKILL and started again. The packet path is pinned in the kernel and goes
            on; the new daemon finds that it still is the MASTER.""")
        steady = self.net.ask_steadily()
        time.sleep(1)
        daemon.kill()
        daemon.start()  # at once: on a busy machine that takes a second, and after three the backup takes over
        time.sleep(2)
        still_master = self.state(self.net.master) == "MASTER" and holds(self.net.master, VIP)
        kept, new = (lambda seen: (seen["kept"], seen["new"]))(steady.stop())
        expect(kept["sent"] > 100 and kept["answered"] == kept["sent"], f"every request is answered: {kept}")
        expect(kept["retransmitted"] == 0, f"no packet of the connection had to be sent again: {kept}")
        expect(new["failed"] == 0, f"every new connection is served: {new}")
        expect(still_master, "master-dr is still MASTER")
        backup = self.drovers["backup-dr"].instance()
        expect(backup["state"].upper() == "BACKUP" and int(backup["became_master"]) == 0, "backup-dr never moved")
        return (f"{kept['sent']} requests on one connection, none lost or sent again; {new['tried']} new connections, "
                "none failed; still MASTER, backup-dr never moved")

    def lose_power(self) -> str:
        self.story.tell("""master-dr: its cables are dead, its processes are gone, nobody says goodbye. A client opens a
            new connection every 10 ms.""")
        steady = self.net.ask_steadily()
        time.sleep(1)
        self.net.master.power_off()
        try:
            wait_until(lambda: holds(self.net.backup, VIP), 20, "backup-dr takes the address")
            wait_until(lambda: self.net.fetch([CLIENT], seconds=0.5) != [None], 20, "the client is served again")
            time.sleep(0.5)
        finally:
            new = steady.stop()["new"]
        self.story.outage_ms = new["outage_ms"]
        expect(self.state(self.net.backup) == "MASTER", "backup-dr says that it is MASTER")
        self.story.command(self.net.backup, "ipvsadm -Ln")
        expect(0 < new["outage_ms"] < 8000, f"the client was without service for a while, and not for long: {new}")
        return (f"a client saw an outage of {new['outage_ms']} ms (the backup waits for 3 s + 0.59 s of silence, "
                "counted from the last advertisement, before it may take over)")

    def return_of_the_master(self) -> str:
        self.net.master.power_on()
        self.start(self.net.master)
        wait_until(lambda: self.state(self.net.master) == "BACKUP", 20, "master-dr is BACKUP")
        holds_for(lambda: holds(self.net.backup, VIP) and not holds(self.net.master, VIP), 6,
                  "backup-dr keeps the address", every=0.2)
        pages = Counter(self.net.fetch(CLIENTS[:20]))
        expect(None not in pages, "clients are served by backup-dr")
        self.story.tell("""master-dr has the higher priority, 110, and `nopreempt`: it does not take the address from a
            working backup.""")
        return "backup-dr is MASTER, master-dr waits as BACKUP"

    def state_log(self) -> str:
        logs = {director.name: self.story.command(director, f"cat {STATE_LOG}", lines=30)
                for director in self.net.directors}
        expect("[Master]" in logs["master-dr"], "master-dr has written that it became master")
        expect(0 <= logs["backup-dr"].find("[Backup]") < logs["backup-dr"].find("[Master]"),
               "backup-dr has written that it became backup, then master")
        return "both logs tell the changes of state as they happened"
