// Connection sync: how directors tell each other of their connections.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/time.h"

namespace drover::model {

/// `lvs_sync_daemon`: multicast as IPVS's sync daemons have it.
struct SyncChannel {
    std::string interface;  ///< empty: there is no sync
    std::string instance;   ///< tells while it is MASTER and hears otherwise; empty: does both at all times
    std::uint8_t id = 0;    ///< of the group of directors; 0 hears any
    std::uint16_t longest = 0;  ///< bytes of a message; 0: what the interface sends in one piece
    std::uint16_t port = 8848;
    std::uint8_t ttl = 1;
    Address group = Address::v4(0xe0000051);  ///< 224.0.0.81
    bool operator==(SyncChannel const&) const = default;
};

/// drover's own: the whole table over an encrypted stream to a director that joins.
struct SyncPeering {
    std::vector<Address> peers;  ///< whom this director joins
    std::string key_file;        ///< a secret that they share; empty: nobody joins anybody
    std::uint16_t port = 8849;   ///< TCP
    Duration patience = 5s;      ///< for one peer's table; at the start VRRP waits so long
    bool operator==(SyncPeering const&) const = default;
};

struct Sync {
    SyncChannel daemon;
    SyncPeering peering;
    std::uint32_t refresh_period = 30;  ///< seconds after which a connection that goes on is told again; 0: never
    bool operator==(Sync const&) const = default;
};

}  // namespace drover::model
