// What an instance's role is to the packet path and to a later daemon: implemented over pinned maps by app/, in memory by
// tests. Every call is a write or read of memory: it never waits, since the VRRP thread makes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/address.h"
#include "base/mac.h"
#include "base/time.h"
#include "model/observed.h"

namespace drover::vrrp {

/// What a daemon that follows needs in order to go on as master (resume.h).
struct SavedRole {
    model::VrrpState state = model::VrrpState::init;
    TimePoint last_advert;          ///< when the last one was sent as master
    Duration interval{0};
    std::uint8_t virtual_router_id = 0;
    std::uint64_t boot = 0;         ///< which boot of the host the time belongs to
    Duration down{0};               ///< so long after the last advert a peer counts it as dead
    bool operator==(SavedRole const&) const = default;
};

/// What the packet path has seen of somebody else who claims an instance's addresses.
struct SeenClaim {
    TimePoint at;             ///< by ARP or neighbour discovery; the epoch: never
    Mac mac;                  ///< whose
    Address address;          ///< which of the addresses
    bool surrendered = false; ///< the last advert was too old then: the gate was shut, ARP is not answered any more
};

class RoleBoard {
public:
    virtual ~RoleBoard() = default;

    /// Packets for the services under this instance are scheduled from now on. Doing it twice changes nothing.
    virtual void open_gate(std::string_view instance) = 0;
    virtual void shut_gate(std::string_view instance) = 0;

    /// Written at every transition and after every advert sent as master.
    virtual void record(std::string_view instance, SavedRole const& role) = 0;
    /// What was recorded last, by this daemon or an earlier one; nothing when there is no record.
    virtual std::optional<SavedRole> saved(std::string_view instance) const = 0;

    virtual SeenClaim claim(std::string_view instance) const = 0;
    /// We speak again: ARP is answered. The gate is another matter.
    virtual void withdraw_surrender(std::string_view instance) = 0;

    /// An advert of another director came in by this interface from this MAC, which is never a virtual one
    /// (00:00:5e:00:01:xx). Called for every believed advert.
    virtual void peer_seen(std::string_view interface, Mac const& mac, Address const& address) = 0;
};

}  // namespace drover::vrrp
