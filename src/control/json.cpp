// Each type's fields are listed once, in a fields() function that both the writer and the reader walk, so that the two
// directions cannot drift apart.
#include "control/json.h"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <concepts>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "control/printable.h"
#include "control/timestamp.h"

namespace drover::control {

namespace {

namespace json = boost::json;

struct Malformed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

constexpr std::uint64_t largest_exact_double = std::uint64_t{1} << 53;

/// Marks a wall-clock field in a fields() list.
template <class Integer>
struct Time {
    Integer& unix_us;
};
template <class Integer>
Time(Integer&) -> Time<Integer>;

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

/// ConnectionState's names stand in the model, in the order of its values.
model::ConnectionState connection_state_named(std::string_view word) {
    for (int i = 0; i <= static_cast<int>(model::ConnectionState::assured); ++i)
        if (model::name(static_cast<model::ConnectionState>(i)) == word) return static_cast<model::ConnectionState>(i);
    throw Malformed(fmt::format("`{}` is no connection state", word));
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
}

template <For<model::Rates> T>
void fields(T& rates, auto&& field) {
    field("connections", rates.connections);
    field("packets", rates.packets);
    field("bytes", rates.bytes);
}

template <For<model::SchedulerFlags> T>
void fields(T& flags, auto&& field) {
    field("port", flags.port);
    field("fallback", flags.fallback);
    field("sh_even", flags.sh_even);
    field("random_start", flags.random_start);
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
}

template <For<model::ServiceObserved> T>
void fields(T& service, auto&& field) {
    field("service", service.key);
    field("scheduler", service.scheduler);
    field("flags", service.flags);
    field("one_packet", service.one_packet);
    field("persistence_timeout_s", service.persistence_timeout);
    field("persistence_prefix", service.persistence_prefix);
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
    field("services", dataplane.services);
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

template <For<Problem> T>
void fields(T& problem, auto&& field) {
    field("type", problem.code);
    field("title", problem.title);
    field("status", problem.status);
    field("detail", problem.detail);
}

// --- writing

struct Writer;

json::value write(bool value) { return value; }
json::value write(std::string const& text) { return json::value(printable(text)); }
json::value write(Address const& address) { return json::value(address.text()); }
json::value write(Endpoint const& endpoint) { return json::value(endpoint.text()); }
json::value write(Mac const& mac) { return json::value(mac.text()); }
json::value write(model::Scheduler scheduler) { return json::value(model::name(scheduler)); }
json::value write(model::ConnectionState state) { return json::value(model::name(state)); }
template <class Integer>
json::value write(Time<Integer> const& time) {
    return json::value(timestamp(time.unix_us));
}
template <std::integral T>
requires(!std::same_as<T, bool>) json::value write(T value) {
    if constexpr (std::is_unsigned_v<T>) {
        if (value > largest_exact_double) return json::value(std::to_string(value));
        return static_cast<std::uint64_t>(value);
    } else {
        return static_cast<std::int64_t>(value);
    }
}
template <class Enum>
requires requires(Enum e) { words(e); }
json::value write(Enum value) {
    for (auto const& [known, word] : words(value))
        if (known == value) return json::value(word);
    return nullptr;
}
template <class T>
requires requires(T const& t, Writer& w) { fields(t, w); }
json::value write(T const& value);
template <class T>
json::value write(std::optional<T> const& value) {
    return value ? write(*value) : json::value(nullptr);
}
template <class T>
json::value write(std::vector<T> const& items) {
    json::array array;
    array.reserve(items.size());
    for (auto const& item : items) array.push_back(write(item));
    return array;
}

struct Writer {
    json::object& object;
    template <class T>
    void operator()(std::string_view name, T const& value) {
        object.emplace(name, write(value));
    }
};

template <class T>
requires requires(T const& t, Writer& w) { fields(t, w); }
json::value write(T const& value) {
    json::object object;
    fields(value, Writer{object});
    return object;
}

// --- reading

struct Reader;

std::string_view text_of(json::value const& value) {
    auto const* text = value.if_string();
    if (text == nullptr) throw Malformed("a text is expected");
    return {text->data(), text->size()};
}

void read(json::value const& value, bool& out) {
    if (!value.is_bool()) throw Malformed("true or false is expected");
    out = value.get_bool();
}
void read(json::value const& value, std::string& out) { out = text_of(value); }
void read(json::value const& value, Address& out) {
    auto const address = Address::parse(text_of(value));
    if (!address) throw Malformed("an IP address is expected");
    out = *address;
}
void read(json::value const& value, Mac& out) {
    auto const mac = Mac::parse(text_of(value));
    if (!mac) throw Malformed("a MAC address is expected");
    out = *mac;
}
template <std::integral T>
requires(!std::same_as<T, bool>) void read(json::value const& value, T& out) {
    if (auto const* text = value.if_string()) {
        auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), out);
        if (error == std::errc{} && end == text->data() + text->size() && !text->empty()) return;
    } else if (auto const* number = value.if_int64()) {
        if (std::in_range<T>(*number)) return void(out = static_cast<T>(*number));
    } else if (auto const* large = value.if_uint64()) {
        if (std::in_range<T>(*large)) return void(out = static_cast<T>(*large));
    }
    throw Malformed("a whole number in range is expected");
}
void read(json::value const& value, Endpoint& out) {
    auto const text = text_of(value);
    auto const colon = text.rfind(':');
    if (colon == std::string_view::npos) throw Malformed("ADDRESS:PORT is expected");
    auto host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    read(json::value(host), out.address);
    read(json::value(text.substr(colon + 1)), out.port);
}
void read(json::value const& value, model::Scheduler& out) {
    auto const scheduler = model::scheduler_named(text_of(value));
    if (!scheduler) throw Malformed("a scheduler is expected");
    out = *scheduler;
}
void read(json::value const& value, model::ConnectionState& out) { out = connection_state_named(text_of(value)); }
template <class Integer>
void read(json::value const& value, Time<Integer>& out) {
    auto const time = parse_timestamp(text_of(value));
    if (!time) throw Malformed("a time such as 2026-11-23T10:11:12.000000Z is expected");
    out.unix_us = *time;
}
template <class Enum>
requires requires(Enum e) { words(e); }
void read(json::value const& value, Enum& out) {
    auto const text = text_of(value);
    for (auto const& [known, word] : words(out))
        if (word == text) return void(out = known);
    throw Malformed(fmt::format("`{}` is not one of the known words", text));
}
template <class T>
requires requires(T& t, Reader& r) { fields(t, r); }
void read(json::value const& value, T& out);
template <class T>
void read(json::value const& value, std::optional<T>& out) {
    if (value.is_null())
        out.reset();
    else
        read(value, out.emplace());
}
template <class T>
void read(json::value const& value, std::vector<T>& out) {
    if (!value.is_array()) throw Malformed("a list is expected");
    out.clear();
    for (auto const& item : value.get_array()) read(item, out.emplace_back());
}

struct Reader {
    json::object const& object;
    template <class T>
    void operator()(std::string_view name, T&& out) {
        auto const* value = object.if_contains(name);
        if (value == nullptr) throw Malformed(fmt::format("field `{}` is missing", name));
        try {
            read(*value, out);
        } catch (Malformed const& malformed) {
            throw Malformed(fmt::format("{}: {}", name, malformed.what()));
        }
    }
};

template <class T>
requires requires(T& t, Reader& r) { fields(t, r); }
void read(json::value const& value, T& out) {
    if (!value.is_object()) throw Malformed("an object is expected");
    fields(out, Reader{value.get_object()});
}

template <class T>
Result<T> from_json(std::string_view text) {
    try {
        boost::system::error_code error;
        auto const value = json::parse(json::string_view(text.data(), text.size()), error);
        if (error) return fail("this is no JSON: " + error.message());
        T result;
        read(value, result);
        return result;
    } catch (Malformed const& malformed) {
        return fail(malformed.what());
    }
}

}  // namespace

std::string to_json(Status const& status) { return json::serialize(write(status)); }
std::string to_json(model::DataplaneObserved const& dataplane) { return json::serialize(write(dataplane)); }
std::string to_json(ReloadReport const& report) { return json::serialize(write(report)); }
std::string to_json(ZeroReport const& report) { return json::serialize(write(report)); }
std::string to_json(Problem const& problem) { return json::serialize(write(problem)); }
std::string to_json(model::ConnectionRow const& row) { return json::serialize(write(row)); }

Result<Status> status_from_json(std::string_view text) { return from_json<Status>(text); }
Result<model::DataplaneObserved> dataplane_from_json(std::string_view text) {
    return from_json<model::DataplaneObserved>(text);
}
Result<ReloadReport> reload_report_from_json(std::string_view text) { return from_json<ReloadReport>(text); }
Result<Problem> problem_from_json(std::string_view text) { return from_json<Problem>(text); }
Result<model::ConnectionRow> connection_from_json(std::string_view text) {
    return from_json<model::ConnectionRow>(text);
}

}  // namespace drover::control
