"""FRR's vrrpd as the other router: Debian's 8.4, VRRP version 2.

vrrpd speaks by a macvlan that has the virtual MAC address and the VIP for good; while it is BACKUP it takes the macvlan's
carrier away. The host must not answer ARP for the VIP on its own card meanwhile. vrrpd runs with zebra, which tells it of
interfaces; both give up root for the user frr.
"""

from __future__ import annotations

import json

from lab.host import Host
from lab.process import Process
from lab.waiting import wait_until

FOLDER = "/run/frr"
PROGRAMS = "/usr/lib/frr"


class Frr:
    def __init__(self, host: Host, vrid: int, vip: str, priority: int, preempt: bool = True):
        self.host = host
        self.vrid = vrid
        self.vip = vip
        self.virtual_mac = f"00:00:5e:00:01:{vrid:02x}"
        words = [f"vrrp {vrid} version 2", f"vrrp {vrid} priority {priority}", f"vrrp {vrid} advertisement-interval 1000",
                 f"vrrp {vrid} ip {vip}", *([] if preempt else [f"no vrrp {vrid} preempt"])]
        self.configuration = "\n ".join(["interface eth0", *words]) + "\n"
        self.processes: list[Process] = []

    def start(self) -> Frr:
        """Returns when vrrpd has the virtual router."""
        device = f"vrrp4-{self.vrid}"
        self.host.write(f"{FOLDER}/zebra.conf", "")
        self.host.write(f"{FOLDER}/vrrpd.conf", self.configuration)
        self.host.run("\n".join([
            "set -e", f"chown -R frr:frr {FOLDER}",
            "sysctl -q -w net.ipv4.conf.eth0.arp_ignore=1 net.ipv4.conf.eth0.arp_announce=2",
            f"ip link show {device} > /dev/null 2>&1 || ip link add {device} link eth0 address {self.virtual_mac} "
            "type macvlan mode bridge", f"ip address replace {self.vip}/32 dev {device}", f"ip link set {device} up"]))
        self._spawn("zebra")
        wait_until(lambda: self.host.path(f"{FOLDER}/zserv.api").exists(), 30, "zebra listens")
        self._spawn("vrrpd")
        wait_until(self.state, 30, "vrrpd tells of the virtual router")
        return self

    def _spawn(self, program: str) -> None:
        self.processes.append(self.host.spawn(
            f"{PROGRAMS}/{program} -f {FOLDER}/{program}.conf -z {FOLDER}/zserv.api -i {FOLDER}/{program}.pid "
            f"--vty_socket {FOLDER} -A 127.0.0.1 -P 0", program))

    def state(self) -> str:
        """"Initialize", "Backup" or "Master"; empty: it does not answer."""
        answer = self.host.run(f"vtysh --vty_socket {FOLDER} -c 'show vrrp {self.vrid} json'", check=False).stdout
        try:
            return json.loads(answer)[0]["v4"]["status"]
        except (ValueError, LookupError):
            return ""

    def stop(self) -> None:
        """A clean stop; as an administrator would, it takes the VIP off the host as well."""
        for process in reversed(self.processes):
            process.stop()
        self.processes.clear()
        self.host.run(f"ip link delete vrrp4-{self.vrid}; rm -f {FOLDER}/zserv.api")
