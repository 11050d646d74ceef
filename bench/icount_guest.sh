#!/bin/bash
# Inside the reference machine, under --icount: what one packet costs a director, in instructions. bench/icount.py reads
# what this prints: "NAME SENT RECEIVED INSTRUCTIONS", a line for each run, the last being those of a packet's whole way.
#
#       gen --veth-- director --veth-- sink         one processor
#
# Packets go from gen's g0 to the director's d0, to port 80 (the real server is behind d0 again: one interface, as in most
# direct routing) or to port 81 (it is behind d1). What arrives is thrown away at once, at g0 or at s0.
. /in/lan.sh
set -e
count=$1
drover="env LD_LIBRARY_PATH=/in/icount/lib nsenter --net=/run/netns"
for module in pktgen ip_vs_rr nf_tables; do modprobe $module; done

for n in gen director sink; do ip netns add $n; done
ip link add g0 netns gen address 02:00:00:00:01:01 type veth peer name d0 netns director
ip link add d1 netns director address 02:00:00:00:02:01 type veth peer name s0 netns sink
at director ip link set d0 address 02:00:00:00:01:02
at sink ip link set s0 address 02:00:00:00:02:02
start() { # HOST CARD ADDRESS
    at $1 sysctl -qw net.ipv6.conf.$2.disable_ipv6=1
    at $1 ip link set lo up
    at $1 ip link set $2 up
    at $1 ip addr add $3/24 dev $2
    at $1 ethtool -K $2 gro off
}
start gen g0 10.1.0.1; start director d0 10.1.0.2; start director d1 10.2.0.1; start sink s0 10.2.0.2
at director ip addr add 10.0.0.100/32 dev lo
at director ip neigh add 10.1.0.1 lladdr 02:00:00:00:01:01 dev d0
at director ip neigh add 10.2.0.2 lladdr 02:00:00:00:02:02 dev d1
at director sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.d0.rp_filter=0 \
    net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.d0.send_redirects=0
# Under a load like this a kernel of 6.1 leaves its softirqs to this thread, which must not wait for the sender.
python3 -c "import os; os.sched_setscheduler($(pgrep ksoftirqd/0), os.SCHED_FIFO, os.sched_param(50))"

drop_skbs() { # HOST CARD
    at $1 nft "add table netdev $2; add chain netdev $2 c { type filter hook ingress device $2 priority 0; }; \
        add rule netdev $2 c drop"
}
take_skbs() { at $1 nft delete table netdev $2; }

# A program of live_director.cpp on a card, in the background.
attach() { # HOST CARD OWN-MAC WORD
    : > /tmp/attached.$2
    $drover/$1 /in/icount/live-director $2 $3 $3 10.0.0.100 $4 > /tmp/attached.$2 &
    eval "program_$2=$!"
    wait_for 60 grep -q ready /tmp/attached.$2
}
detach() { # CARD
    eval "kill \$program_$1; wait \$program_$1"
}

received() { echo $(($(at gen cat /sys/class/net/g0/statistics/rx_packets) + $(at sink cat /sys/class/net/s0/statistics/rx_packets))); }

# UDP from 256 source ports, each frame by itself. Sleeping (so that others get the processor) is no work.
pktgen() { # NAME PORT
    local before=$(received)
    at gen bash -c '
        pg() { echo "$2" > "/proc/net/pktgen/$1"; }
        pg kpktgend_0 rem_device_all; pg kpktgend_0 "add_device g0"
        for setting in "count '$count'" "clone_skb 0" "pkt_size 60" "delay 0" "dst 10.0.0.100" \
            "dst_mac 02:00:00:00:01:02" "src_min 10.1.0.1" "src_max 10.1.0.1" "udp_dst_min '$2'" "udp_dst_max '$2'" \
            "udp_src_min 1024" "udp_src_max 1279"; do pg g0 "$setting"; done
        pg pgctrl start
        cat /proc/net/pktgen/g0' > /tmp/pktgen
    local busy=$(sed -n 's/.*Result: OK: [0-9]*(c\([0-9]*\)+.*/\1/p' /tmp/pktgen)
    sleep 1
    echo "$1 $count $(($(received) - before)) $((busy * 1000 / count))"
}

# TCP, 256 connections, 64 frames at a time, as a card hands them to XDP.
live() { # NAME [--open]
    $drover/gen /in/icount/live-sender 0 g0 02:00:00:00:01:02 10.0.0.100 256 $count $2 |
        sed -n "s/.*sent\": \([0-9]*\), \"received\": \([0-9]*\), \"ns\": \([0-9]*\).*/$1 \1 \2 \3/p"
}

for port in 80 81; do
    server=10.1.0.1:80
    [ $port = 80 ] || server=10.2.0.2:81
    for protocol in -t -u; do
        at director ipvsadm -A $protocol 10.0.0.100:$port -s rr
        at director ipvsadm -a $protocol 10.0.0.100:$port -r $server -g
    done
done

drop_skbs gen g0; drop_skbs sink s0
drop_skbs director d0; pktgen ipvs-drop 80; take_skbs director d0
for port in 80 81; do
    pktgen warm-up $port
    pktgen ipvs-$port $port
done
take_skbs gen g0; take_skbs sink s0

attach director d0 02:00:00:00:01:02 plain-pass
drop_skbs director d0; live ipvs-live-drop; take_skbs director d0
live ipvs-live --open
detach d0

attach gen g0 02:00:00:00:01:01 plain-drop; attach sink s0 02:00:00:00:02:02 plain-drop
attach director d0 02:00:00:00:01:02 plain-drop; pktgen drover-drop 80; detach d0
for protocol in TCP UDP; do
    for server in "10.1.0.1 80" "10.2.0.2 81"; do
        set -- $server
        echo "virtual_server 10.0.0.100 $2 {
            lb_algo rr
            lb_kind DR
            protocol $protocol
            real_server $1 $2 {
            }
        }"
    done
done > /tmp/drover.conf
$drover/director /in/icount/drover run -n -l --slots 4096 -f /tmp/drover.conf > /tmp/drover.log 2>&1 &
daemon=$!
both() { [ "$(grep -c 'packets on d[01] are balanced in XDP, native mode' /tmp/drover.log)" = 2 ]; }
wait_for 60 both || { cat /tmp/drover.log; exit 1; }
for port in 80 81; do
    pktgen warm-up $port
    pktgen drover-$port $port
done
detach g0
live drover-live --open
kill $daemon; wait $daemon

attach director d0 02:00:00:00:01:02 plain-drop; live drover-live-drop; detach d0
