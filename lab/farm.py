"""The seed's network at work: the real servers with the VIP and their pages, drover on both directors.

On port 80 runs the seed's own service, on port 8080 one without persistence.
"""

from __future__ import annotations

from lab.directors import Drover, holds
from lab.laboratory import Lab
from lab.seed_network import VIP, SeedNetwork
from lab.waiting import wait_until

RIP1, RIP2 = "172.51.96.235", "172.51.96.236"
PLAIN = f"""\
virtual_server {VIP} 8080 {{
    delay_loop 1
    lb_algo rr
    lb_kind DR
    protocol TCP
    real_server {RIP1} 8080 {{
        TCP_CHECK {{ connect_timeout 1 }}
    }}
    real_server {RIP2} 8080 {{
        TCP_CHECK {{ connect_timeout 1 }}
    }}
}}
include /etc/keepalived/keepalived.conf
"""


class Farm(SeedNetwork):
    """Nothing runs before start(). `words`: what the directors' configuration has besides."""

    def __init__(self, lab: Lab, words: str = "", advert_interval: int = 1, **options):
        """`advert_interval` in seconds, the seed's is 1: a daemon that is back within three of them goes on as MASTER, and
        on a machine with much else to do it may need more than three seconds."""
        super().__init__(lab, **options)
        self.words = words
        self.advert_interval = advert_interval
        self.daemons: list[Drover] = []
        if advert_interval != 1:
            self._advertise_every(advert_interval)

    def _advertise_every(self, seconds: int) -> None:
        for director in self.directors:
            path = director.path("/etc/keepalived/keepalived.conf")
            before, after = path.read_text().split("advert_int\u00a01\n")
            path.write_text(f"{before}advert_int {seconds}\n{after}")

    def start(self) -> Farm:
        """Returns when master-dr is MASTER and both real servers are in both pools."""
        self.make_scripts_runnable()
        self.serve_pages()
        for server in self.real_servers:
            Drover.install(server)
            server.run(f"drover real start --vip {VIP}")
        for director in self.directors:
            director.write("/etc/drover/drover.conf", PLAIN + self.words)
        self.daemons = [Drover(self.master).start()]
        wait_until(lambda: holds(self.master, VIP), 16 + 4 * self.advert_interval, "master-dr is master")
        self.daemons.append(Drover(self.backup).start())
        wait_until(lambda: all(map(self.is_ready, self.daemons)), 30, "both are in both pools, and their MACs are known")
        return self

    def is_ready(self, daemon: Drover) -> bool:
        """A client's first packet for a server whose MAC is not known yet would be lost."""
        for row in daemon.status()["dataplane"]["services"]:
            servers = {server["server"].rsplit(":", 1)[0] for server in row["servers"] if server["next_hop"]}
            if row["service"]["port"] in (80, 8080) and servers != {RIP1, RIP2}:
                return False
        return True

    def listing(self, port: int = 80) -> str:
        return self.daemons[0].ipvsadm(f"-Ln -t {VIP}:{port}")
