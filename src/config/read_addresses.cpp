#include "config/read_addresses.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace drover::config {

namespace {

constexpr std::size_t longest_label = 15;  // IFNAMSIZ - 1

class AddressLine {
public:
    AddressLine(Reading& reading, Statement const& line) : reading_(reading), words_(line.words) {}

    std::optional<model::VirtualAddress> read() {
        auto const prefix = read_prefix(reading_, words_[0], "the address is left out");
        if (!prefix) return std::nullopt;
        address_.prefix = *prefix;
        // keepalived: an IPv6 address that is alone in its network is nobody's choice of a source.
        address_.preferred = prefix->address.is_v4() || prefix->length != 128;
        address_.origin = Reading::origin(words_[0].position);
        for (at_ = 1; at_ < words_.size() && usable_; ++at_) read_option(words_[at_]);
        if (!usable_) return std::nullopt;
        return address_;
    }

private:
    void read_option(Token const& option) {
        static constexpr std::array<std::string_view, 6> without_value{"home",     "mngtmpaddr", "autojoin",
                                                                      "no_track", "use_vmac",   "track"};
        if (option.text == "-nodad") return;  // no address is asked for by others before it is used
        if (option.text == "noprefixroute") return void(address_.prefix_route = false);
        if (option.text == "preferred_lft") return read_lifetime(option);
        if (option.text == "brd" || option.text == "broadcast") return read_broadcast(option);
        if (option.text == "dev") return read_device(option);
        if (option.text == "label") return read_label(option);
        if (option.text == "scope") return read_scope(option);
        bool const has_value = option.text == "peer" || option.text == "track_group";
        if (has_value || std::ranges::find(without_value, option.text) != without_value.end()) {
            reading_.reporter.note_once(
                fmt::format("not-yet address {}", option.text), option.position, "not-yet",
                fmt::format("`{}` of an address is known, but not carried out yet", option.text));
            if (has_value) ++at_;
            return;
        }
        reading_.reporter.warn(
            option.position, "unknown-option",
            fmt::format("`{}` is no option of an address (brd, dev, scope, label, ...); it is ignored", option.text));
    }

    /// The word after an option; nullptr, and a warning, if there is none.
    Token const* value_of(Token const& option) {
        if (at_ + 1 < words_.size()) return &words_[++at_];
        reading_.reporter.warn(option.position, "missing-value",
                               fmt::format("`{}` of an address needs a value; it is ignored", option.text));
        return nullptr;
    }

    void read_broadcast(Token const& option) {
        auto const* const value = value_of(option);
        if (value == nullptr || value->text == "-") return;
        address_.broadcast_computed = value->text == "+";
        if (address_.broadcast_computed) return;
        address_.broadcast = Address::parse(value->text);
        if (address_.broadcast && address_.broadcast->is_v4()) return;
        reading_.reporter.warn(
            value->position, "bad-address",
            fmt::format("`{}` is no broadcast address: the virtual address is left out", value->text));
        usable_ = false;
    }

    void read_device(Token const& option) {
        auto const* const value = value_of(option);
        if (value == nullptr) return;
        address_.device = value->text;
        if (!reading_.has_interface(address_.device))
            reading_.reporter.warn_once("interface " + address_.device, value->position, "no-interface",
                                        fmt::format("there is no interface {} on this host", address_.device));
    }

    void read_label(Token const& option) {
        auto const* const value = value_of(option);
        if (value == nullptr) return;
        address_.label = value->text;
        if (address_.label.size() <= longest_label) return;
        reading_.reporter.warn(
            value->position, "long-label",
            fmt::format("a label has at most {} characters: the address is left out", longest_label));
        usable_ = false;
    }

    /// Between 0 and for ever there is nothing that an address of a director would do.
    void read_lifetime(Token const& option) {
        auto const* const value = value_of(option);
        if (value == nullptr) return;
        auto const number = parse_number(value->text);
        address_.preferred = value->text == "forever" || (number && *number > 0);
        if (address_.preferred || (number && *number == 0)) return;
        reading_.reporter.warn(value->position, "bad-number",
                               fmt::format("`{}` is no lifetime (0, forever, or seconds); 0 is used", value->text));
    }

    void read_scope(Token const& option) {
        auto const* const value = value_of(option);
        if (value == nullptr) return;
        if (is_scope(value->text))
            address_.scope = value->text;
        else
            reading_.reporter.warn(
                value->position, "bad-scope",
                fmt::format("`{}` is no scope (global, site, link, host); it is ignored", value->text));
    }

    Reading& reading_;
    std::span<Token const> words_;
    std::size_t at_ = 0;
    bool usable_ = true;
    model::VirtualAddress address_;
};

}  // namespace

bool is_scope(std::string_view word) {
    static constexpr std::array<std::string_view, 5> names{"global", "site", "link", "host", "nowhere"};
    if (std::ranges::find(names, word) != names.end()) return true;
    auto const number = parse_number(word);
    return number && *number >= 0 && *number <= 255;
}

std::optional<Prefix> read_prefix(Reading& reading, Token const& word, std::string_view effect) {
    if (auto const prefix = Prefix::parse(word.text)) return prefix;
    auto const slash = word.text.find('/');
    auto const address = Address::parse(word.text.substr(0, slash));
    if (!address || slash == std::string_view::npos) {
        reading.reporter.warn(word.position, "bad-address",
                              fmt::format("`{}` is no IP address: {}", word.text, effect));
        return std::nullopt;
    }
    auto const host = Prefix::host(*address);
    reading.reporter.warn(word.position, "bad-prefix",
                          fmt::format("`{}` is no prefix length: /{} is used, as in keepalived",
                                      word.text.substr(slash + 1), host.length));
    return host;
}

void read_virtual_addresses(Reading& reading, Statement const& list, std::vector<model::VirtualAddress>& addresses) {
    for (auto const& line : list.block)
        if (auto address = AddressLine(reading, line).read()) addresses.push_back(std::move(*address));
}

}  // namespace drover::config
