"""What a director may hold besides its VIP (lab/pair.py): the words for it, and how another hand takes it away."""

STATIC = """
static_ipaddress {
    10.7.0.1/24 dev eth0
}
static_routes {
    10.8.0.0/16 via 10.7.0.9
}
static_rules {
    from 10.8.0.0/16 lookup 80 preference 800
}
"""
VIRTUAL = """
virtual_ipaddress_excluded {
    2001:db8:9::100/64
    10.9.0.101/24
}
virtual_routes {
    10.5.0.0/16 via 10.9.0.9
    blackhole 10.6.0.0/16
    2001:db8:5::/48 via 2001:db8:9::9 dev eth0
}
virtual_rules {
    from 10.5.0.0/16 lookup 50 preference 500
    to 2001:db8:5::/48 lookup 50 preference 501
}
promote_secondaries
"""

# As the director names it: the command.
VIRTUAL_BY_HAND = {
    "address 10.9.0.101/24": "ip address del 10.9.0.101/24 dev eth0",
    "route 10.5.0.0/16 via 10.9.0.9": "ip route del 10.5.0.0/16",
    "route 2001:db8:5::/48 via 2001:db8:9::9": "ip route del 2001:db8:5::/48",
    "rule from 10.5.0.0/16 lookup 50 preference 500": "ip rule del preference 500",
    "rule from all to 2001:db8:5::/48 lookup 50 preference 501": "ip -6 rule del preference 501",
}
STATIC_BY_HAND = {
    "address 10.7.0.1/24": "ip address del 10.7.0.1/24 dev eth0",
    "route 10.8.0.0/16 via 10.7.0.9": "ip route del 10.8.0.0/16",
    "rule from 10.8.0.0/16 lookup 80 preference 800": "ip rule del preference 800",
}
