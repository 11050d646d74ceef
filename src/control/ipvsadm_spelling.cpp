#include "control/ipvsadm_spelling.h"

#include <fmt/format.h>

namespace drover::control::ipvsadm {

namespace {

constexpr std::size_t kLongestSpelling = 59;  // ipvsadm has room for sixty
constexpr std::uint32_t kWholeV4 = ~0u, kWholeV6 = 128;

std::uint32_t mask_number(model::ServiceObserved const& service) {
    auto const prefix = service.persistence_prefix;
    if (!service.key.endpoint.address.is_v4()) return prefix;
    return service.persistence_mask.value_or(prefix == 0 ? 0 : kWholeV4 << (32 - prefix));
}

std::string_view checksum_text(model::Tunnel::Checksum checksum) {
    switch (checksum) {
        case model::Tunnel::Checksum::none:
            return "-c";
        case model::Tunnel::Checksum::plain:
            return "+c";
        case model::Tunnel::Checksum::remote:
            return "r+c";
    }
    return {};
}

void append(std::string& list, std::string_view word) {
    if (!list.empty()) list += ',';
    list += word;
}

}  // namespace

std::string spelled(Endpoint const& endpoint, std::optional<Protocol> protocol, Names const& names) {
    auto host = names.host_name(endpoint.address).value_or(endpoint.address.text());
    if (!endpoint.address.is_v4()) host = "[" + host + "]";
    auto const port = protocol ? names.service_name(endpoint.port, *protocol) : std::nullopt;
    auto text = host + ":" + port.value_or(std::to_string(endpoint.port));
    if (text.size() > kLongestSpelling) text.resize(kLongestSpelling);
    return text;
}

std::optional<Protocol> protocol_of(model::ServiceObserved const& service) {
    if (service.fwmark != 0) return std::nullopt;
    return service.key.protocol;
}

std::optional<std::string> mask_text(model::ServiceObserved const& service) {
    auto const mask = mask_number(service);
    if (!service.key.endpoint.address.is_v4())
        return mask == kWholeV6 ? std::nullopt : std::optional(std::to_string(mask));
    return mask == kWholeV4 ? std::nullopt : std::optional(Address::v4(mask).text());
}

bool has_flags(model::ServiceObserved const& service) {
    return service.flags.fallback || service.flags.port || service.flags.third;
}

std::string flags_text(model::ServiceObserved const& service) {
    std::string text;
    bool const known = service.scheduler == model::Scheduler::sh || service.scheduler == model::Scheduler::mh;
    auto const scheduler = model::name(service.scheduler);
    if (service.flags.fallback) append(text, known ? fmt::format("{}-fallback", scheduler) : "flag-1");
    if (service.flags.port) append(text, known ? fmt::format("{}-port", scheduler) : "flag-2");
    if (service.flags.third && !known) append(text, "flag-3");
    return text;
}

std::string_view forwarding_word(model::Forwarding forwarding) {
    switch (forwarding) {
        case model::Forwarding::nat:
            return "Masq";
        case model::Forwarding::tunnel:
            return "Tunnel";
        case model::Forwarding::direct_routing:
        case model::Forwarding::reflect:
            break;
    }
    return "Route";
}

std::string tunnel_text(model::ServerObserved const& server) {
    if (server.forwarding != model::Forwarding::tunnel) return "n/a";
    auto const& tunnel = server.tunnel;
    switch (tunnel.type) {
        case model::Tunnel::Type::ipip:
            break;
        case model::Tunnel::Type::gue:
            return fmt::format("gue:{}:{}", tunnel.port, checksum_text(tunnel.checksum));
        case model::Tunnel::Type::gre:
            return fmt::format("gre:{}", checksum_text(tunnel.checksum));
    }
    return "ipip";
}

}  // namespace drover::control::ipvsadm
