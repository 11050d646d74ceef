#!/bin/bash
# Inside the reference machine: a director with the seed's own keepalived.conf serves a request by direct routing.
# /in/drover has the program, its libraries, the seed and the lab's xdp_pass.o. Prints "NAME VALUE" lines.
. /in/lan.sh
set -e
drover="env LD_LIBRARY_PATH=/in/drover/lib nsenter --net=/run/netns/director /in/drover/drover"
trouble() { echo "trouble: $1"; cat /tmp/drover.log; $drover status || true; exit 1; }

echo "kernel $(uname -r)"
echo "jit $(cat /proc/sys/net/core/bpf_jit_enable)"
lan_make client director web1 web2
lan_addr client 172.51.97.9/24
lan_addr director 172.51.96.119/24
lan_addr web1 172.51.96.235/24
lan_addr web2 172.51.96.236/24
for n in web1 web2; do
    at $n ip route add 172.51.97.0/24 dev eth0
    lan_real $n 172.51.97.175
    lan_httpd $n $n
    echo fine > /tmp/www-$n/info.php
done
# What native XDP_TX on a veth needs: checksums in the frame, and a native program at the other end.
for n in client director web1 web2; do at $n ethtool -K eth0 tx off > /dev/null; done
ip link set dev to-director xdpdrv obj /in/drover/xdp_pass.o sec xdp

cp -r /in/drover/seed /etc/keepalived/scripts
cp /in/drover/seed/master-dr.keepalived.conf /etc/keepalived/keepalived.conf
$drover run -n -l > /tmp/drover.log 2>&1 &
daemon=$!
served() { $drover ipvsadm -Ln | grep -q '172.51.96.235:80' && $drover ipvsadm -Ln | grep -q '172.51.96.236:80'; }
holds_the_vip() { at director ip -4 -o addr show dev eth0 | grep -q 172.51.97.175; }
wait_for 120 served || trouble "the servers do not come into the pool"
wait_for 60 holds_the_vip || trouble "the director does not become MASTER"
page=$(at client curl -sS -m 20 http://172.51.97.175/) || trouble "no answer"
echo "page $page"
$drover status --json > /tmp/status.json
echo "status $(tr -d '\n' < /tmp/status.json)"
kill $daemon
wait $daemon || trouble "the daemon ended with status $?"
[ ! -e /sys/fs/bpf/drover ] || trouble "left behind: $(ls /sys/fs/bpf/drover)"
