// The interfaces that the packet path knows, and the peer directors heard on them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/mac.h"
#include "base/result.h"
#include "bpf/contract.h"

namespace drover::dataplane {

class PortTable {
public:
    PortTable(std::span<contract::port> ports, contract::settings& settings) : ports_(ports), settings_(settings) {}

    /// Slot of an interface, taken if it has none; its MAC is brought up to date. Fails when too many interface numbers
    /// share a slot, which takes more than PORT_PROBES interfaces that are a multiple of MAX_PORTS apart.
    Result<std::uint32_t> put(std::uint32_t ifindex, Mac const& mac);
    std::optional<std::uint32_t> find(std::uint32_t ifindex) const;
    std::uint32_t ifindex_at(std::uint32_t slot) const { return ports_[slot].ifindex; }
    void erase(std::uint32_t ifindex);
    /// Frames to the virtual MAC addresses of these VRIDs, and of no others, are taken on the interface, too.
    void set_virtual_routers(std::uint32_t ifindex, std::span<std::uint8_t const> vrids);

    /// A peer director's frames are never scheduled again. False when MAX_PEERS are known already.
    bool add_peer(std::uint32_t ifindex, Mac const& peer);

private:
    std::span<contract::port> ports_;
    contract::settings& settings_;
};

}  // namespace drover::dataplane
