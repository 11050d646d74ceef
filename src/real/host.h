// What is seen of this host, as far as a DR real server is concerned.
#pragma once

#include <string>
#include <vector>

#include "base/prefix.h"

namespace drover::real {

constexpr auto loopback = "lo";

struct Interface {
    std::string name;
    bool up = false;
    bool ethernet = false;
    bool port = false;  ///< of a bridge or bond, where ARP is not answered
};

struct HeldAddress {
    std::string interface;
    Prefix prefix;
    std::string label;
};

/// One of net.ipv4.conf.<interface>.arp_ignore and arp_announce.
struct Sysctl {
    std::string interface;  ///< or "all"
    std::string name;
    int value = 0;
};

struct Host {
    std::vector<Interface> interfaces;
    std::vector<HeldAddress> addresses;
    std::vector<Sysctl> sysctls;  ///< of all, lo and every Ethernet interface
};

}  // namespace drover::real
