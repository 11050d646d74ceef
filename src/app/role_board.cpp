#include "app/role_board.h"

namespace drover::app {

Result<void> PinnedRoleBoard::prepare(std::vector<model::Instance> const& instances) {
    for (auto const& instance : instances)
        if (auto const number = roles_.number_of(instance.name); !number) return std::unexpected(number.error());
    return {};
}

void PinnedRoleBoard::open_gate(std::string_view instance) {
    if (auto const number = find(instance)) roles_.open_gate(*number);
}

void PinnedRoleBoard::shut_gate(std::string_view instance) {
    if (auto const number = find(instance)) roles_.shut_gate(*number);
}

void PinnedRoleBoard::record(std::string_view instance, vrrp::SavedRole const& role) {
    if (auto const number = find(instance))
        roles_.save(*number, {role.state, role.last_advert, role.interval, role.virtual_router_id, role.boot, role.down});
}

/// Found once: there may be a thousand instances, each with adverts a hundred times a second.
std::optional<std::uint32_t> PinnedRoleBoard::find(std::string_view instance) const {
    if (auto const known = numbers_.find(instance); known != numbers_.end()) return known->second;
    auto const number = roles_.find(instance);
    if (number) numbers_.emplace(instance, *number);
    return number;
}

vrrp::SeenClaim PinnedRoleBoard::claim(std::string_view instance) const {
    auto const number = find(instance);
    if (!number) return {};
    auto const seen = roles_.claim(*number);
    return {seen.answered, seen.mac, seen.address, seen.surrendered};
}

void PinnedRoleBoard::withdraw_surrender(std::string_view instance) {
    if (auto const number = find(instance)) roles_.withdraw_surrender(*number);
}

std::optional<vrrp::SavedRole> PinnedRoleBoard::saved(std::string_view instance) const {
    auto const number = find(instance);
    if (!number) return std::nullopt;
    auto const found = roles_.saved(*number);
    return vrrp::SavedRole{found.state, found.last_advert, found.interval, found.virtual_router_id, found.boot, {}};
}

void PinnedRoleBoard::peer_seen(std::string_view interface, Mac const& mac, Address const& address) {
    if (peers_.emplace(std::string(interface), mac).second) new_peer_(std::string(interface), mac, address);
}

}  // namespace drover::app
