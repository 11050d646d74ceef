"""The farm on one LAN (lab/flat_farm.py) with both its directors, which elect the one that has the VIP by VRRP."""

from __future__ import annotations

from lab.directors import CONFIGURATION, Drover, holds
from lab.flat_farm import VIP, FlatFarm
from lab.laboratory import Lab
from lab.pair import configuration, state
from lab.waiting import wait_until


class FlatPair(FlatFarm):
    def __init__(self, lab: Lab):
        super().__init__(lab, peer=True)
        self.peer_daemon = Drover(self.peer)

    def start_both(self, services: str, of_peer: str = "") -> None:
        """Returns when `director` is MASTER and `peer` is BACKUP, and each has heard an advert of the other. The peer has
        services of its own, or the same."""
        self.director.write(CONFIGURATION, configuration(150, vip=VIP) + services)
        self.peer.write(CONFIGURATION, configuration(100, vip=VIP) + (of_peer or services))
        self.peer_daemon.start()
        wait_until(lambda: state(self.peer_daemon) == "MASTER", 20, "peer is MASTER as long as it is alone")
        self.daemon.start()
        wait_until(lambda: holds(self.director, VIP), 20, "director is MASTER")
        wait_until(lambda: state(self.peer_daemon) == "BACKUP", 20, "peer is BACKUP")
        self._wait_for_next_hops_of_both()

    def start_parted(self, services: str, of_peer: str) -> None:
        """Two masters that have never heard of each other. The client sends to `director`."""
        self.director.write(CONFIGURATION, configuration(150, vip=VIP) + services)
        self.peer.write(CONFIGURATION, configuration(100, vip=VIP) + of_peer)
        self._drop_adverts()
        for daemon in (self.daemon, self.peer_daemon):
            daemon.start()
        self._wait_for_two_masters()
        self._wait_for_next_hops_of_both()

    def _wait_for_next_hops_of_both(self) -> None:
        for daemon in (self.daemon, self.peer_daemon):
            self.wait_for_next_hops(daemon)

    def part_adverts(self) -> None:
        """Neither hears the other from now on: both become MASTER. The client goes on sending to `director`."""
        self._drop_adverts()
        self._wait_for_two_masters()

    def part_director(self) -> None:
        """A cable is cut that is nobody's own: no interface loses its carrier, and both become MASTER. All others are on the
        side of the peer."""
        self.lan.switch.run("nft 'add table bridge parted; add chain bridge parted forward "
                            "{ type filter hook forward priority 0; }; "
                            "add rule bridge parted forward iifname director.eth0 drop; "
                            "add rule bridge parted forward oifname director.eth0 drop'")
        self._wait_until_both_are_masters()

    def rejoin(self) -> None:
        self.lan.switch.run("nft 'delete table bridge parted'")

    def _drop_adverts(self) -> None:
        self.lan.switch.run("nft 'add table bridge parted; add chain bridge parted forward "
                            "{ type filter hook forward priority 0; }; add rule bridge parted forward ip protocol 112 drop'")

    def _wait_until_both_are_masters(self) -> None:
        wait_until(lambda: state(self.daemon) == state(self.peer_daemon) == "MASTER", 20, "both are MASTER")

    def _wait_for_two_masters(self) -> None:
        self._wait_until_both_are_masters()
        self.client.run(f"ip neigh replace {VIP} lladdr {self.director.mac()} nud permanent dev eth0")
