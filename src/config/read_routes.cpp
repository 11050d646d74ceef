#include "config/read_routes.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "config/read_addresses.h"
#include "config/route_tables.h"

namespace drover::config {

namespace {

constexpr std::int64_t largest_number = 4294967295;
constexpr std::string_view effect = "the route is without effect";

/// ip-route(8) words that keepalived takes and this version does not.
struct Later {
    std::string_view word;
    bool has_value;
};
constexpr std::array later_words{
    Later{"proto", true},       Later{"protocol", true},      Later{"tos", true},
    Later{"dsfield", true},     Later{"mtu", true},           Later{"advmss", true},
    Later{"rtt", true},         Later{"rttvar", true},        Later{"reordering", true},
    Later{"window", true},      Later{"cwnd", true},          Later{"initcwnd", true},
    Later{"initrwnd", true},    Later{"ssthresh", true},      Later{"rto_min", true},
    Later{"hoplimit", true},    Later{"features", true},      Later{"quickack", true},
    Later{"congctl", true},     Later{"realm", true},         Later{"realms", true},
    Later{"pref", true},        Later{"ttl-propagate", true}, Later{"fastopen_no_cookie", true},
    Later{"weight", true},      Later{"nexthop", false},
    Later{"lock", false},       Later{"encap", true},         Later{"no_track", false},
    Later{"track_group", true}, Later{"local", false},
    Later{"multicast", false},  Later{"broadcast", false},    Later{"anycast", false},
};
constexpr std::array<std::string_view, 3> other_kinds{"local", "multicast", "nexthop"};

struct NamedKind {
    std::string_view name;
    model::VirtualRoute::Kind kind;
};
constexpr std::array kinds{
    NamedKind{"unicast", model::VirtualRoute::Kind::unicast},
    NamedKind{"blackhole", model::VirtualRoute::Kind::blackhole},
    NamedKind{"unreachable", model::VirtualRoute::Kind::unreachable},
    NamedKind{"prohibit", model::VirtualRoute::Kind::prohibit},
    NamedKind{"throw", model::VirtualRoute::Kind::throw_back},
};

class RouteLine {
public:
    RouteLine(Reading& reading, Statement const& line) : reading_(reading), words_(line.words) {}

    std::optional<model::VirtualRoute> read() {
        route_.origin = Reading::origin(words_[0].position);
        for (at_ = 0; at_ < words_.size() && usable_; ++at_) read_word(words_[at_]);
        if (usable_ && !has_destination_) leave_out(words_[0], "bad-route", "this route has no destination");
        if (usable_) judge();
        if (!usable_) return std::nullopt;
        return route_;
    }

private:
    void read_word(Token const& word) {
        auto const text = word.text;
        if (auto const kind = std::ranges::find(kinds, text, &NamedKind::name); kind != kinds.end()) {
            route_.kind = kind->kind;
            return;
        }
        if (text == "onlink") return void(route_.on_link = true);
        if (text == "to") return read_destination();
        if (text == "src") return read_address(word, route_.source);
        if (text == "via" || text == "gw") return read_gateway(word);
        if (text == "dev" || text == "oif") return read_device(word);
        if (text == "table") return read_number(word, route_.table);
        if (text == "metric" || text == "priority" || text == "preference") return read_number(word, route_.metric);
        if (text == "scope") return read_scope(word);
        auto const later = std::ranges::find(later_words, text, &Later::word);
        if (later != later_words.end()) return note_later(word, *later);
        if (has_destination_) return leave_out(word, "unknown-option", fmt::format("`{}` is no word of a route", text));
        take_destination(word);
    }

    Token const* value_of(Token const& option) {
        if (at_ + 1 < words_.size()) return &words_[++at_];
        leave_out(option, "missing-value", fmt::format("`{}` needs a value", option.text));
        return nullptr;
    }

    void read_destination() {
        if (auto const* const value = value_of(words_[at_])) take_destination(*value);
    }

    void take_destination(Token const& word) {
        has_destination_ = true;
        destination_ = &word;
        // Of which family is told by the gateway.
        is_default_ = word.text == "default";
        if (is_default_) return;
        if (auto const prefix = read_prefix(reading_, word, effect))
            route_.destination = *prefix;
        else
            usable_ = false;
    }

    void read_address(Token const& option, std::optional<Address>& address) {
        auto const* const value = value_of(option);
        if (value == nullptr) return;
        address = Address::parse(value->text.substr(0, value->text.find('/')));
        if (!address) leave_out(*value, "bad-address", fmt::format("`{}` is no IP address", value->text));
    }

    void read_gateway(Token const& option) {
        if (option.text == "gw")
            reading_.reporter.warn_once("route gw", option.position, "deprecated",
                                        "`gw` of a route is an old word; today it is via");
        read_address(option, route_.gateway);
    }

    void read_device(Token const& option) {
        auto const* const value = value_of(option);
        if (value == nullptr) return;
        route_.device = value->text;
        if (!reading_.has_interface(route_.device))
            reading_.reporter.warn_once("interface " + route_.device, value->position, "no-interface",
                                        fmt::format("there is no interface {} on this host", route_.device));
    }

    void read_number(Token const& option, std::optional<std::uint32_t>& number) {
        auto const* const value = value_of(option);
        if (value == nullptr) return;
        auto const known = option.text == "table" ? table_named(value->text) : std::nullopt;
        auto const parsed = known ? known : parse_number(value->text);
        if (parsed && *parsed >= 0 && *parsed <= largest_number)
            number = static_cast<std::uint32_t>(*parsed);
        else
            leave_out(*value, "bad-number", fmt::format("`{}` is no number of a {}", value->text, option.text));
    }

    void read_scope(Token const& option) {
        auto const* const value = value_of(option);
        if (value == nullptr) return;
        if (is_scope(value->text))
            route_.scope = value->text;
        else
            leave_out(*value, "bad-scope", fmt::format("`{}` is no scope", value->text));
    }

    void note_later(Token const& word, Later const& later) {
        bool const other_kind = std::ranges::find(other_kinds, word.text) != other_kinds.end();
        if (word.text != "no_track")
            reading_.reporter.note_once(fmt::format("not-yet route {}", word.text), word.position, "not-yet",
                                        fmt::format("`{}` of a route is known, but not carried out yet{}", word.text,
                                                    other_kind ? ": the route is left out" : ""));
        if (other_kind) usable_ = false;
        if (later.has_value) ++at_;
    }

    void judge() {
        bool const is_v6 = (route_.gateway && !route_.gateway->is_v4()) || (route_.source && !route_.source->is_v4());
        if (is_default_) route_.destination = Prefix{is_v6 ? Address() : Address::v4(0), 0};
        auto const& destination = route_.destination;
        auto const is_other = [&](std::optional<Address> const& address) {
            return address && address->family() != destination.address.family();
        };
        if (is_other(route_.gateway) || is_other(route_.source)) {
            leave_out(*destination_, "mixed-families", "the addresses of this route are of different families");
        } else if (destination.has_host_bits()) {
            leave_out(*destination_, "route-host-bits",
                      fmt::format("the kernel refuses a route to {}, which has bits set behind the prefix",
                                  destination.text()),
                      destination.network().text());
        } else if (route_.device.empty() && destination.length == 0) {
            reading_.reporter.warn(
                words_[0].position, "route-without-device",
                "a default route without `dev` is not tracked by keepalived; write `dev` and the interface");
        }
    }

    void leave_out(Token const& word, std::string_view code, std::string message, std::string suggestion = {}) {
        reading_.reporter.warn(word.position, code, fmt::format("{}: {}", message, effect), std::move(suggestion));
        usable_ = false;
    }

    Reading& reading_;
    std::span<Token const> words_;
    std::size_t at_ = 0;
    bool usable_ = true, has_destination_ = false, is_default_ = false;
    Token const* destination_ = nullptr;
    model::VirtualRoute route_;
};

}  // namespace

void read_virtual_routes(Reading& reading, Statement const& list, std::vector<model::VirtualRoute>& routes) {
    for (auto const& line : list.block)
        if (auto route = RouteLine(reading, line).read()) routes.push_back(std::move(*route));
}

}  // namespace drover::config
