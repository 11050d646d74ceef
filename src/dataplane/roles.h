// The role words: one for each VRRP instance. Their gate decides whether the packet path schedules the instance's VIPs,
// and what is noted beside it survives the daemon, so that the next one knows whether it may go on as MASTER.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/mac.h"
#include "base/result.h"
#include "base/time.h"
#include "bpf/contract.h"
#include "model/observed.h"

namespace drover::dataplane {

/// What an earlier daemon left for an instance.
struct SavedRole {
    model::VrrpState state = model::VrrpState::init;
    TimePoint last_advert{};
    Duration interval{0};
    std::uint8_t virtual_router_id = 0;
    std::uint64_t boot = 0;  ///< which boot of the host the time belongs to
    Duration down{0};        ///< when the last advert is older than this, a peer's claim makes the packet path surrender
};

/// What the packet path has seen of others who claim an instance's addresses.
struct SeenClaim {
    TimePoint answered{};  ///< by ARP or neighbour discovery; the epoch: never
    Mac mac;
    Address address;
    bool surrendered = false;
};

class Roles {
public:
    Roles(std::span<contract::role> roles, std::span<contract::rival> rivals) : roles_(roles), rivals_(rivals) {}

    /// The number of an instance, given to it if it has none yet; its gate starts shut. Names longer than the record
    /// holds are refused, as is one instance more than MAX_ROLES - 1.
    Result<std::uint32_t> number_of(std::string_view instance);
    std::optional<std::uint32_t> find(std::string_view instance) const;
    std::string name_of(std::uint32_t number) const;
    /// The instance is gone from the configuration: the gate is shut and the number can be given away.
    void forget(std::string_view instance);

    // From here on: memory writes only, safe to call from the VRRP thread while others look.
    void open_gate(std::uint32_t number);
    void shut_gate(std::uint32_t number);
    bool is_open(std::uint32_t number) const;
    void save(std::uint32_t number, SavedRole const& role);
    SavedRole saved(std::uint32_t number) const;
    SeenClaim claim(std::uint32_t number) const;
    void withdraw_surrender(std::uint32_t number);

    /// Role 0 belongs to services without an instance: always open.
    void open_default() { open_gate(0); }

private:
    std::span<contract::role> roles_;
    std::span<contract::rival> rivals_;
};

}  // namespace drover::dataplane
