#include "control/ipvsadm_draft.h"

#include <fmt/format.h>

#include <limits>

#include "control/ipvsadm_values.h"

namespace drover::control::ipvsadm {

namespace {

using Outcome = std::expected<void, std::string>;
using Wrong = std::unexpected<std::string>;

constexpr std::int64_t kLongestTimeout = 2'678'400;  // 31 days
constexpr std::uint32_t kDefaultPersistence = 360;
constexpr std::int64_t kMostConnections = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kLongestDatagram = 65'507;

Protocol protocol_of(Word const& word) {
    if (word.letter == 't') return Protocol::tcp;
    return word.letter == 'u' ? Protocol::udp : Protocol::sctp;
}

template <class T>
Outcome set(T& target, std::string const& text, std::int64_t lowest, std::int64_t highest, char const* complaint) {
    auto const value = number(text, lowest, highest);
    if (!value) return Wrong(complaint);
    target = static_cast<T>(*value);
    return {};
}

}  // namespace

Outcome Draft::take(Words::Found const& found, Names const& names) {
    auto const option = found.word->option;
    if (option == Option::sort) return {};
    if (option == Option::ipv6) {
        if (mark_ == 0) return Wrong("-6 used before -f\n");
        family_ = Family::v6;
        service_.persistence_mask = 128;
        return {};
    }
    if (has(option)) return Wrong(fmt::format("multiple '{}' options specified", ipvsadm::name(option)));
    options_ |= bit(option);
    auto const text = found.argument.value_or("");
    switch (option) {
        case Option::service:
            return take_service(*found.word, text, names);
        case Option::netmask:
            return take_mask(text, names);
        case Option::scheduler:
        case Option::persistent:
        case Option::pe:
        case Option::ops:
        case Option::sched_flags:
            return take_of_service(option, found.argument ? &text : nullptr);
        case Option::real_server:
            return take_server(text, names);
        case Option::forwarding:
        case Option::weight:
        case Option::u_threshold:
        case Option::l_threshold:
            return take_of_server(*found.word, text);
        case Option::tun_type:
        case Option::tun_port:
        case Option::tun_nocsum:
        case Option::tun_csum:
        case Option::tun_remcsum:
            return take_of_tunnel(option, text);
        default:
            return take_of_daemon(option, text);
    }
}

Outcome Draft::take_service(Word const& word, std::string const& text, Names const& names) {
    if (word.letter == 'f') {
        auto const mark = firewall_mark(text);
        if (!mark) return Wrong(fmt::format("invalid fwmark value `{}' specified", text));
        mark_ = *mark;
        family_ = Family::v4;
        protocol_ = Protocol::tcp;
        return {};
    }
    protocol_ = protocol_of(word);
    auto const found = place(text, protocol_, names);
    if (!found) return Wrong("illegal virtual server address[:port] specified");
    where_ = {found->address, found->port.value_or(0)};
    family_ = found->address.family();
    if (family_ == Family::v6) service_.persistence_mask = 128;
    return {};
}

Outcome Draft::take_of_service(Option option, std::string const* text) {
    switch (option) {
        case Option::scheduler:
            if (!text->empty()) service_.scheduler = *text;
            return {};
        case Option::persistent: {
            service_.persistence_timeout = kDefaultPersistence;
            if (text == nullptr) return {};
            auto const seconds = number(*text, 1, kLongestTimeout);
            if (!seconds) return Wrong(fmt::format("invalid timeout value `{}' specified", *text));
            service_.persistence_timeout = static_cast<std::uint32_t>(*seconds);
            return {};
        }
        case Option::pe:
            service_.persistence_engine = *text;
            return {};
        case Option::ops:
            service_.one_packet = true;
            return {};
        default:
            scheduler_flags_ = *text;
            return {};
    }
}

Outcome Draft::take_mask(std::string const& text, Names const& names) {
    auto const found = family_ == Family::v4 ? mask(text, names) : prefix_length(text);
    if (!found)
        return Wrong(family_ == Family::v4 ? "illegal virtual server persistent mask specified"
                                           : "illegal ipv6 netmask specified");
    service_.persistence_mask = *found;
    return {};
}

Outcome Draft::take_server(std::string const& text, Names const& names) {
    auto const found = place(text, protocol_, names);
    if (!found) return Wrong("illegal real server address[:port] specified");
    server_.endpoint = {found->address, found->port.value_or(where_.port)};
    server_family_ = found->address.family();
    return {};
}

Outcome Draft::take_of_server(Word const& word, std::string const& text) {
    using enum model::Forwarding;
    switch (word.option) {
        case Option::weight:
            return set(server_.weight, text, 0, kMostConnections, "illegal weight specified");
        case Option::u_threshold:
            return set(server_.upper_threshold, text, 0, kMostConnections, "illegal u_threshold specified");
        case Option::l_threshold:
            return set(server_.lower_threshold, text, 0, kMostConnections, "illegal l_threshold specified");
        default:
            server_.forwarding = word.letter == 'g' ? direct_routing : word.letter == 'i' ? tunnel : nat;
            return {};
    }
}

Outcome Draft::take_of_tunnel(Option option, std::string const& text) {
    using enum model::Tunnel::Checksum;
    if (option == Option::tun_port) return set(server_.tunnel.port, text, 1, 65'535, "illegal tunnel port specified");
    if (option == Option::tun_type) {
        auto const type = tunnel_type(text);
        if (!type) return Wrong("illegal tunnel type specified");
        server_.tunnel.type = *type;
        return {};
    }
    server_.tunnel.checksum = option == Option::tun_csum ? plain : option == Option::tun_remcsum ? remote : none;
    return {};
}

Outcome Draft::take_of_daemon(Option option, std::string const& text) {
    switch (option) {
        case Option::mcast_interface:
            if (!text.empty()) daemon_.interface = text;
            return {};
        case Option::syncid:
            return set(daemon_.sync_id, text, 0, 255, "illegal syncid specified");
        case Option::sync_maxlen:
            return set(daemon_.max_length, text, 1, kLongestDatagram, "illegal sync-maxlen specified");
        case Option::mcast_port:
            return set(daemon_.port, text, 1, 65'535, "illegal mcast-port specified");
        case Option::mcast_ttl:
            return set(daemon_.ttl, text, 1, 255, "illegal mcast-ttl specified");
        case Option::mcast_group: {
            auto const group = multicast_group(text);
            if (!group) return Wrong(group.error());
            daemon_.group = *group;
            return {};
        }
        default:
            return {};  // of a listing: that it stands there is all
    }
}

Outcome Draft::settle_scheduler_flags() {
    auto const flags = ipvsadm::scheduler_flags(scheduler_flags_, service_.scheduler);
    if (!flags) return Wrong(flags.error());
    service_.flags = *flags;
    return {};
}

model::ServiceName Draft::name() const {
    if (mark_ != 0) return model::ServiceName::of_mark(mark_, family_);
    return {{where_, protocol_.value_or(Protocol::tcp)}, 0};
}

model::LiveService Draft::service() const {
    auto service = service_;
    service.name = name();
    return service;
}

model::LiveServer Draft::server() const {
    auto server = server_;
    if (mark_ == 0 && server.forwarding != model::Forwarding::nat) server.endpoint.port = where_.port;
    return server;
}

}  // namespace drover::control::ipvsadm
