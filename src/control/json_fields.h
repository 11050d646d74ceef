// What the JSON of the control socket holds: the words of each enumeration, and the fields of each type, listed once in
// a fields() function that both the writer and the reader (json.cpp) walk, so that the two directions cannot drift
// apart.
#pragma once

#include <array>
#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

#include "control/status.h"
#include "model/observed.h"

namespace drover::control {

/// Marks a wall-clock field in a fields() list.
template <class Integer>
struct Time {
    Integer& unix_us;
};
template <class Integer>
Time(Integer&) -> Time<Integer>;

/// Marks a field that is written only where it is not the type's standard value, and read as that where it is missing.
template <class T>
struct OrStandard {
    T& value;
};
template <class T>
OrStandard(T&) -> OrStandard<T>;

// --- words of enumerations

template <class Enum, std::size_t size>
using EnumWords = std::array<std::pair<Enum, std::string_view>, size>;

constexpr EnumWords<Protocol, 3> words(Protocol) {
    return {{{Protocol::tcp, "tcp"}, {Protocol::udp, "udp"}, {Protocol::sctp, "sctp"}}};
}

constexpr EnumWords<model::VrrpState, 4> words(model::VrrpState) {
    using enum model::VrrpState;
    return {{{init, "INIT"}, {backup, "BACKUP"}, {master, "MASTER"}, {fault, "FAULT"}}};
}

constexpr EnumWords<model::HealthState, 3> words(model::HealthState) {
    using enum model::HealthState;
    return {{{unknown, "unknown"}, {up, "up"}, {down, "down"}}};
}

constexpr EnumWords<model::Forwarding, 4> words(model::Forwarding) {
    using enum model::Forwarding;
    return {{{direct_routing, "direct_routing"}, {nat, "nat"}, {tunnel, "tunnel"}, {reflect, "reflect"}}};
}

constexpr EnumWords<model::Tunnel::Type, 3> words(model::Tunnel::Type) {
    using enum model::Tunnel::Type;
    return {{{ipip, "ipip"}, {gue, "gue"}, {gre, "gre"}}};
}

constexpr EnumWords<model::Tunnel::Checksum, 3> words(model::Tunnel::Checksum) {
    using enum model::Tunnel::Checksum;
    return {{{none, "none"}, {plain, "plain"}, {remote, "remote"}}};
}

constexpr EnumWords<model::SyncRole, 2> words(model::SyncRole) {
    return {{{model::SyncRole::master, "master"}, {model::SyncRole::backup, "backup"}}};
}

// --- the fields

template <class V, class T>
concept For = std::same_as<std::remove_const_t<V>, T>;

template <For<ServiceKey> T>
void fields(T& key, auto&& field) {
    field("address", key.endpoint.address);
    field("port", key.endpoint.port);
    field("protocol", key.protocol);
}

template <For<model::Timeouts> T>
void fields(T& timeouts, auto&& field) {
    field("tcp", timeouts.tcp);
    field("tcpfin", timeouts.tcpfin);
    field("udp", timeouts.udp);
}

template <For<model::Counters> T>
void fields(T& counters, auto&& field) {
    field("connections", counters.connections);
    field("packets", counters.packets);
    field("bytes", counters.bytes);
    field("packets_out", OrStandard{counters.packets_out});
    field("bytes_out", OrStandard{counters.bytes_out});
}

template <For<model::Rates> T>
void fields(T& rates, auto&& field) {
    field("connections", rates.connections);
    field("packets", rates.packets);
    field("bytes", rates.bytes);
    field("packets_out", OrStandard{rates.packets_out});
    field("bytes_out", OrStandard{rates.bytes_out});
}

template <For<model::SchedulerFlags> T>
void fields(T& flags, auto&& field) {
    field("port", flags.port);
    field("fallback", flags.fallback);
    field("sh_even", flags.sh_even);
    field("random_start", flags.random_start);
    field("third", OrStandard{flags.third});
}

template <For<model::Limits> T>
void fields(T& limits, auto&& field) {
    field("drop_entry", limits.drop_entry);
    field("conn_max", limits.conn_max);
    field("flood_rate", limits.flood_rate);
}

template <For<model::TableObserved> T>
void fields(T& table, auto&& field) {
    field("name", table.name);
    field("slots", table.slots);
    field("entries", table.entries);
}

template <For<model::EvictionCount> T>
void fields(T& eviction, auto&& field) {
    field("kind", eviction.kind);
    field("entries", eviction.entries);
}

template <For<model::FloodObserved> T>
void fields(T& flood, auto&& field) {
    field("lasts", flood.lasts);
    field("since", Time(flood.since_unix_us));
}

template <For<model::ConnectionRow> T>
void fields(T& row, auto&& field) {
    field("protocol", row.protocol);
    field("state", row.state);
    field("expires_s", row.expires);
    field("client", row.client);
    field("virtual", row.virtual_server);
    field("server", row.real_server);
    field("template", row.is_template);
    field("of_mark", OrStandard{row.of_mark});
    field("persistence_engine", OrStandard{row.persistence_engine});
    field("persistence_data", OrStandard{row.persistence_data});
}

template <For<model::Author> T>
void fields(T& author, auto&& field) {
    field("pid", author.pid);
    field("uid", author.uid);
    field("user", author.user);
    field("at", Time(author.unix_us));
}

template <For<model::Tunnel> T>
void fields(T& tunnel, auto&& field) {
    field("type", tunnel.type);
    field("port", tunnel.port);
    field("checksum", tunnel.checksum);
}

template <For<model::SyncDaemon> T>
void fields(T& daemon, auto&& field) {
    field("role", daemon.role);
    field("interface", daemon.interface);
    field("sync_id", daemon.sync_id);
    field("max_length", OrStandard{daemon.max_length});
    field("group", OrStandard{daemon.group});
    field("port", OrStandard{daemon.port});
    field("ttl", OrStandard{daemon.ttl});
}

template <For<model::ServerObserved> T>
void fields(T& server, auto&& field) {
    field("server", server.endpoint);
    field("weight", server.weight);
    field("rising_to", server.rising_to);
    field("active", server.active);
    field("inactive", server.inactive);
    field("persistent", server.persistent);
    field("upper_threshold", server.upper_threshold);
    field("lower_threshold", server.lower_threshold);
    field("overloaded", server.overloaded);
    field("counters", server.counters);
    field("rates", server.rates);
    field("next_hop", server.next_hop);
    field("next_hop_interface", server.next_hop_interface);
    field("local", server.local);
    field("forwarding", OrStandard{server.forwarding});
    field("tunnel", OrStandard{server.tunnel});
    field("changed", OrStandard{server.changed});
}

template <For<model::ServiceObserved> T>
void fields(T& service, auto&& field) {
    field("service", service.key);
    field("fwmark", OrStandard{service.fwmark});
    field("scheduler", service.scheduler);
    field("flags", service.flags);
    field("one_packet", service.one_packet);
    field("persistence_timeout_s", service.persistence_timeout);
    field("persistence_prefix", service.persistence_prefix);
    field("persistence_mask", OrStandard{service.persistence_mask});
    field("persistence_engine", OrStandard{service.persistence_engine});
    field("changed", OrStandard{service.changed});
    field("configured", service.configured);
    field("instance", service.instance);
    field("gate_open", service.gate_open);
    field("allow", service.allow);
    field("deny", service.deny);
    field("unreachable", service.unreachable);
    field("counters", service.counters);
    field("rates", service.rates);
    field("servers", service.servers);
}

template <For<model::AttachmentObserved> T>
void fields(T& attachment, auto&& field) {
    field("interface", attachment.interface);
    field("mode", attachment.mode);
    field("reason", attachment.reason);
}

template <For<model::VerdictCount> T>
void fields(T& verdict, auto&& field) {
    field("action", verdict.action);
    field("reason", verdict.reason);
    field("packets", verdict.packets);
}

template <For<model::DataplaneObserved> T>
void fields(T& dataplane, auto&& field) {
    field("attachments", dataplane.attachments);
    field("capacity", dataplane.capacity);
    field("entries", dataplane.entries);
    field("tables", dataplane.tables);
    field("live_evictions", dataplane.live_evictions);
    field("evictions", dataplane.evictions);
    field("timeouts_s", dataplane.timeouts);
    field("limits", dataplane.limits);
    field("flood", dataplane.flood);
    field("rates", dataplane.rates);
    field("verdicts", dataplane.verdicts);
    field("sync_daemons", OrStandard{dataplane.sync_daemons});
    field("timeouts_changed", OrStandard{dataplane.timeouts_changed});
    field("services", dataplane.services);
}

template <For<model::RivalObserved> T>
void fields(T& rival, auto&& field) {
    field("who", rival.who);
    field("reason", rival.reason);
    field("text", rival.text);
    field("count", rival.count);
    field("last", Time(rival.last_unix_us));
}

template <For<model::InstanceObserved> T>
void fields(T& instance, auto&& field) {
    field("name", instance.name);
    field("interface", instance.interface);
    field("virtual_router_id", instance.virtual_router_id);
    field("state", instance.state);
    field("since", Time(instance.since_unix_us));
    field("reason", instance.reason);
    field("priority", instance.priority);
    field("effective_priority", instance.effective_priority);
    field("addresses", instance.addresses);
    field("master_address", instance.master_address);
    field("adverts_sent", instance.adverts_sent);
    field("adverts_received", instance.adverts_received);
    field("became_master", instance.became_master);
    field("late", instance.late);
    field("split_brain", instance.split_brain);
    field("rivals", instance.rivals);
    field("notes", instance.notes);
}

template <For<model::CheckObserved> T>
void fields(T& check, auto&& field) {
    field("service", check.service);
    field("server", check.server);
    field("kind", check.kind);
    field("state", check.state);
    field("since", Time(check.since_unix_us));
    field("last_result", check.last_result);
    field("in_force", Time(check.in_force_unix_us));
}

template <For<model::SyncChannel> T>
void fields(T& group, auto&& field) {
    field("interface", group.interface);
    field("instance", group.instance);
    field("id", group.id);
    field("maxlen", group.longest);
    field("port", group.port);
    field("ttl", group.ttl);
    field("group", group.group);
}

template <For<model::SyncTaken> T>
void fields(T& taken, auto&& field) {
    field("made", taken.made);
    field("confirmed", taken.confirmed);
    field("replaced", taken.replaced);
    field("kept", taken.kept);
    field("ended", taken.ended);
    field("unknown_service", taken.unknown_service);
    field("unknown_server", taken.unknown_server);
    field("firewall_mark", taken.firewall_mark);
    field("busy", taken.busy);
    field("no_room", taken.no_room);
}

template <For<model::SyncRefusal> T>
void fields(T& refusal, auto&& field) {
    field("reason", refusal.reason);
    field("messages", refusal.messages);
}

template <For<model::SyncPeeringObserved> T>
void fields(T& peering, auto&& field) {
    field("peers", peering.peers);
    field("has_key", peering.has_key);
    field("joined_at", Time(peering.joined_unix_us));
    field("joined", peering.joined);
    field("joined_connections", peering.joined_connections);
    field("served_at", Time(peering.served_unix_us));
    field("served", peering.served);
    field("served_connections", peering.served_connections);
    field("strangers", peering.strangers);
    field("trouble", peering.trouble);
}

template <For<model::HandoverObserved> T>
void fields(T& handover, auto&& field) {
    field("running", handover.running);
    field("only_asked", handover.only_asked);
    field("possible", handover.possible);
    field("outlook", handover.outlook);
    field("instances", handover.instances);
    field("peer", handover.peer);
    field("refusal", handover.refusal);
    field("took_us", handover.took_us);
    field("ended", Time(handover.ended_unix_us));
}

template <For<model::SyncObserved> T>
void fields(T& sync, auto&& field) {
    field("master", sync.master);
    field("backup", sync.backup);
    field("tells", sync.tells);
    field("messages_sent", sync.messages_sent);
    field("connections_sent", sync.connections_sent);
    field("send_errors", sync.send_errors);
    field("waiting", sync.waiting);
    field("missed", sync.missed);
    field("held_back", sync.held_back);
    field("lag_us", sync.lag_us);
    field("messages_received", sync.messages_received);
    field("connections_received", sync.connections_received);
    field("heard", Time(sync.heard_unix_us));
    field("taken", sync.taken);
    field("refused", sync.refused);
    field("peering", sync.peering);
    field("handover", OrStandard{sync.handover});
    field("notes", sync.notes);
}

template <For<Status> T>
void fields(T& status, auto&& field) {
    field("version", status.about.version);
    field("host", status.about.host);
    field("pid", status.about.pid);
    field("configuration_file", status.about.configuration_file);
    field("configuration_read", Time(status.about.configuration_read_unix_us));
    field("started", Time(status.about.started_unix_us));
    field("uptime_s", status.about.uptime_s);
    field("notes", status.about.notes);
    field("instances", status.instances);
    field("dataplane", status.dataplane);
    field("checks", status.checks);
    field("sync", status.sync);
}

template <For<ReloadReport> T>
void fields(T& report, auto&& field) {
    field("changes", report.changes);
    field("warnings", report.warnings);
}

template <For<ZeroReport> T>
void fields(T& report, auto&& field) {
    field("services", report.services);
}

template <For<HandoverRequest> T>
void fields(T& request, auto&& field) {
    field("instances", request.instances);
    field("only_ask", request.only_ask);
}

template <For<UpgradeRequest> T>
void fields(T& request, auto&& field) {
    field("binary", request.binary);
}

template <For<UpgradeReport> T>
void fields(T& report, auto&& field) {
    field("running", report.running);
    field("version", report.version);
    field("trouble", report.trouble);
}

template <For<Problem> T>
void fields(T& problem, auto&& field) {
    field("type", problem.code);
    field("title", problem.title);
    field("status", problem.status);
    field("detail", problem.detail);
}

}  // namespace drover::control
