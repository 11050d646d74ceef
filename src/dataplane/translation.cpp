#include "dataplane/translation.h"

#include <algorithm>

#include "dataplane/encode.h"
#include "dataplane/load_count.h"
#include "dataplane/words.h"

namespace drover::dataplane {

namespace {

constexpr std::uint16_t kFtp = 21, kFtpData = 20, kUnprivileged = 1024;
constexpr std::uint32_t kLongestSeconds = 86400 * 31;  // nothing lives longer (bpf/contract.h)
constexpr std::uint32_t kRearmedSeconds = 60;  // IPVS: a template that only its connections keep

/// IPVS's number of a state in its protocol's own enumeration.
std::uint16_t wire_state(Protocol protocol, std::uint64_t meta) {
    if (is_template(meta))
        return (contract::meta_flags(meta) & contract::FLAG_ASSURED) != 0 ? sync::template_assured : sync::template_none;
    auto const state = static_cast<std::uint16_t>(contract::meta_state(meta));
    if (protocol == Protocol::tcp) return state;
    return protocol == Protocol::sctp ? static_cast<std::uint16_t>(state - contract::STATE_SCTP_NONE) : std::uint16_t{0};
}

std::uint32_t table_state(sync::Connection const& connection) {
    if (connection.is_template()) return contract::STATE_NONE;
    switch (static_cast<Protocol>(connection.protocol)) {
        case Protocol::udp: return contract::STATE_UDP;
        case Protocol::sctp: return contract::STATE_SCTP_NONE + std::uint32_t{connection.state};
        default: return connection.state;
    }
}

std::uint64_t address_word(Address const& address, std::size_t first) {
    std::uint64_t word = 0;
    __builtin_memcpy(&word, address.bytes().data() + first, sizeof word);
    return word;
}

}  // namespace

bool Translation::is_wide(std::uint32_t service) const {
    return (load(tables_.services[service].flags) & contract::SERVICE_WIDE) != 0;
}

bool Translation::is_serving(std::uint32_t service) const {
    auto const role = load(tables_.services[service].role);
    return role != 0 && role < tables_.roles.size() && load(tables_.roles[role].gate) != 0;
}

std::uint32_t Translation::timeout_of(SlotKey const& key, std::uint64_t meta) const {
    if (!is_template(meta)) return load(tables_.settings->timeout[contract::meta_state(meta)]);
    return (contract::meta_flags(meta) & contract::FLAG_REARMED) != 0 ? ticks_.from_seconds(kRearmedSeconds)
                                                                      : load(tables_.services[key.service()].persistence);
}

/// Everything that the key alone says.
std::optional<sync::Connection> Translation::named(SlotKey const& wide) const {
    auto const id = wide.service();
    if (id >= tables_.service_names.size() || tables_.service_names[id].use != contract::NAME_IN_SERVICE) return std::nullopt;
    auto const service = book_.key_of(id);
    sync::Connection connection;
    connection.protocol = static_cast<std::uint8_t>(service.protocol);
    connection.client = {client_of(wide, true), swap_port(static_cast<std::uint16_t>(wide.last() >> 16))};
    connection.virtual_server = service.endpoint;
    if (is_wide(id)) connection.virtual_server.port = swap_port(static_cast<std::uint16_t>(wide.last() >> 32));
    if ((wide.last() & contract::TEMPLATE_KEY) != 0) {
        connection.flags = sync::flag_template;
        // IPVS's templates have the port of a service that has one and is not FTP.
        connection.virtual_server.port = service.endpoint.port == kFtp ? std::uint16_t{0} : service.endpoint.port;
    }
    return connection;
}

std::optional<sync::Connection> Translation::told(SlotKey const& wide, std::uint64_t meta, std::uint32_t now) const {
    auto connection = named(wide);
    auto const id = wide.service();
    auto const number = static_cast<std::uint16_t>(contract::meta_server(meta));
    if (!connection || number >= tables_.service_names[id].server_room) return std::nullopt;
    connection->real_server = book_.server_of(id, number);
    if (connection->real_server.address.family() != connection->client.address.family()) return std::nullopt;
    if (connection->is_template() && connection->virtual_server.port == 0)
        connection->real_server.port = 0;
    else if (connection->real_server.port == 0 || connection->virtual_server.port != book_.key_of(id).endpoint.port)
        connection->real_server.port = connection->virtual_server.port;
    connection->flags |= sync::flag_direct_routing | sync::flag_no_output;
    if (is_template(meta) || !is_active(meta)) connection->flags |= sync::flag_inactive;
    connection->state = wire_state(static_cast<Protocol>(connection->protocol), meta);
    auto const timeout = timeout_of(wide, meta);
    connection->timeout = ticks_.to_seconds(timeout - std::min(contract::meta_age(meta, now), timeout));
    return connection;
}

std::optional<sync::Connection> Translation::ended(SlotKey const& wide) const {
    auto connection = named(wide);
    if (!connection) return std::nullopt;
    connection->ended = true;
    connection->timeout = 0;
    // No server, of the family that the message is in.
    connection->real_server.address = connection->client.address.is_v4() ? Address::v4(0) : Address();
    return connection;
}

/// As the packet path finds a packet's service (bpf/vip.h): exactly this port, FTP's data connections, all ports.
std::optional<std::uint32_t> Translation::service_of(sync::Connection const& connection) const {
    auto const& wanted = connection.virtual_server;
    auto const protocol = static_cast<Protocol>(connection.protocol);
    auto const find = [&](std::uint16_t port) { return book_.find_service({{wanted.address, port}, protocol}); };
    if (wanted.port != 0)
        if (auto const exact = find(wanted.port)) return exact;
    bool const may_be_ftp = connection.is_template() ? wanted.port == 0 : wanted.port == kFtpData || wanted.port >= kUnprivileged;
    if (connection.is_template())
        if (auto const all = find(0)) return all;
    if (may_be_ftp && protocol == Protocol::tcp)
        if (auto const ftp = find(kFtp)) return ftp;
    return find(0);
}

std::optional<std::uint16_t> Translation::server_of(std::uint32_t id, sync::Connection const& connection) const {
    auto const& server = connection.real_server;
    for (auto const port : {server.port, std::uint16_t{0}, book_.key_of(id).endpoint.port})
        if (auto const number = book_.known_server(id, {server.address, port})) return number;
    return std::nullopt;
}

std::expected<Translation::Entry, Translation::Unknown> Translation::entry(sync::Connection const& connection,
                                                                           std::uint32_t now) const {
    if (connection.protocol == 0) return std::unexpected(Unknown::firewall_mark);
    auto const id = service_of(connection);
    if (!id) return std::unexpected(Unknown::service);
    Entry entry;
    entry.is_wide = is_wide(*id);
    auto service = static_cast<__u16>(*id);
    auto virtual_port = swap_port(connection.virtual_server.port);
    if (connection.is_template()) service |= contract::TEMPLATE_KEY, virtual_port = 0;
    auto const& client = connection.client;
    SlotKey const wide{{address_word(client.address, 0), address_word(client.address, 8),
                        contract::wide_key(swap_port(client.port), virtual_port, service)}};
    entry.key = table_form(wide, entry.is_wide);
    if (connection.ended) return entry;

    auto const server = server_of(*id, connection);
    if (!server) return std::unexpected(Unknown::server);
    std::uint32_t flags = 0;
    if (connection.is_template())
        flags = contract::FLAG_TEMPLATE | (connection.state == sync::template_none ? 0u : std::uint32_t{contract::FLAG_ASSURED});
    else if (load(tables_.services[*id].persistence) != 0)
        flags = contract::FLAG_HAS_TEMPLATE;
    auto const undated = contract::make_meta(0, 0, *server, table_state(connection), flags, 0);
    auto const timeout = timeout_of(wide, undated);
    auto const left = std::min(ticks_.from_seconds(std::min(connection.timeout.value_or(kLongestSeconds), kLongestSeconds)), timeout);
    entry.meta = contract::make_meta(0, 0, *server, table_state(connection), flags, (now - (timeout - left)) & contract::TICK_MASK);
    return entry;
}

}  // namespace drover::dataplane
