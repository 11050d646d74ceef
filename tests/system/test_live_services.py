"""Services that ipvsadm makes and changes, beside a configuration or without one (network: lab/flat_farm.py)."""

import json
import re
import socket

import pytest

from lab.directors import CONFIGURATION
from lab.flat_farm import CLIENTS, VIP, VIP6, WEB, WEB6, FlatFarm, service
from lab.waiting import holds_for, wait_until

WEB1, WEB2 = WEB


@pytest.fixture
def farm(lab):
    return FlatFarm(lab)


def ipvsadm(farm, *commands: str) -> None:
    farm.director.run(" && ".join(f"ipvsadm {command}" for command in commands))


def set_up(farm, vip: str = VIP, servers: list[str] = WEB) -> None:
    """As an operator types it who has no configuration file."""
    place = f"[{vip}]:80" if ":" in vip else f"{vip}:80"
    at = (lambda server: f"[{server}]:80") if ":" in vip else (lambda server: server)
    ipvsadm(farm, f"-A -t {place} -s rr", *[f"-a -t {place} -r {at(server)} -g" for server in servers])
    farm.wait_for_next_hops()


def start_empty(farm) -> None:
    farm.give_vips()
    farm.prepare_servers()
    farm.daemon.start()


def names(farm, times: int = 4, vip: str = VIP) -> list[str | None]:
    return farm.fetch(CLIENTS[:times], vip) if vip == VIP else farm.fetch(["fd00:9::9"] * times, vip)


def weights(farm) -> dict[str, int]:
    return {address: server["weight"] for address, server in farm.pool().items()}


def status_text(farm) -> str:
    return farm.director.output("drover status")


# -- without a configuration file


def test_sync_daemons_run_from_start_to_stop_and_over_a_restart(farm):
    start_empty(farm)
    ipvsadm(farm, "--start-daemon master --mcast-interface eth0 --syncid 7")
    listed = "master sync daemon (mcast=eth0, syncid=7"
    running = farm.director.output("drover status --json")
    assert json.loads(running)["sync"]["master"]["interface"] == "eth0"
    assert farm.director.output("ipvsadm -L --daemon").startswith(listed)
    again = farm.director.run("ipvsadm --start-daemon master --mcast-interface eth0", check=False)
    assert again.returncode == 255 and again.stderr != ""
    farm.daemon.kill()
    farm.daemon.start()
    assert farm.director.output("ipvsadm -L --daemon").startswith(listed)
    ipvsadm(farm, "--stop-daemon master")
    assert farm.director.output("ipvsadm -L --daemon") == ""


def test_a_farm_that_ipvsadm_alone_sets_up_serves(farm):
    start_empty(farm)
    assert not farm.director.path(CONFIGURATION).exists()
    assert farm.services() == []
    set_up(farm)
    set_up(farm, VIP6, WEB6)
    for vip in (VIP, VIP6):
        pages = names(farm, vip=vip)
        assert sorted(pages[:2]) == ["web1", "web2"] and pages == pages[:2] * 2
    listing = farm.daemon.ipvsadm()
    assert f"TCP  {VIP}:80 rr\n  -> {WEB1}:80" in listing and f"TCP  [{VIP6}]:80 rr\n  -> [{WEB6[0]}]:80" in listing
    assert re.search(r"made by root \(pid \d+\) at ", status_text(farm))
    ipvsadm(farm, f"-d -t {VIP}:80 -r {WEB1}")
    assert set(names(farm)) == {"web2"}
    ipvsadm(farm, "-C")
    assert farm.services() == [] and names(farm, 1) == [None]
    assert farm.director.run(f"drover reload").stdout == "nothing changed\n"


@pytest.mark.parametrize("clean", [False, True], ids=["killed", "stopped"])
def test_a_restart_keeps_what_ipvsadm_made(farm, clean):
    start_empty(farm)
    set_up(farm)
    ipvsadm(farm, f"-e -t {VIP}:80 -r {WEB2} -w 7 -x 500 -y 400", "--set 7 0 0")
    before = farm.daemon.ipvsadm("-Ln --thresholds"), farm.daemon.ipvsadm("-L --timeout")
    farm.daemon.stop() if clean else farm.daemon.kill()
    farm.daemon.start()
    farm.wait_for_next_hops()
    assert (farm.daemon.ipvsadm("-Ln --thresholds"), farm.daemon.ipvsadm("-L --timeout")) == before
    assert before[1] == "Timeout (tcp tcpfin udp): 7 120 300\n"
    assert weights(farm) == {WEB1: 1, WEB2: 7}
    assert sorted(set(names(farm))) == ["web1", "web2"]


def test_a_killed_daemon_forwards_what_ipvsadm_made_and_drops_nothing_when_it_is_back(farm):
    start_empty(farm)
    set_up(farm)
    farm.daemon.kill()
    assert sorted(set(names(farm))) == ["web1", "web2"]
    download = farm.download(6_000_000, rate=100_000)  # longer than any start, until it is told to hurry
    download.wait_for_more()
    farm.daemon.start()
    download.wait_for_more()
    download.hurry()
    assert download.whole(60)


# -- beside a configuration


def test_a_reload_keeps_what_ipvsadm_made_and_says_so_when_both_name_a_service(farm):
    farm.start(service(WEB6, VIP6))
    set_up(farm)
    farm.reload(service(WEB6, VIP6, more="persistence_timeout 60"))
    assert sorted(set(names(farm))) == ["web1", "web2"]
    farm.reload(service(WEB6, VIP6), service([WEB1]))
    sentence = rf"service \[{VIP}\]:tcp:80 was made by root \(pid \d+\) and is configured now: the configuration counts"
    assert set(names(farm)) == {"web1"}
    for said in (farm.daemon.said, lambda: status_text(farm)):
        wait_until(lambda: re.search(sentence, said()), 10, "it is said that the configuration counts")


def test_what_ipvsadm_changes_on_a_configured_server_holds_until_its_configuration_changes(farm):
    farm.start(service())
    ipvsadm(farm, f"-e -t {VIP}:80 -r {WEB1} -g -w 0")
    assert set(names(farm)) == {"web2"}
    assert re.search(rf"{WEB1}:80 changed by root \(pid \d+\) at ", status_text(farm))
    farm.reload(service(), service(WEB6, VIP6))
    assert weights(farm) == {WEB1: 0, WEB2: 1}
    farm.daemon.kill()
    farm.daemon.start()
    farm.wait_for_next_hops()
    assert weights(farm) == {WEB1: 0, WEB2: 1}
    farm.reload(service(weights={WEB2: 5}))
    assert weights(farm) == {WEB1: 0, WEB2: 5}, "the file says nothing else of this server"
    farm.reload(service(weights={WEB1: 3, WEB2: 5}))
    assert weights(farm) == {WEB1: 3, WEB2: 5}
    assert not re.search(r"changed by root \(pid \d+\) at ", status_text(farm))


def test_cleared_services_of_the_configuration_stay_away_until_they_are_asked_back(farm):
    farm.start(service())
    ipvsadm(farm, "-C")
    farm.configure(service())
    assert farm.director.output("drover reload") == "nothing changed\n"
    assert farm.services() == []
    assert re.search(rf"service \[{VIP}\]:tcp:80 of the configuration was taken away by root \(pid \d+\) at ", status_text(farm))
    assert "is as configured again" in farm.director.output("drover reload --discard-changes")
    farm.wait_for_next_hops()
    assert sorted(set(names(farm))) == ["web1", "web2"]


def test_checks_go_on_whatever_weight_ipvsadm_gave_a_server(farm):
    check = "HTTP_GET {\n url {\n path /info.php\n status_code 200\n }\n connect_timeout 10\n retry 0\n }\n"
    text = service(more="delay_loop 1").replace("        weight 1\n", f"        weight 1\n{check}")
    farm.start(text)
    ipvsadm(farm, f"-e -t {VIP}:80 -r {WEB1} -g -w 9")
    farm.servers[0].run("touch /run/web-fails")
    wait_until(lambda: weights(farm) == {WEB2: 1}, 30, "the check takes the server out")
    ipvsadm(farm, f"-e -t {VIP}:80 -r {WEB1} -g -w 0")
    assert weights(farm) == {WEB2: 1}
    farm.servers[0].run("rm /run/web-fails")
    wait_until(lambda: weights(farm) == {WEB1: 0, WEB2: 1}, 30, "the check lets the server in, with the weight it was given")
    ipvsadm(farm, f"-d -t {VIP}:80 -r {WEB1}")
    farm.servers[0].run("touch /run/web-fails")
    holds_for(lambda: weights(farm) == {WEB2: 1}, 2, "a server that was taken away does not come back by its check")


# -- what is refused, and what else is carried out


def test_what_the_packet_path_cannot_do_is_refused_with_a_sentence_and_changes_nothing(farm):
    start_empty(farm)
    set_up(farm)
    before = farm.daemon.ipvsadm()
    for command, says in ((f"-a -t {VIP}:80 -r 10.9.0.13 -m", "masquerading (-m) is not carried out yet"),
                          (f"-a -t {VIP}:80 -r 10.9.0.13 -i", "tunneling (-i) is not carried out yet"),
                          ("-A -f 5 -s rr", "services of firewall marks are not carried out yet"),
                          (f"-A -u {VIP}:5060 --pe sip", "persistence engine sip is not carried out yet"),
                          (f"-A -t {VIP}:80 -s rr", "Service already exists")):
        done = farm.director.run(f"ipvsadm {command}", check=False)
        assert done.returncode == 255 and says in done.stderr, command
    assert farm.daemon.ipvsadm() == before


def test_set_timeouts_count_in_the_packet_path(farm):
    start_empty(farm)
    set_up(farm)
    ipvsadm(farm, "--set 0 2 0")
    assert None not in names(farm)
    assert farm.services()[0]["counters"]["connections"] == 4
    wait_until(lambda: farm.connections() == [], 30, "connections end two seconds after their FIN, not after 120")
    assert re.search(r"timeouts +900 2 300 \(tcp tcpfin udp\), set by root", status_text(farm))


def test_zeroed_counters_are_those_of_the_service_that_was_named(farm):
    start_empty(farm)
    set_up(farm)
    names(farm)
    ipvsadm(farm, f"-A -t {VIP}:81 -s rr", f"-Z -t {VIP}:81")
    assert farm.services()[0]["counters"]["connections"] == 4
    ipvsadm(farm, "-Z")
    assert farm.services()[0]["counters"]["connections"] == 0


def ask(farm, request: bytes) -> tuple[int, dict]:
    """The raw answer of the daemon's socket, from this very process."""
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(10)
        door.connect(str(farm.director.path("/run/drover/drover.sock")))
        door.sendall(request)
        answer = b""
        while piece := door.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def post(farm, body: str) -> tuple[int, dict]:
    return ask(farm, f"POST /v1/edits HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())


def test_bad_input_to_the_socket_is_refused_whole(farm):
    start_empty(farm)
    good = '{"edit":"add_service","service":"tcp/10.9.0.100:80","scheduler":"rr","persistence_mask":4294967295}\n'
    for bad, says in (("nonsense", "line 2: this is no JSON"), ('{"edit":"explode"}', "line 2: edit: `explode`"),
                      ('{"edit":"add_server","service":"tcp/10.9.0.100:80"}', "line 2: field `server` is missing")):
        code, answer = post(farm, good + bad)
        assert code == 400 and answer["detail"].startswith(says), answer
        assert farm.services() == []
    code, answer = post(farm, good + good)
    assert code == 200 and answer["refused"] == [{"number": 1, "refusal": "Service already exists", "errno": 17}]
    assert len(farm.services()) == 1


def test_a_restore_of_many_services_is_one_batch_that_a_restart_keeps(farm):
    start_empty(farm)
    lines = []
    for i in range(500):
        place = f"10.{20 + i // 250}.{i % 250}.1:80"
        lines += [f"-A -t {place} -s wrr"] + [f"-a -t {place} -r 10.9.0.{11 + j}:80 -g -w {j + 1}" for j in range(4)]
    farm.director.write("/etc/drover/rules", "\n".join(lines) + "\n")
    farm.director.run("ipvsadm -R < /etc/drover/rules", seconds=60)
    saved = farm.director.output("ipvsadm -Sn")
    assert sorted(saved.splitlines()) == sorted(lines)
    farm.daemon.kill()
    farm.daemon.start(seconds=30)
    assert farm.director.output("ipvsadm -Sn") == saved
