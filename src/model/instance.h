// vrrp_instance: one virtual router (RFC 3768) with keepalived's extensions and defaults.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/prefix.h"
#include "base/time.h"
#include "model/origin.h"
#include "model/script.h"

namespace drover::model {

enum class StateHint { master, backup };  ///< `state`: decides nothing but with priority 255

struct Authentication {
    enum class Type { none, pass };
    Type type = Type::none;
    std::string password;  ///< at most 8 bytes go on the wire, zero padded (RFC 2338 5.3.6)
    bool operator==(Authentication const&) const = default;
};

/// One line of virtual_ipaddress or virtual_ipaddress_excluded.
struct VirtualAddress {
    Prefix prefix;
    std::string device;                ///< empty: the instance's interface
    std::optional<Address> broadcast;  ///< `brd A`
    bool broadcast_computed = false;   ///< `brd +`: all host bits set
    std::string label;                 ///< at most 15 bytes (IFNAMSIZ)
    std::string scope;                 ///< as ip(8) spells it; empty = global
    Origin origin;
    bool operator==(VirtualAddress const&) const = default;
};

/// One line of virtual_routes.
struct VirtualRoute {
    Prefix destination;  ///< 0.0.0.0/0 for `default`
    std::optional<Address> gateway;
    std::string device;  ///< empty: chosen by the gateway, else the instance's interface
    std::optional<Address> source;
    std::optional<std::uint32_t> table;
    std::optional<std::uint32_t> metric;
    std::string scope;
    Origin origin;
    bool operator==(VirtualRoute const&) const = default;
};

struct TrackedInterface {
    std::string name;
    int weight = 0;  ///< 0: its fall is a fault; else added to (or, negative, taken from) the priority
    bool reverse = false;
    Origin origin;
    bool operator==(TrackedInterface const&) const = default;
};

/// When gratuitous ARP goes out after taking over: `repeat` frames at once, `repeat` again after `delay`.
struct GarpSchedule {
    int repeat = 5;           ///< vrrp_garp_master_repeat / garp_master_repeat
    Duration delay = 5s;      ///< garp_master_delay; 0: no second burst
    Duration refresh{0};      ///< garp_master_refresh; 0: never
    int refresh_repeat = 1;   ///< garp_master_refresh_repeat
    bool operator==(GarpSchedule const&) const = default;
};

struct NotifyScripts {
    Script master, backup, fault, stop;  ///< run without extra arguments
    Script any;                          ///< `notify`: run with INSTANCE NAME STATE PRIORITY
    bool operator==(NotifyScripts const&) const = default;
};

struct Instance {
    std::string name;
    std::string interface;
    std::uint8_t virtual_router_id = 0;  ///< 1..255
    std::uint8_t priority = 100;         ///< 1..255; 255 = address owner
    int version = 2;                     ///< VRRP version 2 or 3
    Duration advert_interval = 1s;       ///< v2: whole seconds 1..255
    StateHint state = StateHint::backup;
    bool preempt = true;
    Duration preempt_delay{0};
    Authentication authentication;
    std::vector<VirtualAddress> addresses;  ///< virtual_ipaddress, in the order in which they are advertised
    std::vector<VirtualAddress> excluded;   ///< virtual_ipaddress_excluded: set, not advertised
    std::vector<VirtualRoute> routes;
    std::vector<TrackedInterface> track_interfaces;  ///< without the instance's own interface, which is implied
    bool track_primary = true;                       ///< false: dont_track_primary
    std::optional<Address> source;                   ///< mcast_src_ip
    Address multicast_group = Address::v4(0xe0000012);  ///< 224.0.0.18
    GarpSchedule garp;
    NotifyScripts notify;
    bool skip_check_adv_addr = false;
    Origin origin;
    bool operator==(Instance const&) const = default;
};

}  // namespace drover::model
