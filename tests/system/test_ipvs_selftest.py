"""What the kernel's selftest of IPVS asks of direct routing (tools/testing/selftests/net/netfilter/ipvs.sh), with our
`ipvsadm`: a director with two arms, the VIP on its loopback interface and reached by a route, one server that answers
the client directly, one transfer.

      client 10.0.0.2          director 10.0.0.1 | 172.16.0.1          server 172.16.0.2 | 10.0.0.3
          |                        |           '-----------.                 |              |
    ------+------------------------+-- front --------------|-----------------|--------------+-- 10.0.0.0/24
                                                     ------+----- back ------+------ 172.16.0.0/24
"""

import os

from lab.directors import Drover
from lab.host import Nic
from lab.seed_network import HERE, PYTHON
from lab.waiting import wait_until

VIP, PORT = "207.175.44.110", 8080
QUIET_ABOUT_VIPS = {f"net.ipv4.conf.{which}.{name}": value for which in ("all", "default")
                    for name, value in (("arp_ignore", 1), ("arp_announce", 2), ("rp_filter", 0))}


def test_one_transfer_by_direct_routing_arrives_as_it_was_sent(lab):
    front, back = lab.lan("front"), lab.lan("back")
    client = lab.host("client", [Nic("eth0", front, ["10.0.0.2/24"])], [f"{VIP} via 10.0.0.1"])
    director = lab.host("director", [Nic("outer", front, ["10.0.0.1/24"]),
                                     Nic("inner", back, ["172.16.0.1/24"], sends_from_xdp=True)],
                        [], {"net.ipv4.ip_forward": 1})
    server = lab.host("server", [Nic("inner", back, ["172.16.0.2/24"]), Nic("outer", front, ["10.0.0.3/24"])],
                      [], QUIET_ABOUT_VIPS)
    for host in (director, server):
        host.run(f"ip address add {VIP}/32 dev lo")

    daemon = Drover(director).start()
    assert director.output("ipvsadm -v").startswith("ipvsadm v1.31")
    director.run(f"ipvsadm -A -t {VIP}:{PORT} -s rr && ipvsadm -a -t {VIP}:{PORT} -r 172.16.0.2:{PORT}")
    wait_until(lambda: daemon.status()["dataplane"]["services"][0]["servers"][0]["next_hop"], 30, "the MAC is known")

    sent = os.urandom(32)
    client.path("/run/sent").write_bytes(sent)
    sink = server.spawn(f"{PYTHON} {HERE}/tcp_sink.py {PORT} /run/received", "sink")
    server.wait_for_port(PORT)
    send = f'socket.create_connection(("{VIP}", {PORT}), 20).sendall(open("/run/sent", "rb").read())'
    client.run(f"{PYTHON} -c 'import socket; {send}'")
    assert sink.wait() == 0
    assert server.path("/run/received").read_bytes() == sent
    row = director.output("ipvsadm -Ln --stats").splitlines()[-1].split()
    assert row[1] == f"172.16.0.2:{PORT}" and row[2] == "1", "one connection, and it was counted"
