#include "config/read_group.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <unordered_set>

#include "base/prefix.h"

namespace drover::config {

namespace {

/// Both ends belong to it.
struct Range {
    Address first, last;
};

Address next(Address const& address) {
    auto bytes = address.bytes();
    for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
        if (++*byte != 0) break;
    return Address(bytes);
}

/// All bits right of the prefix's length set.
Address last_of(Prefix const& prefix) {
    auto bytes = prefix.network().address.bytes();
    for (int bit = (prefix.address.is_v4() ? 96 : 0) + prefix.length; bit < 128; ++bit)
        bytes[static_cast<std::size_t>(bit / 8)] |= static_cast<std::uint8_t>(0x80u >> (bit % 8));
    return Address(bytes);
}

/// The end of "10.0.0.1-9" (the last decimal part) or "2001:db8::1-1f" (the last hexadecimal group).
std::optional<Address> short_end(Address const& first, std::string_view text) {
    bool const is_v4 = first.is_v4();
    unsigned value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, is_v4 ? 10 : 16);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > (is_v4 ? 0xffu : 0xffffu))
        return std::nullopt;
    auto bytes = first.bytes();
    if (!is_v4) bytes[14] = static_cast<std::uint8_t>(value >> 8);
    bytes[15] = static_cast<std::uint8_t>(value);
    return Address(bytes);
}

class GroupReader {
public:
    GroupReader(Reading& reading, Statement const& block)
        : reading_(reading), block_(block), name_(block.argument(1)->text) {}

    std::vector<Endpoint> read() {
        for (auto const& line : block_.block) {
            if (line.name() == "fwmark")
                read_mark(line);
            else
                read_line(line);
            if (too_many_) break;
        }
        if (members_.empty() && !has_mark_)
            reading_.reporter.warn(block_.keyword().position, "empty-group",
                                   fmt::format("virtual_server_group {} has no usable address", name_));
        return std::move(members_);
    }

private:
    void read_mark(Statement const& line) {
        has_mark_ = true;
        auto const& word = line.keyword();
        if (line.argument(1) == nullptr) {
            reading_.reporter.error(word.position, "missing-argument", missing_argument, "`fwmark` needs an argument");
            return;
        }
        reading_.reporter.advise_once(
            "not-yet group fwmark", word.position, "service-left-out",
            "`fwmark` in a virtual_server_group is known, but not carried out yet: it is left out of its group");
    }

    void read_line(Statement const& line) {
        auto const* const port_word = line.argument(1);
        auto const port = port_word == nullptr ? std::optional<std::uint16_t>(0) : parse_port(port_word->text);
        auto const range = read_range(line.keyword());
        if (!range) return;
        if (port) return add(*range, *port, line.keyword());
        reading_.reporter.warn(port_word->position, "bad-port",
                               fmt::format("`{}` is no port: the line is ignored", port_word->text));
    }

    std::optional<Range> read_range(Token const& word) {
        std::string_view const text = word.text;
        if (text.contains('/')) return read_network(word);
        auto const dash = text.find('-');
        auto const first = Address::parse(text.substr(0, dash));
        if (first && dash == std::string_view::npos) return Range{*first, *first};
        auto const end = dash == std::string_view::npos ? std::string_view{} : text.substr(dash + 1);
        auto const whole = Address::parse(end);
        auto const last = !first ? std::nullopt : whole ? whole : short_end(*first, end);
        if (!last || last->family() != first->family()) return no_range(word);
        // keepalived takes an end that is the beginning only where it is spelt out.
        if (*last > *first || (whole && *last == *first)) return Range{*first, *last};
        reading_.reporter.warn(word.position, "bad-range",
                               fmt::format("the range `{}` ends before it has begun: the line is ignored", text));
        return std::nullopt;
    }

    std::optional<Range> read_network(Token const& word) {
        auto const prefix = Prefix::parse(word.text);
        if (!prefix || prefix->length == 0) return no_range(word);
        if (!prefix->has_host_bits()) return Range{prefix->address, last_of(*prefix)};
        reading_.reporter.warn(
            word.position, "bad-range",
            fmt::format("`{}` is no network, since bits right of its prefix length are set: the line is ignored",
                        word.text),
            prefix->network().text());
        return std::nullopt;
    }

    std::optional<Range> no_range(Token const& word) {
        reading_.reporter.warn(
            word.position, "bad-address",
            fmt::format("`{}` is no IP address or range such as 10.0.0.1-9: the line is ignored", word.text));
        return std::nullopt;
    }

    void add(Range const& range, std::uint16_t port, Token const& word) {
        for (auto address = range.first;; address = next(address)) {
            Endpoint const member{address, port};
            if (members_.size() == most_group_members && !seen_.contains(member)) return stop_at(word);
            if (seen_.insert(member).second) members_.push_back(member);
            if (address == range.last) return;
        }
    }

    void stop_at(Token const& word) {
        too_many_ = true;
        reading_.reporter.advise(
            word.position, "large-group",
            fmt::format("virtual_server_group {} has more than {} addresses: from `{}` on the rest is "
                        "left out",
                        name_, most_group_members, word.text));
    }

    Reading& reading_;
    Statement const& block_;
    std::string_view name_;
    std::vector<Endpoint> members_;
    std::unordered_set<Endpoint> seen_;
    bool has_mark_ = false, too_many_ = false;
};

}  // namespace

ServerGroups read_groups(Reading& reading, std::span<Statement const> tree) {
    ServerGroups groups;
    for (auto const& block : tree) {
        if (block.known == nullptr || !block.has_block || block.is_void || block.name() != "virtual_server_group" ||
            block.argument(1) == nullptr)
            continue;
        auto members = GroupReader(reading, block).read();
        if (groups.emplace(block.argument(1)->text, std::move(members)).second) continue;
        reading.reporter.advise(
            block.keyword().position, "duplicate-group",
            fmt::format("there is a virtual_server_group {} already: this one is left out", block.argument(1)->text));
    }
    return groups;
}

}  // namespace drover::config
