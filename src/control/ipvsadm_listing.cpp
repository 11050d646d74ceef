#include "control/ipvsadm_listing.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "control/ipvsadm_order.h"
#include "control/ipvsadm_spelling.h"

namespace drover::control::ipvsadm {

namespace {

// IPVS cuts what it prints of an IPv4 service ("TCP  " included) and of an IPv4 server.
constexpr std::size_t service_name_limit = 33;
constexpr std::size_t server_name_limit = 28;

void cut(std::string& text, bool v4, std::size_t limit) {
    if (v4 && text.size() > limit) text.resize(limit);
}

std::string service_name(model::ServiceObserved const& service, Names const& names) {
    auto const& [endpoint, protocol] = service.key;
    bool const v4 = endpoint.address.is_v4();
    // A mark is a signed number there.
    if (service.fwmark != 0)
        return fmt::format("FWM  {}{}", static_cast<std::int32_t>(service.fwmark), v4 ? "" : " IPv6");
    auto text = fmt::format("{:<4} {}", upper_name(protocol), spelled(endpoint, protocol, names));
    cut(text, v4, service_name_limit);
    return text;
}

std::string server_name(model::ServerObserved const& server, model::ServiceObserved const& service,
                        Names const& names) {
    auto text = spelled(server.endpoint, protocol_of(service), names);
    cut(text, server.endpoint.address.is_v4(), server_name_limit);
    return text;
}

std::string flags(model::ServiceObserved const& service) {
    std::string text;
    if (has_flags(service)) text += fmt::format(" ({})", flags_text(service));
    if (service.persistence_timeout != 0) {
        text += fmt::format(" persistent {}", service.persistence_timeout);
        if (auto const mask = mask_text(service)) text += " mask " + *mask;
        if (!service.persistence_engine.empty()) text += " pe " + service.persistence_engine;
    }
    if (service.one_packet) text += " ops";
    return text;
}

std::string_view title(View view) {
    switch (view) {
        case View::services:
            return "Prot LocalAddress:Port Scheduler Flags\n"
                   "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n";
        case View::stats:
            return "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n"
                   "  -> RemoteAddress:Port\n";
        case View::rate:
            return "Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS\n"
                   "  -> RemoteAddress:Port\n";
        case View::thresholds:
            return "Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn \n"
                   "  -> RemoteAddress:Port\n";
        case View::persistent:
            return "Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn \n"
                   "  -> RemoteAddress:Port\n";
        case View::tunnels:
            return "Prot LocalAddress:Port Scheduler Flags\n"
                   "  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn\n";
        case View::connections:
        case View::timeout:
        case View::daemon:
            return {};
    }
    return {};
}

std::string totals(model::Counters const& counters, bool exact) {
    return number_column(counters.connections, exact) + number_column(counters.packets, exact) +
           number_column(counters.packets_out, exact) + number_column(counters.bytes, exact) +
           number_column(counters.bytes_out, exact);
}

std::string service_rates(model::Rates const& rates, bool exact) {
    return number_column(rates.connections, exact) + number_column(rates.packets, exact) +
           number_column(rates.packets_out, exact) + number_column(rates.bytes, exact) +
           number_column(rates.bytes_out, exact);
}

/// Of servers ipvsadm shortens the bytes alone.
std::string server_rates(model::Rates const& rates, bool exact) {
    return fmt::format(" {:>8} {:>8} {:>8}{}{}", rates.connections, rates.packets, rates.packets_out,
                       number_column(rates.bytes, exact), number_column(rates.bytes_out, exact));
}

std::string service_line(model::ServiceObserved const& service, Listing const& listing, Names const& names) {
    auto const shown = service_name(service, names);
    if (listing.view == View::stats) return fmt::format("{:<33}{}\n", shown, totals(service.counters, listing.exact));
    if (listing.view == View::rate)
        return fmt::format("{:<33}{}\n", shown, service_rates(service.rates, listing.exact));
    return fmt::format("{} {}{}\n", shown, model::name(service.scheduler), flags(service));
}

std::string server_line(model::ServerObserved const& server, std::string const& name, Listing const& listing) {
    auto const shown = fmt::format("  -> {:<28}", name);
    auto const forward = forwarding_word(server.forwarding);
    switch (listing.view) {
        case View::stats:
            return shown + totals(server.counters, listing.exact) + "\n";
        case View::rate:
            return shown + server_rates(server.rates, listing.exact) + "\n";
        case View::thresholds:
            return fmt::format("{} {:<10} {:<10} {:<10} {:<10}\n", shown, server.upper_threshold,
                               server.lower_threshold, server.active, server.inactive);
        case View::persistent:
            return fmt::format("{} {:<9} {:<11} {:<10} {:<10}\n", shown, server.weight, server.persistent,
                               server.active, server.inactive);
        case View::tunnels:
            return fmt::format("{} {:<7} {:<13} {:<6} {:<10} {:<10}\n", shown, forward, tunnel_text(server),
                               server.weight, server.active, server.inactive);
        case View::services:
        case View::connections:
        case View::timeout:
        case View::daemon:
            break;
    }
    return fmt::format("{} {:<7} {:<6} {:<10} {:<10}\n", shown, forward, server.weight, server.active, server.inactive);
}

template <class T>
std::vector<T const*> pointers(std::vector<T> const& items) {
    std::vector<T const*> result;
    for (auto const& item : items) result.push_back(&item);
    return result;
}

std::string service_block(model::ServiceObserved const& service, Listing const& listing, Names const& names) {
    auto servers = pointers(service.servers);
    if (listing.sorted) sort(servers);
    auto text = service_line(service, listing, names);
    for (auto const* server : servers) text += server_line(*server, server_name(*server, service, names), listing);
    return text;
}

Result<std::string> selected(model::DataplaneObserved const& observed, Listing const& listing, Names const& names) {
    auto const found = std::ranges::find_if(observed.services, [&](model::ServiceObserved const& service) {
        return model::ServiceName{service.key, service.fwmark} == *listing.service;
    });
    if (found == observed.services.end()) return fail("No such service", kNoSuchService);
    return std::string(title(listing.view)) + service_block(*found, listing, names);
}

std::string daemon_line(model::SyncDaemon const& daemon) {
    auto const group = daemon.group.value_or(Address::v4(0xe0000051));
    return fmt::format("{} sync daemon (mcast={}, syncid={}, maxlen={}, group={}, port={}, ttl={})\n",
                       daemon.role == model::SyncRole::master ? "master" : "backup", daemon.interface, daemon.sync_id,
                       daemon.max_length, group.text(), daemon.port, daemon.ttl);
}

std::string daemons(std::vector<model::SyncDaemon> const& running) {
    std::string text;
    for (auto const role : {model::SyncRole::master, model::SyncRole::backup})
        for (auto const& daemon : running)
            if (daemon.role == role) text += daemon_line(daemon);
    return text;
}

}  // namespace

Result<std::string> format(model::DataplaneObserved const& observed, Listing const& listing, Names const& names) {
    if (listing.view == View::timeout)
        return fmt::format("Timeout (tcp tcpfin udp): {} {} {}\n", observed.timeouts.tcp, observed.timeouts.tcpfin,
                           observed.timeouts.udp);
    if (listing.view == View::daemon) return daemons(observed.sync_daemons);
    if (listing.service) return selected(observed, listing, names);

    auto services = pointers(observed.services);
    if (listing.sorted) sort(services);
    auto text = fmt::format("IP Virtual Server version 1.2.1 (size={})\n", observed.capacity);
    text += title(listing.view);
    for (auto const* service : services) text += service_block(*service, listing, names);
    return text;
}

std::string connections_title(Listing const& listing) {
    return std::string(
               "IPVS connection entries\npro expire state       source             virtual            destination") +
           (listing.persistence_data ? "        pe name          pe_data\n" : "\n");
}

void append_connection(std::string& text, model::ConnectionRow const& row, bool persistence_data, Names const& names) {
    auto const column = [&text](std::string_view word, std::size_t width) {
        text += word;
        text.append(word.size() < width ? width - word.size() : 0, ' ');
        text += ' ';
    };
    column(row.of_mark ? "IP" : upper_name(row.protocol), 3);
    column(fmt::format(FMT_COMPILE("{:02}:{:02}"), row.expires / 60, row.expires % 60), 6);
    column(model::name(row.state), 11);
    column(spelled(row.client, row.protocol, names), 18);
    column(spelled(row.virtual_server, row.protocol, names), 18);
    bool const with_data = persistence_data && !row.persistence_engine.empty();
    if (with_data) {
        column(spelled(row.real_server, row.protocol, names), 16);
        column(row.persistence_engine, 18);
        text += row.persistence_data;
    } else {
        text += spelled(row.real_server, row.protocol, names);
    }
    text += '\n';
}

std::string number_column(std::uint64_t value, bool exact) {
    if (exact) {
        auto const digits = std::to_string(value);
        return fmt::format("{:>{}}", digits, digits.size() > 8 ? digits.size() + 1 : 9);
    }
    struct Step {
        std::uint64_t below, divisor;
        char letter;
    };
    static constexpr std::array steps{Step{1'000'000'000, 1'000, 'K'}, Step{100'000'000'000, 1'000'000, 'M'},
                                      Step{100'000'000'000'000, 1'000'000'000, 'G'}};
    if (value < 100'000'000) return fmt::format("{:>9}", value);
    for (auto const& step : steps)
        if (value < step.below) return fmt::format("{:>8}{}", value / step.divisor, step.letter);
    return fmt::format("{:>8}T", value / 1'000'000'000'000);
}

}  // namespace drover::control::ipvsadm
