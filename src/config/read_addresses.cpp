#include "config/read_addresses.h"

namespace drover::config {

namespace {

constexpr std::size_t kLongestLabel = 15;  // IFNAMSIZ - 1

/// Walks `word value` pairs behind the first word of a line.
class LineWords {
public:
    LineWords(Statement const& line, std::size_t first) : line_(line), at_(first) {}
    Token const* next() { return at_ < line_.words.size() ? &line_.words[at_++] : nullptr; }

private:
    Statement const& line_;
    std::size_t at_;
};

void unknown_option(Reading& reading, Token const& word, std::string_view what) {
    reading.reporter.warn(word.position, "unknown-option", "`" + word.text + "` is no option of " + std::string(what) + "; it is ignored");
}

bool is_flag_without_effect(std::string_view word) {
    return word == "no_track" || word == "home" || word == "-nodad" || word == "mngtmpaddr" || word == "noprefixroute" || word == "autojoin";
}

/// False: the address cannot be used.
bool read_address_option(Reading& reading, Token const& word, LineWords& words, model::VirtualAddress& address) {
    if (is_flag_without_effect(word.text)) return true;
    if (word.text != "brd" && word.text != "broadcast" && word.text != "dev" && word.text != "label" && word.text != "scope" &&
        word.text != "peer" && word.text != "preferred_lft" && word.text != "use_vmac") {
        unknown_option(reading, word, "an address");
        return true;
    }
    auto const* value = words.next();
    if (value == nullptr) return true;
    if (word.text == "dev") address.device = value->text;
    if (word.text == "scope") address.scope = value->text;
    if (word.text == "label") {
        if (value->text.size() > kLongestLabel) {
            reading.reporter.warn(value->position, "label-too-long", "a label has at most 15 characters; the address is left out");
            return false;
        }
        address.label = value->text;
    }
    if (word.text == "brd" || word.text == "broadcast") {
        address.broadcast = Address::parse(value->text);
        address.broadcast_computed = value->text == "+";
        if (!address.broadcast && value->text != "+" && value->text != "-")
            reading.reporter.warn(value->position, "bad-address", "`" + value->text + "` is no broadcast address; it is ignored");
    }
    return true;
}

std::optional<model::VirtualAddress> read_virtual_address(Reading& reading, Statement const& line) {
    auto const& first = line.keyword();
    model::VirtualAddress address;
    address.origin = origin_of(line);
    auto const slash = first.text.find('/');
    auto prefix = Prefix::parse(first.text);
    if (!prefix && Address::parse(first.text.substr(0, slash))) {
        prefix = Prefix::host(*Address::parse(first.text.substr(0, slash)));
        reading.reporter.warn(first.position, "bad-prefix", "`" + first.text.substr(slash) + "` is no prefix length: /" + std::to_string(prefix->length) + " is used");
    }
    if (!prefix) {
        reading.reporter.warn(first.position, "bad-address", "`" + first.text + "` is no IP address; the line is ignored");
        return std::nullopt;
    }
    address.prefix = *prefix;
    LineWords words(line, 1);
    while (auto const* word = words.next())
        if (!read_address_option(reading, *word, words, address)) return std::nullopt;
    return address;
}

/// "172.51.97/24": ip(8) would read it as 172.51.97.0/24, keepalived refuses it.
bool looks_like_short_prefix(std::string const& text) {
    auto const host = text.substr(0, text.find('/'));
    return text.find('/') != std::string::npos && host.find_first_not_of("0123456789.") == std::string::npos && !Address::parse(host);
}

/// Words of ip-route(8) that take a value.
bool read_route_option(Reading& reading, Token const& word, LineWords& words, model::VirtualRoute& route) {
    auto const& name = word.text;
    if (name == "no_track" || name == "track_group" || name == "onlink") return true;
    if (name != "via" && name != "gw" && name != "dev" && name != "src" && name != "table" && name != "metric" && name != "scope" && name != "to") {
        unknown_option(reading, word, "a route");
        return true;
    }
    auto const* value = words.next();
    if (value == nullptr) return false;
    auto const address = Address::parse(value->text);
    Statement const number{{word, *value}, false, {}};
    if (name == "dev") route.device = value->text;
    if (name == "scope") route.scope = value->text;
    if (name == "table") route.table = static_cast<std::uint32_t>(read_number(reading, number, 1, 4294967295).value_or(254));
    if (name == "metric") route.metric = static_cast<std::uint32_t>(read_number(reading, number, 0, 4294967295).value_or(0));
    if ((name == "via" || name == "gw" || name == "src") && !address) {
        reading.reporter.warn(value->position, "bad-address", "`" + value->text + "` is no IP address; the route is ignored");
        return false;
    }
    if (name == "via" || name == "gw") route.gateway = address;
    if (name == "src") route.source = address;
    return true;
}

std::optional<model::VirtualRoute> read_virtual_route(Reading& reading, Statement const& line) {
    model::VirtualRoute route;
    route.origin = origin_of(line);
    std::size_t first = 0;
    while (first + 1 < line.words.size() && line.words[first].text == "src") first += 2;  // `src A [to] DEST ...`
    if (first > 0) route.source = Address::parse(line.words[first - 1].text);
    if (first < line.words.size() && line.words[first].text == "to") ++first;
    if (first >= line.words.size()) return std::nullopt;
    auto const& destination = line.words[first];
    auto const prefix = destination.text == "default" ? Prefix{Address::v4(0), 0} : Prefix::parse(destination.text);
    if (!prefix) {
        reading.reporter.warn(destination.position, "bad-route",
                              "`" + destination.text + "` is no destination of a route" + std::string(looks_like_short_prefix(destination.text) ? " (all four parts of the address are needed)" : "") + "; the route is ignored");
        return std::nullopt;
    }
    route.destination = *prefix;
    LineWords words(line, first + 1);
    while (auto const* word = words.next())
        if (!read_route_option(reading, *word, words, route)) return std::nullopt;
    if (prefix->has_host_bits()) {
        reading.reporter.warn(destination.position, "route-host-bits",
                              "the kernel refuses " + prefix->text() + " as a route, since the network is " + prefix->network().text() + "; the route is ignored");
        return std::nullopt;
    }
    return route;
}

}  // namespace

std::vector<model::VirtualAddress> read_virtual_addresses(Reading& reading, Statement const& list) {
    std::vector<model::VirtualAddress> addresses;
    for (auto const& line : list.block)
        if (auto address = read_virtual_address(reading, line)) addresses.push_back(std::move(*address));
    return addresses;
}

void check_virtual_rules(Reading& reading, Statement const& list) {
    for (auto const& line : list.block)
        for (std::size_t i = 0; i + 1 < line.words.size(); ++i) {
            auto const& value = line.words[i + 1];
            if ((line.words[i].text == "from" || line.words[i].text == "to") && value.text != "all" && !Prefix::parse(value.text))
                reading.reporter.warn(value.position, "bad-address", "`" + value.text + "` is no address or network; the rule is ignored");
        }
}

std::vector<model::VirtualRoute> read_virtual_routes(Reading& reading, Statement const& list) {
    std::vector<model::VirtualRoute> routes;
    for (auto const& line : list.block)
        if (auto route = read_virtual_route(reading, line)) routes.push_back(std::move(*route));
    return routes;
}

}  // namespace drover::config
