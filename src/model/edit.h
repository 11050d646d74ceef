// What a live command changes, as plain values: each is one command of ipvsadm, with everything that ipvsadm 1.31 can
// say, whether or not the data plane can carry it out. The grammar makes them, the control socket carries them, live/
// applies them by the rules of IPVS; save and restore are rows of them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/endpoint.h"
#include "model/global.h"
#include "model/service.h"

namespace drover::model {

/// Identity of a virtual service for ipvsadm.
struct ServiceName {
    ServiceKey key;            ///< of a firewall mark's service its address is 0.0.0.0 or ::, which tells the family
    std::uint32_t fwmark = 0;  ///< 0: none, the service is named by `key`

    static ServiceName of_mark(std::uint32_t mark, Family family) {
        return {{{family == Family::v4 ? Address::v4(0) : Address{}, 0}, Protocol::tcp}, mark};
    }
    Family family() const { return key.endpoint.address.family(); }
    auto operator<=>(ServiceName const&) const = default;
};

/// How a packet is wrapped for a server with Forwarding::tunnel.
struct Tunnel {
    enum class Type : std::uint8_t { ipip = 0, gue = 1, gre = 2 };           // IPVS's numbers
    enum class Checksum : std::uint8_t { none = 0, plain = 1, remote = 2 };  // --tun-nocsum, --tun-csum, --tun-remcsum
    Type type = Type::ipip;
    std::uint16_t port = 0;  ///< of gue
    Checksum checksum = Checksum::none;
    bool operator==(Tunnel const&) const = default;
};

/// A service as `ipvsadm -A` and `-E` say it; -E replaces all of it.
struct LiveService {
    ServiceName name;
    std::string scheduler = "wlc";  ///< any word: that it is unknown is IPVS's answer, no error of grammar
    SchedulerFlags flags;           ///< fallback is flag-1, port is flag-2, third is flag-3
    bool one_packet = false;
    std::uint32_t persistence_timeout = 0;  ///< seconds, 1..2678400; 0: not persistent
    std::uint32_t persistence_mask = ~0u;   ///< IPv4: a number, 255.0.255.0 too; IPv6: a prefix length, 1..128
    std::string persistence_engine = {};  ///< any word; empty: none
    bool operator==(LiveService const&) const = default;
};

/// A server as `ipvsadm -a` and `-e` say it; -e replaces all of it.
struct LiveServer {
    Endpoint endpoint;  ///< of the other family only through a tunnel
    Forwarding forwarding = Forwarding::direct_routing;
    Tunnel tunnel = {};
    std::int32_t weight = 1;            ///< 0..2147483647
    std::uint32_t upper_threshold = 0;  ///< 0: no limit
    std::uint32_t lower_threshold = 0;
    bool operator==(LiveServer const&) const = default;
};

enum class SyncRole : std::uint8_t { master = 1, backup = 2 };  // IPVS's numbers

/// A daemon that tells other directors of connections, or hears of theirs.
struct SyncDaemon {
    SyncRole role = SyncRole::master;
    std::string interface = "eth0";
    std::uint8_t sync_id = 0;
    std::uint16_t max_length = 0;  ///< of a message, bytes; 0: what the interface's MTU leaves
    std::optional<Address> group = std::nullopt;  ///< multicast; none: 224.0.0.81
    std::uint16_t port = 0;        ///< 0: 8848
    std::uint8_t ttl = 0;          ///< 0: 1
    bool operator==(SyncDaemon const&) const = default;
};

namespace edit {

struct AddService {
    LiveService service;
    bool operator==(AddService const&) const = default;
};
struct ChangeService {
    LiveService service;
    bool operator==(ChangeService const&) const = default;
};
struct RemoveService {
    ServiceName service;
    bool operator==(RemoveService const&) const = default;
};
struct AddServer {
    ServiceName service;
    LiveServer server;
    bool operator==(AddServer const&) const = default;
};
struct ChangeServer {
    ServiceName service;
    LiveServer server;
    bool operator==(ChangeServer const&) const = default;
};
struct RemoveServer {
    ServiceName service;
    Endpoint server;
    bool operator==(RemoveServer const&) const = default;
};
/// -C: every service. Timeouts and sync daemons stay.
struct Clear {
    bool operator==(Clear const&) const = default;
};
/// -Z: counters and rates of the service and its servers, or of all.
struct Zero {
    std::optional<ServiceName> service;
    bool operator==(Zero const&) const = default;
};
/// --set: 0 keeps what is.
struct SetTimeouts {
    Timeouts timeouts;
    bool operator==(SetTimeouts const&) const = default;
};
struct StartSync {
    SyncDaemon daemon;
    bool operator==(StartSync const&) const = default;
};
struct StopSync {
    SyncRole role = SyncRole::master;
    bool operator==(StopSync const&) const = default;
};

}  // namespace edit

using Edit =
    std::variant<edit::AddService, edit::ChangeService, edit::RemoveService, edit::AddServer, edit::ChangeServer,
                 edit::RemoveServer, edit::Clear, edit::Zero, edit::SetTimeouts, edit::StartSync, edit::StopSync>;

/// What became of one edit: nothing more to say, or the sentence that ipvsadm prints before it ends with 255.
struct EditOutcome {
    std::string refusal;  ///< empty: it was carried out
    int code = 0;         ///< the errno of IPVS behind it; 0: carried out, or refused by drover alone
    bool done() const { return refusal.empty(); }
    bool operator==(EditOutcome const&) const = default;
};

}  // namespace drover::model

template <>
struct std::hash<drover::model::ServiceName> {
    std::size_t operator()(drover::model::ServiceName const& name) const noexcept {
        return std::hash<drover::ServiceKey>{}(name.key) * 31 + name.fwmark;
    }
};
