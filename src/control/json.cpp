// Writing and reading by the lists of json_fields.h.
#include "control/json.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <algorithm>
#include <charconv>
#include <concepts>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>

#include "control/edit_fields.h"
#include "control/json_fields.h"
#include "control/printable.h"
#include "control/timestamp.h"

namespace drover::control {

namespace {

namespace json = boost::json;

constexpr std::uint64_t largest_exact_double = std::uint64_t{1} << 53;

// --- writing: straight into the text, since a listing may have a hundred thousand servers

struct Writer;

void write_text(std::string& out, std::string_view text) {
    bool const plain = std::ranges::all_of(
        text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\' && c != '\x7f'; });
    if (!plain) return void(out += json::serialize(json::value(json::string_view(text.data(), text.size()))));
    out += '"';
    out += text;
    out += '"';
}

void write(std::string& out, bool value) { out += value ? "true" : "false"; }
void write(std::string& out, std::string const& text) { write_text(out, printable(text)); }
void write(std::string& out, Address const& address) { write_text(out, address.text()); }
void write(std::string& out, Endpoint const& endpoint) { write_text(out, endpoint.text()); }
void write(std::string& out, Mac const& mac) { write_text(out, mac.text()); }
void write(std::string& out, model::Scheduler scheduler) { write_text(out, model::name(scheduler)); }
void write(std::string& out, model::ServiceName const& name) {
    if (name.fwmark != 0)
        return write_text(out, fmt::format("{}/{}", name.family() == Family::v4 ? "fwm" : "fwm6", name.fwmark));
    write_text(out, fmt::format("{}/{}", lower_name(name.key.protocol), name.key.endpoint.text()));
}
void write(std::string& out, model::ConnectionState state) { write_text(out, model::name(state)); }
template <class Integer>
void write(std::string& out, Time<Integer> const& time) {
    write_text(out, timestamp(time.unix_us));
}
template <std::integral T>
requires(!std::same_as<T, bool>) void write(std::string& out, T value) {
    std::array<char, 24> digits;
    auto const end = std::to_chars(digits.begin(), digits.end(), value).ptr;
    std::string_view const text(digits.begin(), end);
    if constexpr (std::is_unsigned_v<T>)
        if (value > largest_exact_double) return write_text(out, text);
    out += text;
}
template <class Enum>
requires requires(Enum e) { words(e); }
void write(std::string& out, Enum value) {
    for (auto const& [known, word] : words(value))
        if (known == value) return write_text(out, word);
    out += "null";
}
template <class T>
requires requires(T const& t, Writer& w) { fields(t, w); }
void write(std::string& out, T const& value);
template <class T>
void write(std::string& out, std::optional<T> const& value) {
    if (value)
        write(out, *value);
    else
        out += "null";
}
template <class T>
void write(std::string& out, std::vector<T> const& items) {
    out += '[';
    for (auto const& item : items) {
        if (out.back() != '[') out += ',';
        write(out, item);
    }
    out += ']';
}

/// The fields of an object, between its braces.
struct Writer {
    std::string& out;
    template <class T>
    void operator()(std::string_view name, T const& value) {
        if (out.back() != '{') out += ',';
        write_text(out, name);
        out += ':';
        write(out, value);
    }
    template <class T>
    void operator()(std::string_view name, OrStandard<T> const& field) {
        if (field.value != std::remove_const_t<T>{}) (*this)(name, field.value);
    }
};

template <class T>
requires requires(T const& t, Writer& w) { fields(t, w); }
void write(std::string& out, T const& value) {
    out += '{';
    fields(value, Writer{out});
    out += '}';
}

template <class T>
std::string written(T const& value) {
    std::string out;
    write(out, value);
    return out;
}

// --- reading

struct Reader;

struct Malformed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// ConnectionState's names stand in the model, in the order of its values.
model::ConnectionState connection_state_named(std::string_view word) {
    for (int i = 0; i <= static_cast<int>(model::ConnectionState::assured); ++i)
        if (model::name(static_cast<model::ConnectionState>(i)) == word) return static_cast<model::ConnectionState>(i);
    throw Malformed(fmt::format("`{}` is no connection state", word));
}

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
/// "tcp/10.0.0.100:80", "fwm/5", "fwm6/5".
void read(json::value const& value, model::ServiceName& out) {
    auto const text = text_of(value);
    auto const slash = std::min(text.find('/'), text.size());
    auto const kind = text.substr(0, slash);
    auto const rest = json::value(text.substr(std::min(slash + 1, text.size())));
    if (kind == "fwm" || kind == "fwm6") {
        std::uint32_t mark = 0;
        read(rest, mark);
        if (mark == 0) throw Malformed("a firewall mark is not 0");
        return void(out = model::ServiceName::of_mark(mark, kind == "fwm" ? Family::v4 : Family::v6));
    }
    out.fwmark = 0;
    read(json::value(kind), out.key.protocol);
    read(rest, out.key.endpoint);
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
    template <class T>
    void operator()(std::string_view name, OrStandard<T> field) {
        if (object.contains(name))
            (*this)(name, field.value);
        else
            field.value = T{};
    }
};

template <class T>
requires requires(T& t, Reader& r) { fields(t, r); }
void read(json::value const& value, T& out) {
    if (!value.is_object()) throw Malformed("an object is expected");
    fields(out, Reader{value.get_object()});
}

// --- one of several things

template <class Variant>
std::string line_of(Variant const& thing) {
    std::string out = "{";
    write_text(out, Kinds<Variant>::field);
    out += ':';
    write_text(out, Kinds<Variant>::words[thing.index()]);
    std::visit([&](auto const& value) { fields(value, Writer{out}); }, thing);
    return out + "}";
}

template <class Variant, std::size_t... Index>
void read_kind(std::string_view word, json::object const& object, Variant& out, std::index_sequence<Index...>) {
    bool const known = ((word == Kinds<Variant>::words[Index] &&
                         (fields(out.template emplace<Index>(), Reader{object}), true)) || ...);
    if (!known) throw Malformed(fmt::format("{}: `{}` is not one of the known words", Kinds<Variant>::field, word));
}

template <class Variant>
void read_one(json::value const& value, Variant& out) {
    if (!value.is_object()) throw Malformed("an object is expected");
    auto const& object = value.get_object();
    auto const* const word = object.if_contains(Kinds<Variant>::field);
    if (word == nullptr) throw Malformed(fmt::format("field `{}` is missing", Kinds<Variant>::field));
    read_kind(text_of(*word), object, out, std::make_index_sequence<std::variant_size_v<Variant>>());
}
void read(json::value const& value, model::Edit& out) { read_one(value, out); }
void read(json::value const& value, model::LiveRecord& out) { read_one(value, out); }

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

std::string to_json(Status const& status) { return written(status); }
std::string to_json(model::DataplaneObserved const& dataplane) { return written(dataplane); }
std::string to_json(ReloadReport const& report) { return written(report); }
std::string to_json(ZeroReport const& report) { return written(report); }
std::string to_json(HandoverRequest const& request) { return written(request); }
std::string to_json(model::HandoverObserved const& handover) { return written(handover); }
std::string to_json(UpgradeRequest const& request) { return written(request); }
std::string to_json(UpgradeReport const& report) { return written(report); }
std::string to_json(Problem const& problem) { return written(problem); }
std::string to_json(model::LiveRecord const& record) { return line_of(record); }
std::string to_json(model::ConnectionRow const& row) { return written(row); }

Result<Status> status_from_json(std::string_view text) { return from_json<Status>(text); }
Result<model::DataplaneObserved> dataplane_from_json(std::string_view text) {
    return from_json<model::DataplaneObserved>(text);
}
Result<ReloadReport> reload_report_from_json(std::string_view text) { return from_json<ReloadReport>(text); }
Result<HandoverRequest> handover_request_from_json(std::string_view text) { return from_json<HandoverRequest>(text); }
Result<model::HandoverObserved> handover_from_json(std::string_view text) { return from_json<model::HandoverObserved>(text); }
Result<UpgradeRequest> upgrade_request_from_json(std::string_view text) { return from_json<UpgradeRequest>(text); }
Result<UpgradeReport> upgrade_report_from_json(std::string_view text) { return from_json<UpgradeReport>(text); }
Result<Problem> problem_from_json(std::string_view text) { return from_json<Problem>(text); }
Result<model::LiveRecord> live_record_from_json(std::string_view text) { return from_json<model::LiveRecord>(text); }

std::string to_json(std::span<model::Edit const> edits) {
    std::string lines;
    for (auto const& edit : edits) lines += line_of(edit) + "\n";
    return lines;
}

Result<std::vector<model::Edit>> edits_from_json(std::string_view lines) {
    std::vector<model::Edit> edits;
    for (std::size_t number = 1; !lines.empty(); ++number) {
        auto const end = std::min(lines.find('\n'), lines.size());
        auto edit = from_json<model::Edit>(lines.substr(0, end));
        if (!edit) return fail(fmt::format("line {}: {}", number, edit.error().message));
        edits.push_back(std::move(*edit));
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
    return edits;
}

std::string to_json(std::span<model::EditOutcome const> outcomes) {
    EditReport report{outcomes.size(), {}};
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        if (!outcomes[i].done()) report.refused.push_back({i, outcomes[i]});
    return written(report);
}

Result<std::vector<model::EditOutcome>> outcomes_from_json(std::string_view text, std::size_t edits) {
    auto const report = from_json<EditReport>(text);
    if (!report) return std::unexpected(report.error());
    if (report->edits != edits) return fail(fmt::format("it is about {} edits instead of {}", report->edits, edits));
    std::vector<model::EditOutcome> outcomes(edits);
    for (auto const& refused : report->refused) {
        if (refused.number >= edits) return fail(fmt::format("there was no edit {}", refused.number));
        outcomes[refused.number] = refused.outcome;
    }
    return outcomes;
}

Result<model::ConnectionRow> connection_from_json(std::string_view text) {
    return from_json<model::ConnectionRow>(text);
}

}  // namespace drover::control
