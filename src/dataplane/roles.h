// The role words: one for each VRRP instance. Their gate decides whether the packet path schedules the instance's VIPs,
// and what is noted beside it survives the daemon, so that the next one knows whether it may go on as MASTER.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

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
};

class Roles {
public:
    explicit Roles(std::span<contract::role> roles) : roles_(roles) {}

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

    /// Role 0 belongs to services without an instance: always open.
    void open_default() { open_gate(0); }

private:
    std::span<contract::role> roles_;
};

}  // namespace drover::dataplane
