#!/bin/bash
# Inside the reference machine, when its card is on a LAN of the lab: PORT ADDRESS... gives the card these addresses and the
# machine a console on that port (lab/console.py, handed over as /in/console.py). It ends with the machine.
. /in/lan.sh
port=$1
shift
sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.eth0.accept_dad=0
ip link set eth0 up
for address in "$@"; do
    case $address in
        *:*) ip address add "$address" dev eth0 nodad ;;
        *) ip address add "$address" dev eth0 ;;
    esac
done
exec 3>&1
exec python3 /in/console.py serve "$port"
