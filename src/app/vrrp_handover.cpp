#include "app/vrrp_handover.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

namespace drover::app {

namespace {

using model::VrrpState;
using Routers = std::span<std::unique_ptr<VrrpRouter> const>;
using Groups = std::span<vrrp::SyncGroup const>;

/// The members of all sync groups in which one of the names is, and the names themselves.
std::set<std::string> with_groups(std::vector<std::string> const& names, Groups groups) {
    std::set<std::string> all(names.begin(), names.end());
    for (auto const& group : groups) {
        auto const& members = group.group().members;
        if (std::ranges::any_of(members, [&](auto const& member) { return all.contains(member); }))
            all.insert(members.begin(), members.end());
    }
    return all;
}

std::vector<std::string> all_masters(Routers routers) {
    std::vector<std::string> names;
    for (auto const& router : routers)
        if (router->machine().state == VrrpState::master) names.push_back(router->instance().name);
    return names;
}

std::string because(VrrpRouter const& router) {
    return router.machine().why.empty() ? std::string() : " (" + router.machine().why + ")";
}

model::HandoverPart part_of(VrrpRouter const& router) {
    return {router.instance().virtual_router_id, router.machine().conditions.own};
}

/// Why it cannot be given; empty: it can.
std::string obstacle(VrrpRouter const* router, std::string const& name) {
    if (router == nullptr) return fmt::format("there is no vrrp_instance {}", name);
    if (router->machine().state == VrrpState::master) return {};
    return fmt::format("instance {} is {} here, not MASTER{}", name, model::name(router->machine().state),
                       because(*router));
}

void offer_them(HandoverStep& step, Routers routers, Groups groups) {
    auto const wanted = step.names.empty() ? all_masters(routers) : step.names;
    if (wanted.empty()) {
        step.refusal = "no instance is MASTER here";
        return;
    }
    step.names.clear();
    for (auto const& name : with_groups(wanted, groups)) {
        auto const* const router = router_named(routers, name);
        step.refusal = obstacle(router, name);
        if (!step.refusal.empty()) return;
        step.names.push_back(name);
        step.parts.push_back(part_of(*router));
    }
}

/// The instance whose master is the one that asks.
VrrpRouter* meant(Routers routers, model::HandoverPart const& part) {
    auto const is_meant = [&](auto const& router) {
        return router->instance().virtual_router_id == part.virtual_router_id &&
               router->instance().family == part.own.family() && router->master_address() == part.own;
    };
    auto const found = std::ranges::find_if(routers, is_meant);
    return found == routers.end() ? nullptr : found->get();
}

std::string cannot_take(VrrpRouter const* router, model::HandoverPart const& part) {
    if (router == nullptr)
        return fmt::format("it hears no adverts of VRID {} from {}", part.virtual_router_id, part.own.text());
    if (router->machine().state == VrrpState::backup) return {};
    return fmt::format("its instance {} is {}{}", router->instance().name, model::name(router->machine().state),
                       because(*router));
}

std::vector<VrrpRouter*> takers(HandoverStep& step, Routers routers, Groups groups) {
    std::vector<VrrpRouter*> found;
    std::vector<std::string> names;
    for (auto const& part : step.parts) {
        auto* const router = meant(routers, part);
        step.refusal = cannot_take(router, part);
        if (!step.refusal.empty()) return {};
        found.push_back(router);
        names.push_back(router->instance().name);
    }
    for (auto const& name : with_groups(names, groups)) {
        auto const* const other = router_named(routers, name);
        bool const goes_along = std::ranges::find(found, other) != found.end();
        if (other == nullptr || goes_along || other->machine().state == VrrpState::master) continue;
        step.refusal =
            fmt::format("its instance {} is in a sync group with {}, which is not handed over", names.front(), name);
        return {};
    }
    return found;
}

void consider_them(HandoverStep& step, Routers routers, Groups groups) {
    auto const found = takers(step, routers, groups);
    step.parts.clear();
    for (auto const* const router : found) step.parts.push_back(part_of(*router));
}

void take_them(HandoverStep& step, Routers routers, Groups groups, TimePoint now) {
    auto const found = takers(step, routers, groups);
    for (std::size_t i = 0; i < found.size(); ++i) {
        step.names.push_back(found[i]->instance().name);
        found[i]->carry_on(vrrp::TakeOver{step.parts[i].own, step.until}, now);
    }
}

}  // namespace

void carry_out(HandoverStep& step, Routers routers, Groups groups, TimePoint now) {
    using enum HandoverStep::Kind;
    if (step.kind == offer) return offer_them(step, routers, groups);
    if (step.kind == consider) return consider_them(step, routers, groups);
    if (step.kind == take) return take_them(step, routers, groups, now);
    for (std::size_t i = 0; i < step.names.size(); ++i) {
        auto* const router = router_named(routers, step.names[i]);
        if (router == nullptr) continue;  // gone with a reload
        if (step.kind == give)
            router->carry_on(vrrp::HandOver{step.parts[i].own, step.until}, now);
        else
            router->carry_on(vrrp::HandoverEnded{.taken = step.kind == given}, now);
    }
}

}  // namespace drover::app
