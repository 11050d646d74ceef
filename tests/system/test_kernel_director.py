"""A site on its way from keepalived and kernel IPVS to drover: one director of each kind, with one keepalived.conf.

The kernel's is Debian's own, in the reference machine, with its network card on the lab's LAN (lab/flat_farm.py):

      client .9          director .1 (drover)   kernel .2 (keepalived)   web1 .11     web2 .12
          |                       |                    |                   |            |
    ------+-----------------------+--------------------+-------------------+------------+------ 10.9.0.0/24 and fd00:9::/64

The machine is emulated, and slower on a busy host: what is waited for here may take long.
"""

import pytest

from lab.directors import CONFIGURATION, holds
from lab.flat_farm import CLIENT6, VIP, VIP6, WEB6, FlatFarm, service
from lab.machine_on_lan import MachineOnLan
from lab.pair import configuration, state
from lab.seed_network import HERE, PYTHON
from lab.waiting import NotYet, wait_until

pytestmark = [pytest.mark.full, pytest.mark.reference_vm]

LENGTH, RATE = 8_000_000, 20_000  # bytes and bytes a second: longer than any story, until it is told to hurry
ESTABLISHED = "TCP ESTABLISHED "  # the downloads
VRRP, CHECKERS = "/run/keepalived-vrrp-half.pid", "/run/keepalived-checker-half.pid"
SERVICES = "".join([
    service(), service(vip=VIP6, servers=WEB6),
    service(port=443, more="persistence_timeout 300"),
    service(port=514, protocol="UDP"),
])


def written(priority: int) -> str:
    """Neither takes the address from the other, who may know of connections that it does not yet know of."""
    more = f"    virtual_ipaddress_excluded {{\n        {VIP6}/64\n    }}"
    return ("global_defs {\n    lvs_sync_daemon eth0 pair id 7\n}\n" +
            configuration(priority, vip=VIP, nopreempt=True, more=more) + SERVICES)


class Site(FlatFarm):
    def __init__(self, lab):
        super().__init__(lab)
        self.kernel = MachineOnLan(self.lan, self.client, "kernel", ["10.9.0.2/24", "fd00:9::2/64"])

    def prepare_servers(self) -> None:
        super().prepare_servers()
        for server in self.servers:
            server.spawn(f"{PYTHON} {HERE}/web_server.py {server.name} 443", "web443")
            server.spawn(f"{PYTHON} {HERE}/udp_echo.py {server.name} 514", "echo")
            server.wait_for_port(443)

    def start_keepalived(self) -> None:
        self.kernel.write(CONFIGURATION, written(150))
        # In two halves: one keepalived ends them in whichever order, and where its services go before the VIP, the machine
        # itself answers for the VIP, with a reset.
        self.kernel.spawn(f"keepalived -C -n -l -D -p {CHECKERS}")
        self.kernel.spawn(f"keepalived -P -n -l -D -p {VRRP}")

    def kernel_is_master(self) -> bool:
        return VIP in self.kernel.addresses()

    # PROTOCOL STATE CLIENT VIRTUAL SERVER, as both list them
    def rows_of(self, director) -> set[str]:
        lines = director.output("ipvsadm -Lnc").splitlines()[2:]
        return {" ".join([protocol, *rest]) for protocol, _, *rest in map(str.split, lines)}

    def make_connections(self, port: int) -> list[str]:
        """One of each kind from these ports on; returns what their rows have in them."""
        self.client.run(f"curl -sS -m 30 --local-port {port} http://{VIP}:443/")
        self.client.run(f"curl -gsS -m 30 --local-port {port + 1} http://[{VIP6}]/")
        for _ in range(5):
            self.client.run(f"{PYTHON} {HERE}/udp_ask.py {VIP} 514 20 {port + 2}")
        return [" 10.9.0.9:0 ", f" 10.9.0.9:{port} ", f" [{CLIENT6}]:{port + 1} ", f" 10.9.0.9:{port + 2} "]

    def wait_until_told(self, teller, hearer, kinds: list[str]) -> None:
        seen: dict[str, set[str]] = {}

        def has_heard() -> bool:
            told, heard = self.rows_of(teller), self.rows_of(hearer)
            seen.update({kind: {row for row in told if kind in row} for kind in kinds}, heard=heard)
            return all(seen[kind] and seen[kind] <= heard for kind in kinds)

        try:
            wait_until(has_heard, 60, f"{hearer.name} has heard what {teller.name} knows", every=1)
        except NotYet as failure:
            raise NotYet(f"{failure}: {seen}") from None


@pytest.fixture
def site(lab):
    site = Site(lab)
    site.prepare_servers()
    with site.kernel:
        yield site


def power_cut(site: Site) -> None:
    site.kernel.power_off()


def clean_stop(site: Site) -> None:
    for half in (VRRP, CHECKERS):
        site.kernel.run(f"kill $(cat {half})")
        # Else the next one might find it still running, and not start.
        wait_until(lambda: site.kernel.run(f"test ! -e {half}", check=False).returncode == 0, 60, "it has ended")


@pytest.mark.parametrize("ending", [power_cut, clean_stop])
def test_downloads_survive_failover_from_the_kernels_director_to_drover_and_back(site, ending):
    site.start_keepalived()
    wait_until(site.kernel_is_master, 60, "the kernel's director is MASTER", every=0.5)
    site.director.write(CONFIGURATION, written(100))
    site.daemon.start()
    site.wait_for_next_hops()

    downloads = [site.download(LENGTH, RATE), site.download(LENGTH, RATE, VIP6, CLIENT6)]
    for download in downloads:
        download.wait_for_more(30)
    kinds = site.make_connections(41000) + [ESTABLISHED]
    site.wait_until_told(site.kernel, site.director, kinds)
    assert state(site.daemon) == "BACKUP"

    ending(site)
    wait_until(lambda: holds(site.director, VIP), 20, "drover takes over")
    for download in downloads:
        download.wait_for_more(30)
    downloads.append(site.download(LENGTH, RATE))
    downloads[-1].wait_for_more(30)

    if not site.kernel.on:
        site.kernel.power_on()
    site.start_keepalived()
    wait_until(lambda: "backup" in site.kernel.output("ipvsadm -L --daemon"), 60, "the kernel's director hears", every=0.5)
    kinds = site.make_connections(42000) + [ESTABLISHED]
    site.wait_until_told(site.director, site.kernel, kinds)
    assert not site.kernel_is_master()

    assert site.daemon.stop() == 0
    wait_until(site.kernel_is_master, 60, "the kernel's director is MASTER again", every=0.5)
    for download in downloads:
        download.wait_for_more(30)
        download.hurry()
    assert all(download.whole(60) for download in downloads)
