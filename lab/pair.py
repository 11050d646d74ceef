"""Two directors and an onlooker on one LAN: the smallest network in which VRRP has something to do.

      left 10.9.0.1      right 10.9.0.2      onlooker 10.9.0.9
          |                  |                   |
    ------+------------------+-------------------+------ 10.9.0.0/24, VIP 10.9.0.100
"""

from __future__ import annotations

from lab.directors import Drover, holds
from lab.host import Host, Nic
from lab.laboratory import Lab

VIP = "10.9.0.100"
VRID = 51


def configuration(priority: int, *, auth: str = "", nopreempt: bool = False, interface: str = "eth0",
                  track: str = "", more: str = "", vip: str = VIP) -> str:
    """A keepalived.conf that both keepalived and drover read without a word."""
    lines = ["vrrp_instance pair {", "    state BACKUP", f"    interface {interface}", f"    virtual_router_id {VRID}",
             f"    priority {priority}", "    advert_int 1"]
    if nopreempt:
        lines.append("    nopreempt")
    if auth:
        lines.append(f"    authentication {{\n        auth_type PASS\n        auth_pass {auth}\n    }}")
    if track:
        lines.append(f"    track_interface {{\n        {track}\n    }}")
    lines += [f"    virtual_ipaddress {{\n        {vip}/24\n    }}", more, "}", ""]
    return "\n".join(line for line in lines if line)


class Pair:
    def __init__(self, lab: Lab):
        self.lan = lab.lan("site")
        self.left, self.right = (
            lab.host(name, [Nic("eth0", self.lan, [f"10.9.0.{number}/24"], sends_from_xdp=True)], [],
                     {"net.ipv4.conf.all.arp_announce": 2})
            for number, name in enumerate(("left", "right"), start=1))
        self.onlooker = lab.host("onlooker", [Nic("eth0", self.lan, ["10.9.0.9/24"])])

    def configure(self, host: Host, *arguments, **options) -> None:
        host.write("/etc/keepalived/keepalived.conf", configuration(*arguments, **options))

    def masters(self) -> list[str]:
        """The hosts that hold the VIP."""
        return [host.name for host in (self.left, self.right) if holds(host, VIP)]

    def onlooker_reaches_the_vip(self) -> bool:
        return self.onlooker.run(f"ping -c 1 -W 1 {VIP}", check=False).returncode == 0


def state(daemon: Drover) -> str:
    return daemon.instance("pair")["state"].upper()
