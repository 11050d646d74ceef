// The VRRP thread's view of the role words, and what becomes of the peers that it hears.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/result.h"
#include "dataplane/roles.h"
#include "model/instance.h"
#include "vrrp/role_board.h"

namespace drover::app {

class PinnedRoleBoard final : public vrrp::RoleBoard {
public:
    /// `new_peer` is called on the VRRP thread once for each (interface, MAC); it must not wait.
    using NewPeer = std::function<void(std::string interface, Mac mac, Address address)>;
    PinnedRoleBoard(dataplane::Roles& roles, NewPeer new_peer) : roles_(roles), new_peer_(std::move(new_peer)) {}

    /// Main thread, before the VRRP thread hears of the instances: each gets its role word.
    Result<void> prepare(std::vector<model::Instance> const& instances);

    void open_gate(std::string_view instance) override;
    void shut_gate(std::string_view instance) override;
    void record(std::string_view instance, vrrp::SavedRole const& role) override;
    std::optional<vrrp::SavedRole> saved(std::string_view instance) const override;
    vrrp::SeenClaim claim(std::string_view instance) const override;
    void withdraw_surrender(std::string_view instance) override;
    void peer_seen(std::string_view interface, Mac const& mac, Address const& address) override;

private:
    std::optional<std::uint32_t> find(std::string_view instance) const;

    dataplane::Roles& roles_;
    NewPeer new_peer_;
    // Of the VRRP thread alone.
    std::set<std::pair<std::string, Mac>> peers_;
    mutable std::map<std::string, std::uint32_t, std::less<>> numbers_;  // an instance keeps its number
};

}  // namespace drover::app
