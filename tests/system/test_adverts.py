"""What a director says on the LAN, and what it makes of what it hears (drawing: lab/pair.py)."""

import re

from lab.directors import Drover, Keepalived
from lab.pair import VIP, configuration
from lab.waiting import wait_until


def listen(host, what: str):
    """tcpdump on a host, which listens already."""
    seen = host.spawn(f"tcpdump -lnnei eth0 {what}", f"tcpdump-{what.split()[0]}")
    wait_until(lambda: "listening on" in seen.said(), 10, "tcpdump listens")
    return seen


def test_a_new_master_announces_the_vip_five_times_and_five_times_again(pair):
    pair.configure(pair.left, 150)
    heard = listen(pair.onlooker, "arp and arp[14:4] = 0x0a090064")  # sender address 10.9.0.100
    Drover(pair.left).start()
    wait_until(lambda: heard.said().count("who-has") >= 10, 30, "two rounds of five")
    announcements = [line for line in heard.whole_lines() if VIP in line]
    assert all(f"Request who-has {VIP} (ff:ff:ff:ff:ff:ff) tell {VIP}" in line for line in announcements), announcements
    assert {line.split()[1] for line in announcements} == {pair.left.mac()}
    first, again = seconds(announcements[0]), seconds(announcements[5])
    assert 4 < (again - first) % 86400 < 7, "the second round comes garp_master_delay (5 s) later"


def seconds(line: str) -> float:
    hours, minutes, rest = line.split()[0].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def test_an_advert_looks_as_keepalived_made_it(pair):
    """TTL 255, TOS c0, VRRPv2, the VIP, the interval, PASS authentication."""
    heard = listen(pair.onlooker, "-v vrrp")
    lines = []
    for program, host in ((Drover, pair.left), (Keepalived, pair.right)):
        pair.configure(host, 150, auth="s3cret")
        running = program(host)
        running.start()
        address = host.nics[0].addresses[0].split("/")[0]
        wait_until(lambda: f"{address} > 224.0.0.18" in heard.said(), 20, f"an advert of {host.name}")
        running.stop()
        frame = re.search(rf"(tos [^\n]*)\n\s+{address} > 224.0.0.18: ([^\n]*)", heard.said())
        lines.append((re.search(r"tos 0x\w+", frame[1])[0], re.search(r"ttl \d+", frame[1])[0], frame[2]))
    assert lines[0] == lines[1]
    assert lines[0][:2] == ("tos 0xc0", "ttl 255") and 'authtype simple' in lines[0][2]


def test_a_wrong_password_makes_two_masters_as_with_keepalived_and_is_said(pair):
    """VRRP's only answer to adverts it must not believe is to ignore them; the operator has to be told."""
    pair.configure(pair.left, 150, auth="one")
    pair.configure(pair.right, 100, auth="other")
    drover = Drover(pair.left).start()
    Keepalived(pair.right).start()
    wait_until(lambda: pair.masters() == ["left", "right"], 20, "both are master")
    wait_until(lambda: drover.instance("pair")["notes"], 10, "status has a note about the adverts it refuses")


def test_a_new_master_of_ipv6_announces_by_neighbour_advertisements_at_its_pace(pair):
    """From the VIP to all nodes, overriding what they know, with the card's MAC (target link-layer address)."""
    vip = "2001:db8:9::100"
    pair.left.write("/etc/keepalived/keepalived.conf",
                    "global_defs {\n vrrp_gna_interval 0.2\n vrrp_garp_master_delay 0\n}\n" +
                    configuration(150, vip=vip).replace("/24", "/64"))
    heard = listen(pair.onlooker, "-v icmp6 and ip6[40] == 136")
    Drover(pair.left).start()
    card = f"destination link-address option (2), length 8 (1): {pair.left.mac()}"  # on a line behind the head's
    wait_until(lambda: sum(card in line for line in heard.whole_lines()) >= 5, 30, "five announcements")
    heads = [line for line in heard.whole_lines() if f"{vip} > ff02::1: " in line]
    assert len(heads) >= 5
    assert all(f"tgt is {vip}, Flags [override]" in line and "hlim 255" in line for line in heads), heads
    assert {line.split()[1] for line in heads} == {pair.left.mac()}
    gaps = sorted((seconds(later) - seconds(earlier)) % 86400 for earlier, later in zip(heads, heads[1:]))
    # One that the machine held up is nearer to the next.
    assert all(gap > 0.15 for gap in gaps[1:]) and sum(gaps) > 0.15 * len(gaps), f"vrrp_gna_interval is 0.2 s: {gaps}"


def test_both_checksums_of_version_3_are_believed_and_the_difference_is_named(pair):
    """RFC 5798 is read with the pseudo-header, RFC 9568 leaves it out."""
    words = "version 3\nadvert_int 0.2"
    pair.left.write("/etc/keepalived/keepalived.conf",
                    "global_defs {\n v3_checksum_as_v2\n}\n" + configuration(150).replace("advert_int 1", words))
    pair.right.write("/etc/keepalived/keepalived.conf", configuration(100).replace("advert_int 1", words))
    right = Drover(pair.right).start()
    wait_until(lambda: pair.masters() == ["right"], 20, "right is master")
    left = Drover(pair.left).start()
    wait_until(lambda: pair.masters() == ["left"], 20, "left has been heard")
    for daemon in (right, left):
        wait_until(lambda: daemon.instance("pair")["notes"], 10, f"{daemon.host.name} has a note")
    assert right.instance("pair")["notes"] == [
        "10.9.0.1 sends checksums without the pseudo-header (RFC 9568), unlike this director: see v3_checksum_as_v2"]
    assert left.instance("pair")["notes"] == [
        "10.9.0.2 sends checksums with the pseudo-header (RFC 5798), unlike this director: see v3_checksum_as_v2"]


def test_nobody_answers_a_unicast_advert_with_protocol_unreachable(pair):
    words = "unicast_peer {{\n 10.9.0.{}\n }}\n"
    pair.configure(pair.left, 150, more=words.format(2))
    pair.configure(pair.right, 100, more=words.format(1))
    heard = listen(pair.onlooker, "icmp")
    answers = pair.left.spawn("tcpdump -lnni eth0 icmp", "icmp")
    wait_until(lambda: "listening on" in answers.said(), 10, "tcpdump listens")
    left, right = Drover(pair.left).start(), Drover(pair.right).start()
    wait_until(lambda: pair.masters() == ["left"], 20, "left is master")
    wait_until(lambda: right.instance("pair")["adverts_received"] >= 3, 20, "right hears it")
    assert left.instance("pair")["notes"] == right.instance("pair")["notes"] == []
    assert "unreachable" not in answers.said() + heard.said()
