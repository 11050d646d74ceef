# Debian 12 packages that drover needs, by purpose; sourced by ./test and ./demo. need_packages installs what is missing
# without starting any service, and asks the network only when something is missing.

build_packages="clang-19 llvm-19 libclang-rt-19-dev ccache cmake ninja-build bpftool pkg-config git ca-certificates
libc6-dev libstdc++-12-dev linux-libc-dev libbpf-dev libelf-dev zlib1g-dev libmnl-dev libssl-dev libpcre2-dev libfmt-dev
libspdlog-dev libcli11-dev libsystemd-dev libboost1.81-dev libboost-json1.81-dev libboost-system1.81-dev libgtest-dev
libgmock-dev libbenchmark-dev"
demo_packages="python3 iproute2 util-linux ethtool procps curl iputils-ping"
test_packages="python3-pytest python3-pytest-xdist python3-scapy nftables keepalived frr nginx-light ipvsadm tcpdump iputils-arping"
full_packages="qemu-system-x86 cpio kmod"  # the reference machine's

missing_packages() {
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
    done
}

need_packages() {
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        echo "these packages are missing and only root can install them: $(echo $missing)" >&2
        return 1
    fi
    echo "installing: $(echo $missing)"
    # Packages such as keepalived and nginx start their service when installed; a policy that forbids it keeps them still.
    policy=/usr/sbin/policy-rc.d
    ours=
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' > "$policy"
        chmod 755 "$policy"
        ours=yes
    fi
    log=$(mktemp)
    if apt-get update -qq > "$log" 2>&1 &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing >> "$log" 2>&1; then
        status=0
    else
        status=1
        tail -n 30 "$log" >&2
    fi
    [ -z "$ours" ] || rm -f "$policy"
    rm -f "$log"
    return $status
}

