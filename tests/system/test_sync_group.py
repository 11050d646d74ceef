"""Two instances on two LANs that are MASTER together or not at all, with keepalived as the peer.

      left .1 ---- site 10.9.0.0/24, VIP .100 ----- right .2
      left .1 ---- back 10.8.0.0/24, VIP .100 ----- right .2
"""

import pytest

from lab.directors import Drover, Keepalived, holds
from lab.host import Nic
from lab.waiting import wait_until

GROUP = "vrrp_sync_group both {\n group {\n  site\n  back\n }\n notify \"/etc/keepalived/told.sh group\"\n}\n"
INSTANCE = ("vrrp_instance %s {\n state BACKUP\n interface %s\n virtual_router_id %d\n priority %d\n advert_int %d\n"
            " virtual_ipaddress {\n  %s/24\n }\n}\n")
VIPS = {"eth0": "10.9.0.100", "eth1": "10.8.0.100"}


class Directors:
    def __init__(self, lab, interval: int = 1):
        site, back = lab.lan("site"), lab.lan("back")
        self.hosts = {name: lab.host(name, [Nic("eth0", site, [f"10.9.0.{number}/24"], sends_from_xdp=True),
                                            Nic("eth1", back, [f"10.8.0.{number}/24"], sends_from_xdp=True)], [],
                                     {"net.ipv4.conf.all.arp_announce": 2})
                      for number, name in enumerate(("left", "right"), start=1)}
        for name, priority in (("left", 150), ("right", 100)):
            self.hosts[name].write("/etc/keepalived/keepalived.conf",
                                   "global_defs {\n enable_script_security\n script_user root\n}\n" + GROUP
                                   + INSTANCE % ("site", "eth0", 51, priority, interval, VIPS["eth0"])
                                   + INSTANCE % ("back", "eth1", 52, priority, interval, VIPS["eth1"]))
            self.hosts[name].write("/etc/keepalived/told.sh", "#!/bin/sh\necho \"$*\" >> /var/log/told\n", 0o755)

    def held(self) -> dict[str, list[str]]:
        """Which VIPs each director holds, by interface."""
        return {name: [nic for nic, vip in VIPS.items() if holds(host, vip, nic)] for name, host in self.hosts.items()}

    def all_at(self, name: str, seconds: float, why: str) -> None:
        other = "right" if name == "left" else "left"
        wait_until(lambda: self.held() == {name: ["eth0", "eth1"], other: []}, seconds, f"{name} holds both: {why}")


@pytest.fixture
def directors(lab):
    return Directors(lab)


@pytest.mark.parametrize("drover_on", ["left", "right"])
def test_both_move_when_one_lan_fails_and_come_back_together(directors, drover_on):
    left = directors.hosts["left"]
    daemons = {name: (Drover if name == drover_on else Keepalived)(host) for name, host in directors.hosts.items()}
    host, drover = directors.hosts[drover_on], daemons[drover_on]
    told = lambda: [line for line in host.read("/var/log/told").splitlines() if line.startswith("group GROUP")]  # noqa: E731
    # One after the other: of two that start together, the lower one may be the first to be ready.
    daemons["left"].start()
    directors.all_at("left", 20, "nobody else is there")
    daemons["right"].start()
    wait_until(lambda: "Entering BACKUP STATE" in daemons["right"].said(), 10, "right is BACKUP")
    wait_until(told, 10, "a script has told of the first state")
    left.pull_cable("eth1")
    directors.all_at("right", 20, "left's group is in FAULT")
    left.put_cable_back("eth1")
    directors.all_at("left", 20, "it preempts with both")
    assert "VRRP_Group(both) Syncing instances to MASTER state" in drover.said()
    if drover_on == "left":
        assert "VRRP_Group(both) Syncing instances to FAULT state" in drover.said()
        assert drover.instance("site")["state"].upper() == "MASTER"
    expected = ["BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER"] if drover_on == "left" else ["BACKUP", "MASTER", "BACKUP"]
    wait_until(lambda: len(told()) >= len(expected), 10, "the scripts have told of all of it")
    assert told() == [f"group GROUP both {state} 0" for state in expected]


def test_a_clean_stop_hands_both_over(directors):
    left, right = Drover(directors.hosts["left"]).start(), Drover(directors.hosts["right"]).start()
    directors.all_at("left", 20, "the higher priority")
    assert left.stop() == 0
    directors.all_at("right", 3, "priority 0 was sent for both")
    assert right.instance("back")["reason"] == "with its sync group both"


def test_a_restarted_daemon_goes_on_with_both(lab):
    directors = Directors(lab, interval=2)  # it must be back within three of them
    left = Drover(directors.hosts["left"]).start()
    Drover(directors.hosts["right"]).start()
    directors.all_at("left", 20, "the higher priority")
    left.kill()
    left.start()
    directors.all_at("left", 5, "it is back before anybody missed it")
    assert {left.instance(name)["reason"] for name in ("site", "back")} == {"resumed after a restart of the daemon"}
