#include "control/ipvsadm_rules.h"

#include <fmt/format.h>

#include <vector>

#include "control/ipvsadm_order.h"
#include "control/ipvsadm_spelling.h"

namespace drover::control::ipvsadm {

namespace {

std::string_view option_of(Protocol protocol) {
    switch (protocol) {
        case Protocol::tcp:
            return "-t";
        case Protocol::udp:
            return "-u";
        case Protocol::sctp:
            break;
    }
    return "--sctp-service";
}

std::string name(model::ServiceObserved const& service, Names const& names) {
    auto const& [endpoint, protocol] = service.key;
    if (service.fwmark != 0) return fmt::format("-f {}{}", service.fwmark, endpoint.address.is_v4() ? "" : " -6");
    return fmt::format("{} {}", option_of(protocol), spelled(endpoint, protocol, names));
}

/// Of sh and mh the third flag has a word as well, only that ipvsadm forgets it.
std::string all_flags(model::ServiceObserved const& service) {
    auto text = flags_text(service);
    if (service.flags.third && !text.ends_with("flag-3")) text += text.empty() ? "flag-3" : ",flag-3";
    return text;
}

std::string service_rule(model::ServiceObserved const& service, std::string const& name) {
    auto text = fmt::format("-A {} -s {}", name, model::name(service.scheduler));
    if (service.persistence_timeout != 0) {
        text += fmt::format(" -p {}", service.persistence_timeout);
        if (auto const mask = mask_text(service)) text += " -M " + *mask;
    }
    if (!service.persistence_engine.empty()) text += " --pe " + service.persistence_engine;
    if (service.one_packet) text += " -o";
    if (has_flags(service)) text += " -b " + all_flags(service);
    return text + "\n";
}

std::string tunnel_options(model::Tunnel const& tunnel) {
    using enum model::Tunnel::Type;
    using enum model::Tunnel::Checksum;
    if (tunnel.type == ipip) return " --tun-type ipip";
    auto const checksum = tunnel.checksum == none ? "nocsum" : tunnel.checksum == plain ? "csum" : "remcsum";
    if (tunnel.type == gre) return fmt::format(" --tun-type gre --tun-{}", checksum);
    return fmt::format(" --tun-type gue --tun-port {} --tun-{}", tunnel.port, checksum);
}

std::string_view option_of(model::Forwarding forwarding) {
    switch (forwarding) {
        case model::Forwarding::nat:
            return "-m";
        case model::Forwarding::tunnel:
            return "-i";
        case model::Forwarding::direct_routing:
        case model::Forwarding::reflect:
            break;
    }
    return "-g";
}

std::string server_rule(model::ServerObserved const& server, std::string const& of, std::string const& endpoint) {
    auto text = fmt::format("-a {} -r {} {} -w {}", of, endpoint, option_of(server.forwarding), server.weight);
    if (server.forwarding == model::Forwarding::tunnel) text += tunnel_options(server.tunnel);
    if (server.upper_threshold != 0 || server.lower_threshold != 0)
        text += fmt::format(" -x {} -y {}", server.upper_threshold, server.lower_threshold);
    return text + "\n";
}

template <class T>
std::vector<T const*> sorted(std::vector<T> const& items) {
    std::vector<T const*> result;
    for (auto const& item : items) result.push_back(&item);
    sort(result);
    return result;
}

}  // namespace

std::string rules(model::DataplaneObserved const& observed, Names const& names) {
    std::string text;
    for (auto const* service : sorted(observed.services)) {
        auto const of = name(*service, names);
        text += service_rule(*service, of);
        for (auto const* server : sorted(service->servers))
            text += server_rule(*server, of, spelled(server->endpoint, protocol_of(*service), names));
    }
    return text;
}

}  // namespace drover::control::ipvsadm
