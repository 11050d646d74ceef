"""Which commands are given to ipvsadm, sequence by sequence: (title, [command]), a command being the words after
`ipvsadm` as a shell would be given them, or (words, standard input). Every sequence begins with an empty table.
"""

import random

TCP, UDP, SCTP, SIX = "-t 10.0.0.100:80", "-u 10.0.0.100:53", "--sctp-service 10.0.0.100:9999", "-t [2001:db8::100]:80"
BASE = [f"-A {TCP} -s rr", f"-a {TCP} -r 10.0.0.11 -g", f"-A {SIX} -s rr", "-A -f 5 -s rr"]
MIXED = [
    "-A -t 10.0.0.100:443 -s wlc -p 600", "-a -t 10.0.0.100:443 -r 10.0.0.11:8443 -m -w 100",
    "-a -t 10.0.0.100:443 -r 10.0.0.12:8443 -m -w 0", "-A -t 10.0.0.100:8081 -s rr -p 360 -M 255.255.255.0",
    "-a -t 10.0.0.100:8081 -r 10.0.0.11 -i", "-a -t 10.0.0.100:8081 -r 10.0.0.12 -i --tun-type gue --tun-port 6080",
    "-a -t 10.0.0.100:8081 -r 10.0.0.13 -i --tun-type gue --tun-port 6081 --tun-csum",
    "-a -t 10.0.0.100:8081 -r 10.0.0.14 -i --tun-type gue --tun-port 6082 --tun-remcsum",
    "-a -t 10.0.0.100:8081 -r 10.0.0.15 -i --tun-type gre",
    "-a -t 10.0.0.100:8081 -r 10.0.0.16 -i --tun-type gre --tun-csum",
    f"-A {UDP} -s rr -o", f"-a {UDP} -r 10.0.0.12 -g", f"-a {UDP} -r 10.0.0.11 -g",
    "-A -u 10.0.0.100:5060 -s rr -p 60 --pe sip", "-a -u 10.0.0.100:5060 -r 10.0.0.11 -m",
    f"-A {SCTP} -s lc", f"-a {SCTP} -r 10.0.0.11 -w 65535",
    "-A -t [2001:db8::100]:443 -s sh -b sh-fallback,sh-port -p 300 -M 64",
    "-a -t [2001:db8::100]:443 -r [2001:db8::11]:443 -m", "-A -t [2001:db8::100]:444 -s mh -b mh-port",
    "-a -t [2001:db8::100]:444 -r [2001:db8::11] -i", "-a -t [2001:db8::100]:444 -r 10.0.0.12 -i",
    "-A -f 1 -s dh", "-a -f 1 -r 10.0.0.11 -g", "-A -f 77 -s sed -p", "-a -f 77 -r 10.0.0.12:0 -w 7",
    "-A -f 2 -6 -s nq", "-a -f 2 -6 -r [2001:db8::11]:0 -g",
]
SHOW = ["-Ln", "-Sn"]
LONG_SIX = "[2001:db8::14]"  # in record.py it has a name of more than sixty letters


def addresses():
    hosts = ["10.0.0.100", "10.0.0.100:", "10.0.0.100:0", "10.0.0.100:65535", "10.0.0.100:65536", "10.0.0.100:0x50",
             "10.0.0.100:0120", "10.0.0.100:+80", "10.0.0.100:' 80'", "10.0.0.100:80x", "10.0.0.100:http",
             "10.0.0.100:domain",
             "10.0.0.100:diameter", "10.0.0.100:HTTP", "10.1:80", "167772260:80", "167772260", "0x0a000064:80",
             "012.0.0.0144:80",
             "10.0.0.0100:80", "10.0.0.256:80", "10.0.0:80", "10.0.0.100.1:80", "web1:80", "www.example:http", "web1",
             "web1:0",
             "nowhere:80", "six:80", "[six]:80", "[10.0.0.100]:80", "[10.0.0.100]", "[2001:db8::7]:81", "[2001:db8::7]",
             "[2001:db8::7]:", "[2001:db8::7]:0", "[2001:db8::7]:http", "[2001:db8::7]81", "[]:80", "[:80", "]:80", ":",
             "::",
             "[::]:80", "::1", "2001:db8::7", "2001:db8::7:80", "2001:DB8:0:0::7", "[2001:db8:0:0:1:0:0:1]:80",
             "fe80::1%eth0",
             "0.0.0.0:80", "255.255.255.255:80", "224.0.0.1:80", "127.0.0.1:80", "[ff02::1]:80", "80", "''", "' '",
             "10.0.0.100:80:80",
             "'10.0.0.100 x:80'", "10.0.0.100,80", "-5:80", "a:b:c", "localhost:http", "1:2", "0:80", "1.2:3"]
    for host in hosts:
        yield f"service at {host}", [f"-A -t {host}", f"-A -u {host} -p 5", f"-A --sctp-service {host} -s rr", *SHOW]
    for host in hosts:
        yield f"server at {host}", [f"-A {TCP}", f"-A {SIX}", "-A -f 9", f"-a {TCP} -r {host} -m",
                                    f"-a {SIX} -r {host} -m",
                                    f"-a {SIX} -r {host} -i", f"-a -f 9 -r {host}", *SHOW, f"-d {TCP} -r {host}", "-Sn"]
    marks = ["1", "0", "-1", "+7", "' 7'", "0x10", "010", "4294967295", "2147483648", "2147483647", "4294967296",
             "99999999999999999999", "7x", "x", "''"]
    for mark in marks:
        yield f"mark {mark}", [f"-A -f {mark}", f"-A -f {mark} -6 -s rr", "-Ln", f"-Ln -f {mark}",
                               f"-Ln -f {mark} -6", f"-D -f {mark}", "-Ln"]


def numbers():
    values = ["0", "1", "-1", "+3", "' 4'", "0x10", "010", "08", "65535", "65536", "2147483647", "2147483648",
              "4294967296", "99999999999999999999",
              "-99999999999999999999", "1e3", "1.5", "x", "''", "7x", "2678400", "2678401", "300", "-0"]
    base = [f"-A {TCP} -s rr"]
    for value in values:
        yield f"weight {value}", [*base, f"-a {TCP} -r 10.0.0.11 -w {value}", f"-a {TCP} -r 10.0.0.12 -w{value}",
                                  "-Ln"]
        yield f"thresholds {value}", [*base, f"-a {TCP} -r 10.0.0.11 -x {value}",
                                      f"-a {TCP} -r 10.0.0.12 -x 5 -y {value}",
                                      f"-a {TCP} -r 10.0.0.13 -y {value} -x {value}", "-Ln --thresholds"]
        yield f"persistence {value}", [f"-A -t 10.0.0.100:81 -p {value}", f"-A -t 10.0.0.100:82 -p{value}",
                                       f"-A -t 10.0.0.100:83 --persistent={value}",
                                       f"-A -t 10.0.0.100:84 -p {value} -s rr", "-Ln"]
        yield f"timeouts {value}", [f"--set {value} 2 3", f"--set 1 {value} 3", f"--set 1 2 {value}",
                                    f"--set -- {value} 20 30", "-L --timeout"]
        yield f"sync {value}", [f"--start-daemon master --syncid {value}", "-L --daemon", "--stop-daemon master",
                                f"--start-daemon backup --sync-maxlen {value}", "-L --daemon", "--stop-daemon backup",
                                f"--start-daemon master --mcast-port {value}", "-L --daemon", "--stop-daemon master",
                                f"--start-daemon backup --mcast-ttl {value}", "-L --daemon", "--stop-daemon backup"]
        yield f"tunnel port {value}", [*base, f"-a {TCP} -r 10.0.0.11 -i --tun-type gue --tun-port {value}",
                                       "-Ln --tun-info"]
    masks = ["255.255.255.0", "255.0.255.0", "0.0.0.0", "24", "32", "64", "128", "129", "0", "1", "-1", "64x", "x",
             "''", "255.255.255.256", "0xffffff00",
             "web1", "nowhere", "255.255.255.255", "ffff::"]
    for mask in masks:
        yield f"mask {mask}", [f"-A -t 10.0.0.100:81 -p 10 -M {mask}", f"-A -t [2001:db8::100]:81 -p 10 -M {mask}",
                               f"-A -M {mask} -t 10.0.0.100:82 -p 10",
                               f"-A -M {mask} -t [2001:db8::100]:82 -p 10", f"-A -f 3 -p 10 -M {mask}",
                               f"-A -f 4 -6 -p 10 -M {mask}",
                               f"-A -f 6 -p 10 -M {mask} -6", *SHOW]


def services():
    for word in ["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh", "none", "RR",
                 "''", "x", "' rr'",
                 "averyveryverylongschedulername", "fifteen-letters", "sixteen-letters-"]:
        yield f"scheduler {word}", [f"-A {TCP} -s {word}", f"-A {UDP} --scheduler={word}", "-Ln",
                                    f"-E {TCP} -s {word}", f"-E {UDP} -s rr", *SHOW]
    flags = ["flag-1", "flag-2", "flag-3", "flag-1,flag-2", "flag-1,flag-3", "flag-1,flag-2,flag-3", "sh-port",
             "sh-fallback", "mh-port", "mh-fallback",
             "sh-fallback,sh-port", "mh-port,mh-fallback", "sh-port,mh-port", "flag-1,sh-port", ",flag-1",
             "flag-1,,flag-2,", ",", "''", "flag-4", "FLAG-1",
             "flag-1 flag-2", "sh-port,nosuch", "nosuch,sh-port", "' flag-1'"]
    for flag in flags:
        rows = [f"-A -t 10.0.0.100:{8000 + i} -s {s} -b \"{flag}\"" for i, s in enumerate(("sh", "mh", "rr"))]
        yield f"scheduler flags {flag}", [*rows, f"-A -t 10.0.0.100:81 -b \"{flag}\"", *SHOW]
    yield "scheduler flags among other mistakes", ["-A -t 10.0.0.100:81 -b sh-port -s sh",
        "-A -t 10.0.0.100:82 -b nosuch extra", "-A -b nosuch", "-L -b nosuch", f"-a {TCP} -r x -b nosuch",
        f"-a {TCP} -r 10.0.0.11 -b nosuch", "-C -b nosuch", "-A -t 10.0.0.100:83 -b sh-port -s rr -w 5",
        "-A -t 10.0.0.100:84 -b mh-port -w 5 -s mh", "-A -t 10.0.0.100:85 -b mh-port -s mh",
        "-A -t 10.0.0.100:86 -b sh-port -s mh", "-A -b sh-port -t 10.0.0.100:87", "-D -t 10.0.0.100:85 -b nosuch",
        "-Z -b nosuch", "--set 1 2 -b nosuch", *SHOW]
    for engine in ["sip", "SIP", "''", "x", "averyveryverylongenginename"]:
        yield f"engine {engine}", [f"-A -u 10.0.0.100:5060 --pe {engine} -p 30", f"-A -t 10.0.0.100:80 --pe {engine}",
                                   f"-A -u 10.0.0.100:0 --pe {engine}", *SHOW]
    yield "adding what is there", [f"-A {TCP} -s rr", f"-A {TCP} -s rr", f"-A {TCP} -s nosuch", f"-A {UDP}",
                                   f"-A {UDP} --pe x", "-A -f 1", "-A -f 1", "-A -f 1 -6", *SHOW]
    yield "editing replaces everything", [f"-A {UDP} -s sh -b sh-port -p 100 -M 255.255.0.0 -o --pe sip", "-Ln",
                                          f"-E {UDP}", *SHOW, f"-E {UDP} -o", "-Ln", f"-E {UDP} -p", *SHOW]
    yield "editing what is not there", [f"-E {TCP}", f"-E {TCP} -s nosuch", "-E -f 3", "-E -f 3 -6 -p 5", f"-A {TCP}",
                                        f"-E {UDP}", f"-E {TCP} -s nosuch", f"-E {TCP} --pe nosuch",
                                        f"-E {TCP} --pe sip -p 9", *SHOW]
    yield "deleting", [f"-A {TCP}", f"-A {UDP}", "-A -f 3", "-A -f 3 -6", f"-D {TCP}", f"-D {TCP}", "-D -f 3", "-Ln",
                       "-D -f 3 -6", f"-D {UDP}", "-Ln", "-D -f 3"]
    yield "port nought", ["-A -t 10.0.0.100:0 -p", "-A -u 10.0.0.100 -p 5", "-A -t 2001:db8::7 -p 7",
                          "-A -t 10.0.0.101:0", "-E -t 10.0.0.100:0", "-E -t 10.0.0.100:0 -p 8 -s rr", *SHOW,
                          "-D -t 10.0.0.100:0", "-Ln"]
    yield "one packet", [f"-A {TCP} -o", f"-A {UDP} -o", f"-A {SCTP} -o", "-A -f 3 -o", "-A -f 4 -6 --ops -p 10",
                         f"-E {UDP}", f"-E {UDP} --ops", *SHOW]
    yield "both families and marks are different services", ["-A -f 80", "-A -f 80 -6", "-A -t 10.0.0.100:80",
        "-A -u 10.0.0.100:80", "-A --sctp-service 10.0.0.100:80", "-A -t [2001:db8::100]:80",
        "-A -u [2001:db8::100]:80", *SHOW]
    yield "zero port and checks in order", ["-A -t 10.0.0.100 -o", "-A -t 10.0.0.100:80 -o -b nosuch",
                                            "-A -t 10.0.0.100 -b nosuch", "-A -t 10.0.0.100:80 -r x -b nosuch",
                                           "-A -t x -p 0", "-A -p 0 -t x", "-A -s rr -s wlc -t x",
                                           "-A -t 10.0.0.100 -w 5", "-A -t 10.0.0.100 extra"]
    yield "a mask without persistence", [f"-A {TCP} -M 255.255.255.0", f"-A {SIX} -M 64", *SHOW,
                                         f"-E {TCP} -M 255.255.0.0 -p 4", *SHOW]


def servers():
    methods = ["-g", "-i", "-m", "--gatewaying", "--ipip", "--masquerading", ""]
    for i, method in enumerate(methods):
        yield f"forwarding {method}", [*BASE, f"-a {TCP} -r 10.0.0.12:81 {method}",
                                       f"-a {SIX} -r [2001:db8::12]:81 {method}", f"-a -f 5 -r 10.0.0.12:81 {method}",
                                       f"-a -f 5 -r 10.0.0.13 {method}",
                                       *SHOW, f"-e {TCP} -r 10.0.0.12:81 {method} -w 9", f"-e {TCP} -r 10.0.0.12 {method} -w 8", f"-d {TCP} -r 10.0.0.12:81", f"-d {TCP} -r 10.0.0.12", *SHOW]
    options = ["", "--tun-type ipip", "--tun-type gue", "--tun-type gre", "--tun-type nosuch", "--tun-type IPIP",
               "--tun-type ''"]
    more = ["", "--tun-port 6080", "--tun-nocsum", "--tun-csum", "--tun-remcsum", "--tun-port 6080 --tun-csum",
            "--tun-csum --tun-nocsum", "--tun-remcsum --tun-port 7 --tun-nocsum",
            "--tun-port 7 --tun-port 8", "--tun-csum --tun-csum", "--tun-port 65534", "--tun-port 65535"]
    for kind in options:
        for method in ("-i", "-g", "-m"):
            rows = [f"-a {TCP} -r 10.0.0.{20 + i} {method} {kind} {extra}" for i,
                    extra in enumerate(more if method == "-i" else more[:3])]
            yield f"tunnel {method} {kind}", [f"-A {TCP}", *rows, "-Ln --tun-info", "-Sn"]
    yield "tunnels are edited", [f"-A {TCP}", f"-a {TCP} -r 10.0.0.11 -i --tun-type gue --tun-port 99 --tun-csum",
                                 "-Ln --tun-info", f"-e {TCP} -r 10.0.0.11 -i", "-Ln --tun-info",
                                f"-e {TCP} -r 10.0.0.11 --tun-type gre -i", "-Sn", f"-e {TCP} -r 10.0.0.11 -g",
                                "-Ln --tun-info", f"-e {TCP} -r 10.0.0.11 -i --tun-type gre --tun-remcsum", "-Sn"]
    yield "families", [*BASE, f"-a {TCP} -r [2001:db8::11]:80 -g", f"-a {TCP} -r [2001:db8::11]:80 -i",
                       f"-a {TCP} -r 2001:db8::11 -i", f"-a {TCP} -r 2001:db8::12 -g", f"-a {SIX} -r 10.0.0.11 -g",
                       f"-a {SIX} -r 10.0.0.11 -m", f"-a {SIX} -r 10.0.0.11 -i", f"-a {SIX} -r 10.0.0.11 -i",
                       f"-a {SIX} -r [2001:db8::11]:80 -i", "-Ln", "-a -f 5 -r 2001:db8::11",
                       "-a -f 5 -r 2001:db8::11 -i",
                       "-a -f 5 -6 -r 2001:db8::11", *SHOW, f"-d {SIX} -r 10.0.0.11", f"-d {SIX} -r 10.0.0.11",
                       f"-e {TCP} -r 2001:db8::11 -i -w 5", *SHOW]
    yield "there and not there", [f"-a {TCP} -r 10.0.0.11", f"-e {TCP} -r 10.0.0.11", f"-d {TCP} -r 10.0.0.11",
                                  f"-A {TCP}", f"-e {TCP} -r 10.0.0.11", f"-d {TCP} -r 10.0.0.11",
                                  f"-a {TCP} -r 10.0.0.11",
                                  f"-a {TCP} -r 10.0.0.11", f"-a {TCP} -r 10.0.0.11:81 -m",
                                  f"-a {TCP} -r 10.0.0.11:81 -m", "-Ln", f"-d {TCP} -r 10.0.0.11",
                                  f"-d {TCP} -r 10.0.0.11:81", "-Ln"]
    yield "thresholds", [f"-A {TCP}", f"-a {TCP} -r 10.0.0.11 -x 100 -y 50", f"-a {TCP} -r 10.0.0.12 -x 100",
                         f"-a {TCP} -r 10.0.0.13 -y 50", f"-a {TCP} -r 10.0.0.14 -x 50 -y 51",
                         f"-a {TCP} -r 10.0.0.15 -x 50 -y 50",
                         "-Ln --thresholds", f"-e {TCP} -r 10.0.0.11", f"-e {TCP} -r 10.0.0.12 -x 10 -y 20",
                         f"-e {TCP} -r 10.0.0.15 -u 5", f"-e {TCP} -r 10.0.0.15 --u-threshold 6 --l-threshold=2",
                         "-Ln --thresholds"]
    yield "the kernel's order of servers", [f"-A {TCP} -s rr", *[f"-a {TCP} -r 10.0.0.{n}" for n in (13, 11, 12, 15,
                                            14)], "-Ln", "-Ln --nosort", f"-e {TCP} -r 10.0.0.12 -w 5", "-Ln --nosort",
                                           f"-d {TCP} -r 10.0.0.12", f"-a {TCP} -r 10.0.0.12 -w 6", "-Ln --nosort",
                                           "-Ln --sort"]
    yield "the server before the service", [*BASE, f"-a -r 10.0.0.12 {TCP} -m", f"-a -r 10.0.0.12:81 {TCP} -m",
                                            f"-a -r 10.0.0.13 {TCP}", f"-a -r web2:http {TCP} -m",
                                            f"-a -r 2001:db8::11 {SIX}",
                                           "-a -r 10.0.0.12 -f 5", "-a -r 2001:db8::12 -f 5 -6", *SHOW]
    yield "addresses that are no servers", [f"-A {TCP}", f"-A {SIX}", *[f"-a {TCP} -r {a}" for a in ("224.0.0.1",
                                            "0.0.0.0", "255.255.255.255", "10.0.0.2", "10.0.0.100", "127.0.0.1",
                                            "127.9.9.9", "240.0.0.1", "10.0.0.255", "203.0.113.9", "0.1.2.3")],
                                           *[f"-a {SIX} -r {a} " for a in ("::", "::1", "ff02::1", "fe80::1",
                                             "2001:db8::2", "2001:db9::1")], *SHOW]
    yield "port nought of a server", [f"-A {TCP}", "-A -t 10.0.0.101:0 -p 5", f"-a {TCP} -r 10.0.0.11:0 -m",
                                      "-a -t 10.0.0.101:0 -r 10.0.0.11:80 -m", "-a -t 10.0.0.101:0 -r 10.0.0.11:80",
                                      "-a -t 10.0.0.101 -r 10.0.0.12", *SHOW]
    yield "checks in order", [*BASE, f"-a {TCP} -r 10.0.0.12 -i --tun-type gue -s rr", f"-a {TCP} -i --tun-csum",
                              f"-a {SIX} -r 10.0.0.12 -g --tun-csum", f"-a {SIX} -r 10.0.0.12 -m --tun-csum",
                              f"-a -t x -r y -w z", f"-a -r y -t x", f"-a {TCP} -r y -w z",
                              f"-a {TCP} -w z -r y", f"-a {TCP} -r 10.0.0.12 -g -i -m", f"-d {TCP} -r 10.0.0.12 -w 5",
                              f"-d {TCP} -r 10.0.0.12 --tun-csum", f"-d {TCP} -r [2001:db8::11]",
                              f"-d {TCP} -r 2001:db8::11", f"-d -r 10.0.0.11", "-d"]


def words():
    rows = ["", "-", "--", "---", "-L --", "-L -- x", "-L -", "-- -L", "-L -q", "-Lq", "-nL", "-LL", "-Ln -n", "-Lnn",
            "-Ln --numeric", "-L -L", "-L -A", "-l -S", "-A -L", "--list", "--lis", "--list=x", "--list -n", "-list",
            "-Ln --exact -X", "-LX --stats", "-L --exac", "--numeric", "extra", "-L --numeric=1", "-L --stats=",
            "-Lt 10.0.0.100:80", "-Lnt10.0.0.100:80", "-Ln -t=10.0.0.100:80", "-Ln --tcp-service=10.0.0.100:80",
            "-L -t", "-L --tcp-service",
            "-L --tcp-service=", "-L -n -t -n", "-At", "-At 10.0.0.100:81 -srr -p30 -M255.255.0.0",
            "-at 10.0.0.100:80 -r10.0.0.12 -gw5x9y3", "-Dt10.0.0.100:80", "-Cx", "-C -C", "-CL", "-S -S", "-SC",
            "-Z -C", "--clear --list", "-v -L", "-L -v", "-L -h",
            "-h x", "-hv", "-vh", "--version=1", "--help", "-h", "-v", "--help=1", "-V", "-?", "--usage", "-L --help",
            "-6", "-L -6", "-A -6 -f 1", "-L -f 5 -6", "-L -6 -f 5", "-A -f 6 -6 -6", "-L --sort --sort --nosort",
            "-L --nosort --nosort", "--sort",
            "--set", "--set 1", "--set 1 2", "--set 1 2 3 4", "--set=1 2 3", "--set 1 2 3 -n", "--set -n 1 2 3",
            "--set 1 -- 2 3", "--set 1 2 -3", "--set -- -1 2 3", "-C extra", "-Ln extra -q", "-Ln -q extra", "-L -p",
            "-L -p 5", "-L -p -n", "-L -w", "-L --weight",
            "-A -t 10.0.0.100:81 -p -s rr", "-A -p -t 10.0.0.100:81", "-A -t 10.0.0.100:81 -p --",
            "-A -t 10.0.0.100:81 -p -- 5", "-A -t 10.0.0.100:81 -p ''", "-A -t 10.0.0.100:81 --persistent",
            "-A -t 10.0.0.100:81 --persistent 77", "-A -t 10.0.0.100:81 -p=78",
            "-A -t 10.0.0.100:81 -ps", "-A -t 10.0.0.100:81 -so", "-A -t 10.0.0.100:81 -s", "-A -t 10.0.0.100:81 --pe",
            "-A -t 10.0.0.100:81 -s -o", "-A -t -s rr", "--start-daemon", "--start-daemon=master", "--start-daemon=",
            "--start-daemon MASTER", "--stop-daemon=backup",
            "--start-daemon master backup", "--start-daemon master --stop-daemon master", "--start-daemon master -n",
            "--stop-daemon master --syncid 4", "--stop-daemon master --syncid x", "--stop-daemon master extra", "-R -n",
            "-R -S", "-R --", "-S -n -n", "-Sn extra", "-S --exact",
            "-S --nosort", "-S -c", "-Z -n", "-Z -t", "-Z -u 10.0.0.100:80", "-Z -f 5 -6", "-Z --exact",
            "-A -t 10.0.0.100:81 -b", "-A -t 10.0.0.100:81 -o -o", "-A -t 10.0.0.100:81 --netmask",
            "-L --mcast-interface eth0", "-L --syncid 3", "-L --syncid 300", "-L --tun-type gue",
            "-L --tun-info --tun-info", "-L --timeout --timeout", "-L '' ", "'' -L", "-L ' '", "-Ln\t", "-'L'", "-é",
            "-Lé", "--é", "-L --é=1", "--set 0x10 010 3", "-A -t 10.0.0.100:81 -s rr -- -p",
            "-A -t 10.0.0.100:81 -s rr --", "--add-service -t 10.0.0.100:81 --add-server"]
    rows += ["-A -t 10.0.0.100:81 -D", "-A -t10.0.0.100:81 -D", "-A -s rr --delete-service", "-A -p -D", "-A -p 5 -D",
             "-A --scheduler=rr -D", "-L -nD", "-A -nD", "-A -t 10.0.0.100:81 -p5 -L", "-A -wD", "-A -w D -C",
             "--set 1 2 3 -L", "--start-daemon master --syncid 5 -L", "-A -t 10.0.0.100:81 -q", "-A -s rr -nq"]
    for number, first in enumerate(range(0, len(rows), 6), start=1):
        yield f"words {number}", [*BASE, *rows[first:first + 6], "-Sn"]


def listings():
    views = ["", "--stats", "--rate", "--thresholds", "--persistent-conn", "--tun-info", "--stats --exact",
             "--rate -X", "--exact", "--nosort", "--sort", "--stats --nosort", "--tun-info --thresholds",
             "--rate --thresholds", "--persistent-conn --tun-info", "--thresholds --persistent-conn",
             "--stats --rate --thresholds --persistent-conn --tun-info --exact --nosort", "--syncid 5", "--timeout",
             "--daemon", "-c", "-c --persistent-conn", "-c --tun-info", "-c --nosort", "-c --exact",
             "--timeout --exact", "--daemon --nosort", "--timeout --tun-info"]
    yield "every view of a mixed table", [*MIXED, *[f"-Ln {view}" for view in views]]
    yield "every view of a mixed table, by name", [*MIXED, *[f"-L {view}" for view in views], "-S"]
    yield "every view of an empty table", [f"-Ln {view}" for view in views] + ["-S", "-Sn", "-L", ""]
    picks = ["-t 10.0.0.100:443", "-t 10.0.0.100:8081", UDP, "-u 10.0.0.100:5060", SCTP, "-t [2001:db8::100]:443",
             "-t [2001:db8::100]:444", "-f 1", "-f 77", "-f 2 -6", "-f 2", "-f 1 -6", "-t 10.0.0.100:53",
             "-u 10.0.0.100:443", "-t www.example:https", "-t 10.0.0.100", "-t x", "-t 2001:db8::100"]
    for pick in picks:
        yield f"listing one: {pick}", [*MIXED, *[f"-L -n {pick} {view}" for view in ("", "--stats", "--rate -X",
                                       "--thresholds", "--persistent-conn", "--tun-info", "-c")], f"-L {pick}",
                                       f"-L {pick} --stats", f"-Z {pick}"]
    pairs = ["-c", "--timeout", "--daemon", "--stats", "--rate", "--thresholds", "--persistent-conn", "--tun-info",
             "--nosort", "--exact", "-t 10.0.0.100:80", "--syncid 4"]
    yield "two options of a listing", [*BASE, *[f"-L {a} {b}" for i, a in enumerate(pairs) for b in pairs[i:]]]
    many = ["1.2.3.4", "10.0.0.1", "127.0.0.1", "128.0.0.1", "138.0.0.1", "172.16.0.1", "192.168.1.1", "203.0.113.9",
            "223.255.255.254"]
    # Of services no more than two: of three there may be no order, and then a hash table's decides.
    for title, order in (("rising", many), ("falling", many[::-1]), ("from the midst", many[3:] + many[:3])):
        yield f"far servers are sorted as ipvsadm does, {title}", ["-A -t 10.0.0.1:80",
                                                                   *[f"-a -t 10.0.0.1:80 -r {a}" for a in order],
                                                                   "-Ln", "-Sn", "-Ln --nosort"]
    for one, other in (("10.0.0.1", "200.0.0.1"), ("200.0.0.1", "10.0.0.1"), ("172.16.0.1", "10.0.0.1"),
                       ("127.0.0.1", "128.0.0.1"), ("10.0.0.1", "137.255.255.255")):
        yield f"far services: {one} and {other}", [f"-A -t {one}:80", f"-A -t {other}:80", "-Ln", "-Sn"]
    yield "far marks", ["-A -f 3", "-A -f 2147483652", "-Ln", "-D -f 2147483652", "-A -f 4294967295", "-Ln",
                        "-A -t 10.0.0.1:80", "-Ln"]
    yield "what saving loses", [f"-A {TCP} -s rr", f"-a {TCP} -r 10.0.0.11 -x 9 -y 3", "-A -f 4294967295 -s rr",
                                "-a -f 4294967295 -r 10.0.0.12", "-A -t 10.0.0.100:81 -s sh -b flag-1,flag-3", "-Sn"]
    yield "sorted by mark, family, protocol, address, port", ["-A --sctp-service 10.0.0.1:7",
        "-A -t [2001:db8::2]:80", "-A -t [2001:db8::1]:443", "-A -t [2001:db8::1]:80", "-A -u 10.0.0.2:80",
        "-A -t 10.0.0.2:80", "-A -t 10.0.0.2:8", "-A -t 10.0.0.1:90", "-A -f 3 -6", "-A -f 3", "-A -f 1 -6",
                                                             "-A -u [2001:db8::1]:80", "-Ln", "-Sn", "-Ln --nosort"]
    yield "names", [f"-A -t {h}:80" for h in ("10.0.0.11", "10.0.0.12", "10.0.0.13", "10.0.0.14",
                    "10.0.0.15")] + ["-A -t 10.0.0.13:44444", "-A -u 10.0.0.13:53", "-A -t [2001:db8::11]:80",
                    "-A -t [2001:db8::13]:443", "-A -f 7", "-a -f 7 -r 10.0.0.13:80", "-a -f 7 -r 10.0.0.11:53",
                    "-A --sctp-service 10.0.0.13:3868",
                                                     *[f"-a -t 10.0.0.11:80 -r 10.0.0.{n}:8080 -m" for n in (11, 12,
                                                         13, 14, 15)], "-a -t 10.0.0.12:80 -r 10.0.0.13:44444 -m", "-a -t [2001:db8::11]:80 -r [2001:db8::13]:443 -m", "-a -t [2001:db8::11]:80 -r 10.0.0.13 -i", "-a --sctp-service 10.0.0.13:3868 -r 10.0.0.12",
                                                     "-L", "-Ln", "-L --stats", "-L --rate", "-L --thresholds",
                                                     "-L --persistent-conn", "-L --tun-info", "-S", "-Sn",
                                                     "-L -t web1:http", "-L -t web1:80", "-D -t web2:http", "-S"]
    yield "names that are too long", [f"-A -t {LONG_SIX}:80", f"-a -t {LONG_SIX}:80 -r {LONG_SIX}:80",
                                      "-A -t 10.0.0.13:44444", f"-a -t {LONG_SIX}:80 -r 10.0.0.13 -i",
                                      f"-a -t 10.0.0.13:44444 -r {LONG_SIX}:80 -i", "-L", "-L --stats", "-S"]
    yield "long numbers of a service", ["-A -t 255.255.255.254:65535",
                                        "-a -t 255.255.255.254:65535 -r 223.255.255.254",
                                        "-A -t [2001:db8:1111:2222:3333:4444:5555:6666]:65535",
                                        "-a -t [2001:db8:1111:2222:3333:4444:5555:6666]:65535 -r [2001:db8:1111:2222:3333:4444:5555:7777]:65535 -w 2147483647 -x 2147483647 -y 2147483647",
                                       *[f"-Ln {v}" for v in views[:9]]]
    yield "clearing", [*MIXED, "--set 11 12 13", "-C", "-Ln", "-L --timeout", "-Sn", "-C"]
    yield "zeroing", [*BASE, "-Z", f"-Z {TCP}", f"-Z {UDP}", "-Z -f 5", "-Z -f 6", "-Z -f 5 -6", f"-Z {SIX}",
                      "-Z -t 10.0.0.100", "-Ln --stats"]


def timeouts_and_daemons():
    yield "timeouts", ["-L --timeout", "--set 10 20 30", "-L --timeout", "--set 0 0 0", "-L --timeout", "--set 0 5 0",
                       "-Ln --timeout", "--set 2678400 1 1", "-L --timeout", "--set 2678401 1 1", "-L --timeout", "-C",
                       "-L --timeout"]
    starts = ["master", "backup"]
    options = ["", "--syncid 7", "--mcast-interface eth0", "--mcast-interface lo", "--mcast-interface nosuch",
               "--mcast-interface ''", "--mcast-interface averyverylonginterfacename", "--sync-maxlen 1000",
               "--sync-maxlen 1", "--sync-maxlen 65507", "--mcast-group 239.1.2.3", "--mcast-group ff05::51",
               "--mcast-group ff02::1",
               "--mcast-group 10.0.0.1", "--mcast-group 2001:db8::1", "--mcast-group x", "--mcast-group :",
               "--mcast-group 239.1", "--mcast-group ''", "--mcast-port 9000", "--mcast-ttl 9",
               "--syncid 3 --sync-maxlen 1400 --mcast-interface eth0 --mcast-group 239.9.9.9 --mcast-port 1234 --mcast-ttl 255", "--syncid 1 --syncid 2", "-n", "--daemon"]
    for option in options:
        yield f"sync daemons {option}", [f"--start-daemon {role} {option}" for role in starts] + ["-L --daemon",
            "-Ln --daemon", *[f"--start-daemon {role} {option}" for role in starts],
            *[f"--stop-daemon {role}" for role in starts], *[f"--stop-daemon {role} --syncid 9" for role in starts],
            "-L --daemon"]
    yield "one daemon after the other", ["--start-daemon backup --syncid 5", "-L --daemon",
                                         "--start-daemon master --syncid 6", "-L --daemon", "--stop-daemon backup",
                                         "-L --daemon", "--stop-daemon backup", "--start-daemon backup --syncid 6",
                                         "-L --daemon", "-C", "-L --daemon"]
    yield "daemons and mixed families", [f"-A {SIX}", f"-a {SIX} -r 10.0.0.11 -i", "--start-daemon master",
                                         f"-d {SIX} -r 10.0.0.11", "--start-daemon master", f"-a {SIX} -r 10.0.0.11 -i",
                                         "--stop-daemon master", f"-a {SIX} -r 10.0.0.11 -i", f"-D {SIX}",
                                         "--start-daemon backup", "-L --daemon"]


def restores():
    rules = "-A -t 10.0.0.100:80 -s rr\n-a -t 10.0.0.100:80 -r 10.0.0.11:80 -g -w 3\n"
    yield "restore a few rules", [("-R", rules), *SHOW]
    yield "restore nothing", [("-R", ""), "-Ln", ("-R", "\n\n\n"), ("-R", "   \n \t \n"), "-Ln"]
    texts = {
        "without a last newline": rules[:-1],
        "with the program's name": "ipvsadm -A -t 10.0.0.100:80\nipvsadm -a -t 10.0.0.100:80 -r 10.0.0.11\n",
        "with its path": "/sbin/ipvsadm -A -t 10.0.0.100:80\n",
        "with the name in the middle": "-A ipvsadm -t 10.0.0.100:80 ipvsadm\n",
        "with the name alone": "ipvsadm\nipvsadm\n", "with a comment": f"# saved\n{rules}",
        "with a comment behind": f"-A -t 10.0.0.100:80 # web\n-A -t 10.0.0.101:80\n",
        "with a comment glued": "-A -t 10.0.0.100:80 #web\n-A -t 10.0.0.101:80\n",
        "with a comment between": f"{rules}# more\n-A -t 10.0.0.101:80\n",
        "with an indented comment": f"{rules}   # more\n-A -t 10.0.0.101:80\n",
        "with a comment that begins like a rule": f"#-A -t 10.0.0.103:80\n{rules}",
        "with blanks": f"   -A   -t\t10.0.0.100:80  -s   rr  \n\t-a -t 10.0.0.100:80 -r 10.0.0.11\t\n",
        "with carriage returns": rules.replace("\n", "\r\n"),
        "with quotes": "-A -t \"10.0.0.100:80\" -s 'rr'\n", "with a backslash": "-A -t 10.0.0.100:80 \\\n-s rr\n",
        "that lists": f"{rules}-L\n-Ln\n", "that saves": f"{rules}-S -n\n",
        "that restores": f"{rules}-R\n-A -t 10.0.0.101:80\n", "that helps itself": f"{rules}-h\n-A -t 10.0.0.101:80\n",
        "that asks the version": f"{rules}-v\n-A -t 10.0.0.101:80\n",
        "with an unknown command": f"{rules}-q\n-A -t 10.0.0.101:80\n",
        "with an unknown option": f"{rules}-A -t 10.0.0.102:80 --nosuch\n-A -t 10.0.0.101:80\n",
        "with a missing argument": f"{rules}-A -t 10.0.0.102:80 -s\n-A -t 10.0.0.101:80\n",
        "with an unknown option last": f"{rules}-A --nosuch\n",
        "with a bad address": f"{rules}-A -t 10.0.0.300:80\n-A -t 10.0.0.101:80\n",
        "with what is there": f"{rules}{rules}-A -t 10.0.0.101:80\n", "ending with what is there": rules + rules,
        "with what is not there": f"-a -t 10.0.0.100:80 -r 10.0.0.11\n{rules}",
        "with one bad scheduler": f"-A -t 10.0.0.102:80 -s nosuch\n{rules}",
        "with a word": f"{rules}hello\n-A -t 10.0.0.101:80\n",
        "with two words": f"{rules}hello world\n-A -t 10.0.0.101:80\n",
        "that clears": f"{rules}-C\n-A -t 10.0.0.101:80\n", "that sets timeouts": f"--set 1 2 3\n{rules}-L --timeout\n",
        "that starts a daemon": "--start-daemon master --syncid 4\n-L --daemon\n",
        "that deletes": f"{rules}-d -t 10.0.0.100:80 -r 10.0.0.11\n-D -t 10.0.0.100:80\n",
        "that lists what is not there": f"{rules}-Ln -t 10.0.0.109:80\n-A -t 10.0.0.101:80\n",
        "with -p at the end": "-A -t 10.0.0.100:80 -p\n-A -t 10.0.0.101:80 -p 5\n",
        "with a long word": f"-A -t 10.0.0.100:80 -s {'r' * 300}\n{rules}",
        "with a very long word": f"-A -t 10.0.0.100:80 -s {'r' * 3000}\n{rules}",
        "with a long line": f"-A -t 10.0.0.100:80 {' ' * 3000} -s rr\n-A -t 10.0.0.101:80\n",
        "with empty quotes": "-A -t 10.0.0.100:80 -s ''\n", "with zeros": f"{rules}-Z\n",
        "with form feeds": "-A -t\f10.0.0.100:80\v-s rr\n",
        "with a semicolon": "-A -t 10.0.0.100:80 ; -A -t 10.0.0.101:80\n",
        "with many words": f"-A -t 10.0.0.100:80 {'x ' * 60}\n{rules}",
        "with six": "-A -f 7 -6 -s rr\n-a -f 7 -6 -r [2001:db8::11]:0\n-A -6 -f 8\n-A -t 10.0.0.101:80\n",
    }
    for title, text in texts.items():
        yield f"restore rules {title}", [("-R", text), "-Sn", ("--restore", text), "-Ln"]
    saved = "\n".join(MIXED) + "\n"
    yield "restore a mixed table", [("-R", saved), *SHOW, "-C", ("-R", saved), "-Ln --tun-info"]
    yield "save and restore by turns", [*MIXED, "-Sn", "-C", "-Ln", ("-R", saved), "-Sn", ("-R", saved), "-Sn"]


def random_sequences(count=110, commands=9):
    """Words drawn at random, most of them right."""
    draw = random.Random(1998)
    names = ["-t 10.0.0.100:80", "-t 10.0.0.100:443", "-u 10.0.0.100:53", "-t [2001:db8::100]:80", "-f 5", "-f 6 -6",
             "--sctp-service 10.0.0.100:9999", "-u 10.0.0.100:5060"]
    wrong = ["-t 10.0.0.100", "-t", "-u 10.0.0.300:53", "-f 0", "-6 -f 3", "", "-t web1:http",
             "-t 10.0.0.100:80 -u 10.0.0.100:53"]
    real = ["10.0.0.11", "10.0.0.12:8080", "10.0.0.13:80", "[2001:db8::11]:80", "2001:db8::12", "web1:http",
            "10.0.0.14"]

    def some(rows, most=2):
        return [draw.choice(rows) for _ in range(draw.randrange(most + 1))]

    def service():
        return draw.choice(names) if draw.random() < 0.93 else draw.choice(wrong)

    def command():
        verb = draw.choices(["-A", "-E", "-D", "-a", "-e", "-d", "-L", "-S", "-Z", "-C", "--set", "--start-daemon",
                            "--stop-daemon"], [24, 7, 5, 24, 8, 6, 14, 5, 3, 1, 2, 2, 2])[0]
        words = []
        if verb in ("-A", "-E"):
            words = [service(), *some(["-s rr", "-s wrr", "-s sh", "-s mh", "-s nosuch", "-p", "-p 77", "-p 0",
                     "-M 255.255.255.0", "-M 64", "-o", "--pe sip", "-b flag-1", "-b sh-port", "-b mh-fallback",
                     "-w 5"], 3)]
        elif verb in ("-a", "-e"):
            words = [service(), f"-r {draw.choice(real)}", *some(["-g", "-i", "-m", "-w 0", "-w 7", "-w x",
                     "--tun-type gue", "--tun-port 99", "--tun-type gre", "--tun-csum", "--tun-nocsum", "-s rr",
                     "-i --tun-type gre", "-i --tun-type gue --tun-port 5"], 3)]
        elif verb in ("-D", "-Z"):
            words = [service(), *some(["-n", "-s rr"], 1)] if draw.random() < 0.9 else []
        elif verb == "-d":
            words = [service(), f"-r {draw.choice(real)}", *some(["-g"], 1 if draw.random() < 0.2 else 0)]
        elif verb == "-L":
            words = some(["-n", "--stats", "--rate", "--thresholds", "--persistent-conn", "--tun-info", "--exact",
                         "--nosort", "--timeout", "--daemon", "-c", service()], 3)
        elif verb == "-S":
            words = some(["-n"], 1)
        elif verb == "--set":
            words = [draw.choice(["0", "10", "20", "x", "-5"]) for _ in range(draw.choice([2, 3, 3, 3, 4]))]
        elif verb in ("--start-daemon", "--stop-daemon"):
            words = [draw.choice(["master", "backup", "x"]), *some(["--syncid 5", "--mcast-ttl 3",
                     "--mcast-group 239.0.0.5", "--mcast-interface eth0"], 2)]
        if verb.startswith("--") or draw.random() < 0.8:
            fixed = 1 if verb.startswith("--st") else 0  # master or backup
            head, rest = [verb, *words[:fixed]], words[fixed:]
            if draw.random() < 0.3:
                draw.shuffle(rest)
            return " ".join([*head, *rest])
        return " ".join(words[:1] + [verb] + words[1:]) if draw.random() < 0.1 else " ".join([verb, *words])

    for number in range(count):
        start = draw.choice([BASE, BASE, MIXED[:3], [], [f"-A {TCP} -s rr", f"-A {UDP}"]])
        yield f"drawn at random {number}", [*start, *[command() for _ in range(commands)], "-Ln", "-Sn"]


def all_sequences():
    for part in (addresses, numbers, services, servers, words, listings, timeouts_and_daemons, restores,
                 random_sequences):
        yield from part()
