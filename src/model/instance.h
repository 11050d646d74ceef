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
#include "model/tracking.h"

namespace drover::model {

enum class StateHint { master, backup };  ///< `state`: decides nothing but with priority 255

struct Authentication {
    enum class Type { none, pass, ah };
    Type type = Type::none;
    std::string password;  ///< pass: at most 8 bytes go on the wire, zero padded (RFC 2338 5.3.6); ah: the key
    bool operator==(Authentication const&) const = default;
};

/// One line of unicast_peer.
struct UnicastPeer {
    Address address;
    std::uint8_t least_ttl = 0, most_ttl = 255;  ///< of its adverts, when they arrive (hop limit in IPv6)
    bool operator==(UnicastPeer const&) const = default;
};

/// use_vmac: the virtual addresses, and adverts, come from 00:00:5e:00:01:VRID (IPv6: 02), by a macvlan interface.
struct VirtualMac {
    std::string interface;   ///< the macvlan's name, "vrrp.VRID" unless given
    bool xmit_base = false;  ///< vmac_xmit_base: adverts are sent by the instance's own interface all the same
    bool operator==(VirtualMac const&) const = default;
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
    bool prefix_route = true;  ///< false: `noprefixroute`
    bool preferred = true;     ///< false: hosts do not choose it as a source (preferred_lft 0)
    bool operator==(VirtualAddress const&) const = default;
};

/// One line of virtual_routes or static_routes.
struct VirtualRoute {
    enum class Kind { unicast, blackhole, unreachable, prohibit, throw_back };
    Prefix destination;  ///< 0.0.0.0/0 or ::/0 for `default`
    std::optional<Address> gateway;
    std::string device;  ///< empty: chosen by the gateway, else the instance's interface
    std::optional<Address> source;
    std::optional<std::uint32_t> table;
    std::optional<std::uint32_t> metric;
    std::string scope;
    Origin origin;
    Kind kind = Kind::unicast;
    bool on_link = false;  ///< `onlink`: the gateway is reachable whatever the host's networks are
    bool operator==(VirtualRoute const&) const = default;
};

/// One line of virtual_rules or static_rules.
struct VirtualRule {
    enum class Action { lookup, blackhole, unreachable, prohibit };
    Family family = Family::v4;
    std::optional<Prefix> from, to;
    std::optional<std::uint32_t> preference;
    std::optional<std::uint32_t> mark, mask;
    std::uint8_t tos = 0;
    std::string iif, oif;  ///< names of interfaces; empty: any
    Action action = Action::lookup;
    std::uint32_t table = 254;  ///< for lookup
    Origin origin;
    bool operator==(VirtualRule const&) const = default;
};

/// What a director sets in the kernel and takes away again.
struct Holdings {
    std::string device;  ///< of what names none
    std::vector<VirtualAddress> addresses;
    std::vector<VirtualRoute> routes;
    std::vector<VirtualRule> rules;
    bool promote_secondaries = false;  ///< addresses stay when the first one of their network goes
    bool operator==(Holdings const&) const = default;
};

struct TrackedInterface {
    std::string name;
    int weight = 0;  ///< 0: its fall is a fault; else added to (or, negative, taken from) the priority
    bool reverse = false;
    Origin origin;
    bool operator==(TrackedInterface const&) const = default;
};

/// When gratuitous ARP (or, for IPv6, neighbour advertisements) goes out after taking over: `repeat` frames at once,
/// `repeat` again after `delay`.
struct GarpSchedule {
    int repeat = 5;           ///< vrrp_garp_master_repeat / garp_master_repeat
    Duration delay = 5s;      ///< garp_master_delay; 0: no second burst
    Duration refresh{0};      ///< garp_master_refresh; 0: never
    int refresh_repeat = 1;   ///< garp_master_refresh_repeat
    std::optional<int> lower_repeat = {};      ///< garp_lower_prio_repeat: when answering a lower priority; nothing: `repeat`
    std::optional<Duration> lower_delay = {};  ///< garp_lower_prio_delay; nothing: `delay`
    Duration extra{0};       ///< garp_extra_if: of addresses on interfaces that adverts do not leave by, for switches; 0: never
    bool extra_all = false;  ///< on all such interfaces, not only on the virtual MAC's
    Duration pace{0};     ///< vrrp_garp_interval: least time between two frames on an interface; 0: none
    Duration na_pace{0};  ///< vrrp_gna_interval, likewise
    bool operator==(GarpSchedule const&) const = default;
};

struct NotifyScripts {
    Script master, backup, fault, stop;  ///< run without extra arguments
    Script any;                          ///< `notify`: run with INSTANCE NAME STATE PRIORITY
    Script deleted = {};   ///< notify_deleted: a reload has taken the instance out of the configuration
    bool deletion = false;  ///< notify_deleted is given: `notify` and FIFOs are told DELETED then, else FAULT
    Script heard_lower = {};        ///< notify_master_rx_lower_pri: a master has heard an advert of a lower priority
    bool priority_changes = false;  ///< notify_priority_changes: FIFOs are told them
    bool operator==(NotifyScripts const&) const = default;
};

struct Instance {
    std::string name;
    std::string interface;
    std::uint8_t virtual_router_id = 0;  ///< 1..255
    std::uint8_t priority = 100;         ///< 1..255; 255 = address owner
    Family family = Family::v4;          ///< of the advertised addresses and of the adverts themselves
    int version = 2;                     ///< VRRP version 2 or 3; IPv6 always 3
    Duration advert_interval = 1s;       ///< v2: whole seconds 1..255; v3: hundredths, 10 ms..40.95 s
    int down_adverts = 3;                ///< down_timer_adverts: after so many missing ones a master counts as dead
    bool checksum_as_v2 = false;         ///< v3 over IPv4: the checksum leaves the pseudo-header out (RFC 9568)
    StateHint state = StateHint::backup;
    bool preempt = true;
    Duration preempt_delay{0};
    Authentication authentication;
    std::vector<VirtualAddress> addresses;  ///< virtual_ipaddress, in the order in which they are advertised
    std::vector<VirtualAddress> excluded;   ///< virtual_ipaddress_excluded: set, not advertised
    std::vector<VirtualRoute> routes;
    std::vector<VirtualRule> rules;
    bool promote_secondaries = false;
    std::vector<TrackedInterface> track_interfaces;  ///< without the instance's own interface, which is implied
    std::vector<Tracked> tracks;                     ///< scripts, files and processes, its sync group's among them
    bool track_primary = true;                       ///< false: dont_track_primary
    std::optional<Address> source;                   ///< mcast_src_ip or unicast_src_ip
    bool track_source = false;                       ///< track_src_ip: a fault while this host has not got it
    Address multicast_group = Address::v4(0xe0000012);  ///< 224.0.0.18; IPv6: ff02::12
    std::vector<UnicastPeer> unicast_peers;  ///< not empty: adverts go to each of them instead of to the group
    bool lacks_peers = false;                ///< unicast_fault_no_peer, and there is none: a fault
    std::uint8_t unicast_ttl = 255;
    bool check_unicast_source = false;       ///< adverts of others than the peers are refused
    bool lower_prio_no_advert = false;       ///< a master does not answer adverts of lower priority at once
    bool higher_prio_send_advert = false;    ///< a master that yields to a higher priority sends one more advert
    /// timer_expired_backup: the highest priority of another director; a master whose advert is so late that such a one may
    /// have taken over becomes BACKUP, heard or not.
    std::optional<std::uint8_t> rival_priority;
    bool owner_ignores_adverts = false;      ///< with priority 255 no advert is listened to
    std::optional<VirtualMac> vmac;
    bool accepts = true;  ///< false: no_accept: a master that is not the owner takes no packets to the virtual addresses
    GarpSchedule garp;
    NotifyScripts notify;
    bool skip_check_adv_addr = false;
    bool smtp_alert = false;  ///< a mail for each change of state
    Origin origin;
    bool operator==(Instance const&) const = default;
};

/// What a master holds: virtual_ipaddress and virtual_ipaddress_excluded in one list, routes, rules.
Holdings holdings_of(Instance const& instance);

}  // namespace drover::model
