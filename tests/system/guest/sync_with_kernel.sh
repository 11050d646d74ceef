#!/bin/bash
# Inside the reference machine: a director with kernel IPVS and one with drover, for the same services, tell each other of their
# connections. Clients go to the one whose MAC address they are given for the VIPs: first the kernel, then drover, then the
# kernel again, and a download goes on through all that. /in/drover has the program, its libraries and the lab's xdp_pass.o.
# Prints "NAME VALUE" lines.
. /in/lan.sh
set -e
vip=10.0.0.100 vip6=2001:db8::100
in_drover="env LD_LIBRARY_PATH=/in/drover/lib nsenter --net=/run/netns/director /in/drover/drover"
trouble() {
    echo "trouble: $1"
    cat /tmp/drover.log
    $in_drover status || true
    echo "kernel:"; at kernel ipvsadm -Lnc
    echo "drover:"; $in_drover ipvsadm -Lnc
    exit 1
}
wait_or() { local said=$1 seconds=$2; shift 2; wait_for "$seconds" "$@" || trouble "$said"; }

lan_make client kernel director web1 web2
lan_addr client 10.0.0.1/24; lan_addr client 2001:db8::1/64
lan_addr kernel 10.0.0.2/24; lan_addr kernel 2001:db8::2/64
lan_addr director 10.0.0.3/24; lan_addr director 2001:db8::3/64
for k in 1 2; do
    lan_addr web$k 10.0.0.1$k/24
    lan_addr web$k 2001:db8::1$k/64
    lan_real web$k $vip $vip6
    for port in 80 443 8080; do lan_httpd web$k web$k $port; done
    dd if=/dev/urandom of=/tmp/www-web1/big bs=1k count=3000 2> /dev/null
done
cp /tmp/www-web1/big /tmp/www-web2/big
for n in client kernel director web1 web2; do at $n ethtool -K eth0 tx off > /dev/null; done
ip link set dev to-director xdpdrv obj /in/drover/xdp_pass.o sec xdp

# -- the kernel's director
lan_addr kernel $vip/32; lan_addr kernel $vip6/128
I() { at kernel ipvsadm "$@"; }
real() { I -a "$1" "$2" -r "$3" -g -w 1; }
I -A -t $vip:80 -s rr;         real -t $vip:80 10.0.0.11:80;   real -t $vip:80 10.0.0.12:80
I -A -t $vip:443 -s rr -p 300; real -t $vip:443 10.0.0.11:443; real -t $vip:443 10.0.0.12:443
I -A -u $vip:514 -s rr;        real -u $vip:514 10.0.0.11:514; real -u $vip:514 10.0.0.12:514
I -A -t [$vip6]:8080 -s rr;    real -t [$vip6]:8080 [2001:db8::11]:8080; real -t [$vip6]:8080 [2001:db8::12]:8080
at kernel sysctl -qw net.ipv4.vs.sync_threshold="1 10"
I --start-daemon master --mcast-interface eth0 --syncid 7
I --start-daemon backup --mcast-interface eth0 --syncid 7

# -- drover's: without an instance it tells and hears at all times
service() { # ADDRESS PORT PROTOCOL WORDS SERVER...
    echo "virtual_server $1 $2 {"; echo "lb_algo rr"; echo "lb_kind DR"; echo "protocol $3"; echo "$4"
    local server port=$2; shift 4
    for server in "$@"; do echo "real_server $server $port {"; echo "weight 1"; echo "}"; done
    echo "}"
}
{
    echo "global_defs {"; echo "lvs_sync_daemon eth0 id 7"; echo "}"
    service $vip 80 TCP "" 10.0.0.11 10.0.0.12
    service $vip 443 TCP "persistence_timeout 300" 10.0.0.11 10.0.0.12
    service $vip 514 UDP "" 10.0.0.11 10.0.0.12
    service $vip6 8080 TCP "" 2001:db8::11 2001:db8::12
} > /etc/keepalived/keepalived.conf
$in_drover run -n -l > /tmp/drover.log 2>&1 &
daemon=$!
knows_its_servers() { $in_drover status --json | tr -d '\n' | grep -q '"services"' && ! $in_drover status --json | grep -q '"next_hop":null'; }
wait_or "drover does not come up" 120 knows_its_servers

# A client that takes its time until it may go on: little is under way, so that the server has to go on sending.
cat > /tmp/slow.py <<'END'
import os, socket, sys, time
stream = socket.socket()
stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
stream.bind(('', 40000))
stream.connect((sys.argv[1], 80))
stream.sendall(b'GET /big HTTP/1.0\r\n\r\n')
with open('/tmp/got', 'wb', buffering=0) as got:
    body = b''
    while b'\r\n\r\n' not in body:
        body += stream.recv(64)
    got.write(body.split(b'\r\n\r\n', 1)[1])
    while piece := stream.recv(1024):
        got.write(piece)
        if not os.path.exists('/tmp/finish'):
            time.sleep(0.2)
END

# -- who has the clients
clients_go_to() {
    at client ip neigh replace $vip lladdr "$(at $1 cat /sys/class/net/eth0/address)" nud permanent dev eth0
    at client ip -6 neigh replace $vip6 lladdr "$(at $1 cat /sys/class/net/eth0/address)" nud permanent dev eth0
}
# PROTOCOL STATE CLIENT VIRTUAL SERVER, as both sides list them
rows() { if [ $1 = kernel ]; then I -Lnc; else $in_drover ipvsadm -Lnc; fi | tail -n +3 | awk '{print $1, $3, $4, $5, $6}'; }
has() { rows $1 | grep -q "$2"; }
told() { rows $1 | grep "$2" | sort > /tmp/one; rows $3 | sort > /tmp/other; [ -s /tmp/one ] && [ -z "$(comm -23 /tmp/one /tmp/other)" ]; }
all_kinds() { # LOCAL_PORT: a connection of each kind from these ports on
    at client curl -sS -m 30 --local-port $(($1)) http://$vip:443/ > /dev/null || trouble "no answer from port 443"
    at client curl -gsS -m 30 --local-port $(($1 + 1)) http://[$vip6]:8080/ > /dev/null || trouble "no answer by IPv6"
    at client python3 -c "
import socket
flow = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
flow.bind(('', $1 + 2))
for _ in range(3): flow.sendto(b'hello', ('$vip', 514))"
}
size() { stat -c %s /tmp/got 2> /dev/null || echo 0; }
grows() { local was=$(size); wait_or "the download does not go on" 60 more_than "$was"; }
more_than() { [ "$(size)" -gt "$1" ]; }

clients_go_to kernel
at client python3 /tmp/slow.py $vip &
download=$!
wait_or "the download does not begin" 60 more_than 0
all_kinds 41000
for what in 'TCP ESTABLISHED 10.0.0.1:40000' 'TCP .* 10.0.0.1:0 ' 'TCP .*2001:db8::1\]:41001' 'UDP UDP 10.0.0.1:41002'; do
    wait_or "drover does not hear of $what" 60 told kernel "$what" director
    echo "kernel-told $what"
done

clients_go_to director
grows
all_kinds 42000
for what in 'TCP ESTABLISHED 10.0.0.1:40000' 'TCP .* 10.0.0.1:0 ' 'TCP .*2001:db8::1\]:42001' 'UDP UDP 10.0.0.1:42002'; do
    wait_or "the kernel does not hear of $what" 60 told director "$what" kernel
    echo "drover-told $what"
done

clients_go_to kernel
grows
touch /tmp/finish
wait $download || trouble "the download ended with $?"
cmp /tmp/got /tmp/www-web1/big || trouble "other bytes came than were sent"
echo "download whole"
$in_drover status --json > /tmp/status.json
echo "status $(tr -d '\n' < /tmp/status.json)"
kill $daemon
wait $daemon || trouble "the daemon ended with status $?"
