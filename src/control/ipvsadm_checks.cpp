#include "control/ipvsadm_checks.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>

namespace drover::control::ipvsadm {

namespace {

using Outcome = std::expected<void, std::string>;
using Wrong = std::unexpected<std::string>;
using Type = model::Tunnel::Type;

/// Whose options they are, as messages say it.
struct Rules {
    std::string_view name, kind;
    OptionSet required, allowed, exclusive;
};

/// Every option of `range`, in order.
Outcome check(Rules const& rules, OptionSet range, OptionSet given) {
    std::optional<Option> first_exclusive;
    for (int i = 0; i < checked_options; ++i) {
        auto const option = static_cast<Option>(i);
        if (!(range & bit(option))) continue;
        if (!(given & bit(option))) {
            if (rules.required & bit(option))
                return Wrong(fmt::format("You need to supply the '{}' option for the '{}' {}", name(option), rules.name,
                                         rules.kind));
            continue;
        }
        if (!((rules.required | rules.allowed) & bit(option)))
            return Wrong(fmt::format("Illegal '{}' option with the '{}' {}", name(option), rules.name, rules.kind));
        if (!(rules.exclusive & bit(option))) continue;
        if (first_exclusive)
            return Wrong(fmt::format("The option '{}' conflicts with the '{}' option in the '{}' {}", name(option),
                                     name(*first_exclusive), rules.name, rules.kind));
        first_exclusive = option;
    }
    return {};
}

constexpr OptionSet checksums = set_of({Option::tun_nocsum, Option::tun_csum, Option::tun_remcsum});
constexpr OptionSet tunnel_details = bit(Option::tun_port) | checksums;

Rules rules_of(Type type) {
    constexpr OptionSet gre_checksums = set_of({Option::tun_nocsum, Option::tun_csum});
    if (type == Type::gue) return {"gue", "tunnel type", bit(Option::tun_port), checksums, checksums};
    if (type == Type::gre) return {"gre", "tunnel type", 0, gre_checksums, gre_checksums};
    return {"ipip", "tunnel type", 0, 0, 0};
}

}  // namespace

Outcome check_options(VerbRow const& verb, OptionSet given) {
    return check({verb.name, "command", verb.required, verb.allowed, verb.exclusive}, ~OptionSet{0}, given);
}

Outcome check_service(model::LiveService const& service) {
    if (service.name.fwmark != 0) return {};
    if (service.name.key.endpoint.port == 0 && service.persistence_timeout == 0)
        return Wrong("Zero port specified for non-persistent service");
    if (service.one_packet && service.name.key.protocol != Protocol::udp)
        return Wrong("One-Packet Scheduling is only for UDP virtual services");
    return {};
}

Outcome check_server(Draft const& draft) {
    auto const server = draft.server();
    bool const tunnel = server.forwarding == model::Forwarding::tunnel;
    if (draft.server_family() != draft.name().family() && !tunnel)
        return Wrong("Different address family is allowed only for tunneling servers");
    if ((draft.options() & (bit(Option::tun_type) | tunnel_details)) && !tunnel)
        return Wrong("Tunnel options conflict with forward method");
    return check(rules_of(server.tunnel.type), tunnel_details, draft.options());
}

Outcome check_listing(OptionSet given) {
    constexpr auto apart = set_of({Option::connection, Option::timeout, Option::daemon});
    constexpr auto alone = set_of({Option::timeout, Option::daemon});
    bool const counts = given & set_of({Option::stats, Option::rate, Option::thresholds});
    if (((given & apart) && counts) || ((given & alone) && (given & bit(Option::persistent_conn))))
        return Wrong("options conflicts in the list command");
    return {};
}

}  // namespace drover::control::ipvsadm
