#include "control/ipvsadm_listing.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

namespace drover::control::ipvsadm {

namespace {

// IPVS cuts what it prints of an IPv4 service ("TCP  " included) and of an IPv4 server.
constexpr std::size_t service_name_limit = 33;
constexpr std::size_t server_name_limit = 28;

std::string spelled(Endpoint const& endpoint, Protocol protocol, Names const& names) {
    auto host = names.host_name(endpoint.address).value_or(endpoint.address.text());
    if (!endpoint.address.is_v4()) host = "[" + host + "]";
    return host + ":" + names.service_name(endpoint.port, protocol).value_or(std::to_string(endpoint.port));
}

std::string service_name(ServiceKey const& key, Names const& names) {
    auto text = fmt::format("{:<4} {}", upper_name(key.protocol), spelled(key.endpoint, key.protocol, names));
    if (key.endpoint.address.is_v4() && text.size() > service_name_limit) text.resize(service_name_limit);
    return text;
}

std::string server_name(model::ServerObserved const& server, Protocol protocol, Names const& names) {
    auto text = spelled(server.endpoint, protocol, names);
    if (server.endpoint.address.is_v4() && text.size() > server_name_limit) text.resize(server_name_limit);
    return text;
}

std::string mask_text(Family family, std::uint8_t prefix) {
    if (family == Family::v6) return std::to_string(prefix);
    return Address::v4(prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix)).text();
}

/// " (sh-fallback,sh-port)"; drover's own flags have no word in ipvsadm.
std::string scheduler_flags(model::ServiceObserved const& service) {
    auto const scheduler = model::name(service.scheduler);
    if (!service.flags.fallback && !service.flags.port) return {};
    return fmt::format(" ({}{}{})", service.flags.fallback ? fmt::format("{}-fallback", scheduler) : "",
                       service.flags.fallback && service.flags.port ? "," : "",
                       service.flags.port ? fmt::format("{}-port", scheduler) : "");
}

std::string flags(model::ServiceObserved const& service) {
    auto text = scheduler_flags(service);
    if (service.persistence_timeout != 0) {
        auto const family = service.key.endpoint.address.family();
        text += fmt::format(" persistent {}", service.persistence_timeout);
        if (service.persistence_prefix != (family == Family::v4 ? 32 : 128))
            text += " mask " + mask_text(family, service.persistence_prefix);
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

/// Outgoing packets and bytes never pass a DR director: always 0.
std::string totals(model::Counters const& counters, bool exact) {
    return number_column(counters.connections, exact) + number_column(counters.packets, exact) +
           number_column(0, exact) + number_column(counters.bytes, exact) + number_column(0, exact);
}

std::string service_rates(model::Rates const& rates, bool exact) {
    return number_column(rates.connections, exact) + number_column(rates.packets, exact) + number_column(0, exact) +
           number_column(rates.bytes, exact) + number_column(0, exact);
}

/// Of servers ipvsadm shortens the bytes alone.
std::string server_rates(model::Rates const& rates, bool exact) {
    return fmt::format(" {:>8} {:>8} {:>8}{}{}", rates.connections, rates.packets, 0, number_column(rates.bytes, exact),
                       number_column(0, exact));
}

std::string service_line(model::ServiceObserved const& service, Listing const& listing, Names const& names) {
    auto const shown = service_name(service.key, names);
    if (listing.view == View::stats) return fmt::format("{:<33}{}\n", shown, totals(service.counters, listing.exact));
    if (listing.view == View::rate) return fmt::format("{:<33}{}\n", shown, service_rates(service.rates, listing.exact));
    return fmt::format("{} {}{}\n", shown, model::name(service.scheduler), flags(service));
}

std::string server_line(model::ServerObserved const& server, Protocol protocol, Listing const& listing,
                        Names const& names) {
    auto const shown = fmt::format("  -> {:<28}", server_name(server, protocol, names));
    switch (listing.view) {
        case View::stats:
            return shown + totals(server.counters, listing.exact) + "\n";
        case View::rate:
            return shown + server_rates(server.rates, listing.exact) + "\n";
        case View::thresholds:
            return fmt::format("{} {:<10} {:<10} {:<10} {:<10}\n", shown, server.upper_threshold, server.lower_threshold,
                               server.active, server.inactive);
        case View::persistent:
            return fmt::format("{} {:<9} {:<11} {:<10} {:<10}\n", shown, server.weight, server.persistent,
                               server.active, server.inactive);
        case View::tunnels:
            return fmt::format("{} {:<7} {:<13} {:<6} {:<10} {:<10}\n", shown, "Route", "n/a", server.weight,
                               server.active, server.inactive);
        case View::services:
        case View::connections:
        case View::timeout:
        case View::daemon:
            break;
    }
    return fmt::format("{} {:<7} {:<6} {:<10} {:<10}\n", shown, "Route", server.weight, server.active, server.inactive);
}

auto service_order(model::ServiceObserved const* service) {
    auto const& key = service->key;
    return std::tuple(key.endpoint.address.family(), key.protocol, key.endpoint.address, key.endpoint.port);
}

auto server_order(model::ServerObserved const* server) {
    return std::tuple(server->endpoint.address.family(), server->endpoint.address, server->endpoint.port);
}

template <class T>
std::vector<T const*> pointers(std::vector<T> const& items) {
    std::vector<T const*> result;
    for (auto const& item : items) result.push_back(&item);
    return result;
}

std::string service_block(model::ServiceObserved const& service, Listing const& listing, Names const& names) {
    auto servers = pointers(service.servers);
    if (listing.sorted) std::ranges::sort(servers, {}, server_order);
    auto text = service_line(service, listing, names);
    for (auto const* server : servers) text += server_line(*server, service.key.protocol, listing, names);
    return text;
}

Result<std::string> selected(model::DataplaneObserved const& observed, Listing const& listing, Names const& names) {
    auto const found = std::ranges::find_if(
        observed.services, [&](auto const& service) { return listing.service && service.key == *listing.service; });
    if (found == observed.services.end()) return fail("No such service");
    return std::string(title(listing.view)) + service_block(*found, listing, names);
}

}  // namespace

Result<std::string> format(model::DataplaneObserved const& observed, Listing const& listing, Names const& names) {
    if (listing.view == View::timeout)
        return fmt::format("Timeout (tcp tcpfin udp): {} {} {}\n", observed.timeouts.tcp, observed.timeouts.tcpfin,
                           observed.timeouts.udp);
    if (listing.view == View::daemon) return std::string{};  // no sync daemon runs: ipvsadm prints nothing
    if (listing.selects()) return selected(observed, listing, names);

    auto services = pointers(observed.services);
    if (listing.sorted) std::ranges::sort(services, {}, service_order);
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

std::string connection_line(model::ConnectionRow const& row, Names const& names) {
    std::string line;
    auto const column = [&line](std::string_view text, std::size_t width) {
        line += text;
        line.append(text.size() < width ? width - text.size() : 0, ' ');
        line += ' ';
    };
    column(upper_name(row.protocol), 3);
    column(fmt::format(FMT_COMPILE("{:02}:{:02}"), row.expires / 60, row.expires % 60), 6);
    column(model::name(row.state), 11);
    column(spelled(row.client, row.protocol, names), 18);
    column(spelled(row.virtual_server, row.protocol, names), 18);
    return line + spelled(row.real_server, row.protocol, names) + "\n";
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
