"""The seed's network at work: the real servers with the VIP and their pages, drover on both directors.

On port 80 runs the seed's own service, on port 8080 one without persistence.
"""

from __future__ import annotations

from lab.directors import Drover, holds
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
    """Nothing runs before start()."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.daemons: list[Drover] = []

    def start(self) -> Farm:
        """Returns when master-dr is MASTER and both real servers are in both pools."""
        self.make_scripts_runnable()
        self.serve_pages()
        for server in self.real_servers:
            Drover.install(server)
            server.run(f"drover real start --vip {VIP}")
        for director in self.directors:
            director.write("/etc/drover/drover.conf", PLAIN)
        self.daemons = [Drover(self.master).start()]
        wait_until(lambda: holds(self.master, VIP), 8, "master-dr is master")
        self.daemons.append(Drover(self.backup).start())
        wait_until(lambda: RIP1 in self.listing(8080) and RIP2 in self.listing(8080), 8, "both are in the pool")
        return self

    def listing(self, port: int = 80) -> str:
        return self.daemons[0].ipvsadm(f"-Ln -t {VIP}:{port}")
