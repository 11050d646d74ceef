#include "config/read_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "config/read_addresses.h"
#include "config/route_tables.h"

namespace drover::config {

namespace {

using Action = model::VirtualRule::Action;

constexpr std::string_view effect = "the rule is without effect";
constexpr std::int64_t largest_number = 4294967295;

/// Selectors and actions of ip-rule(8) that keepalived takes and this version does not: without them a rule would fit
/// other packets than it shall.
constexpr std::array<std::string_view, 12> later_words{
    "not",
    "tunnel_id",
    "suppress_prefixlength",
    "suppress_prefixlen",
    "suppress_ifgroup",
    "suppress_group",
    "uidrange",
    "ipproto",
    "sport",
    "dport",
    "l3mdev",
    "goto",
};

/// Decimal or 0x and hexadecimal digits.
std::optional<std::uint32_t> parse_mark(std::string_view text) {
    int const base = text.starts_with("0x") ? 16 : 10;
    if (base == 16) text.remove_prefix(2);
    std::uint32_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

class RuleLine {
public:
    RuleLine(Reading& reading, Statement const& line) : reading_(reading), words_(line.words) {}

    std::optional<model::VirtualRule> read() {
        rule_.origin = Reading::origin(words_[0].position);
        for (at_ = 0; at_ < words_.size() && usable_; ++at_) read_word(words_[at_]);
        if (usable_ && !has_action_) leave_out(words_[0], "bad-rule", "this rule has no `lookup` or other action");
        if (usable_ && !rule_.preference)
            reading_.reporter.warn_once(
                "rule without preference", words_[0].position, "rule-without-preference",
                "a rule should say its `preference`, or the order of rules depends on what else is set");
        if (!usable_) return std::nullopt;
        return rule_;
    }

private:
    void read_word(Token const& word) {
        auto const text = word.text;
        if (text == "from") return read_selector(word, rule_.from);
        if (text == "to") return read_selector(word, rule_.to);
        if (text == "table" || text == "lookup") return read_table(word);
        if (text == "preference" || text == "pref" || text == "priority" || text == "prio" || text == "order")
            return read_preference(word);
        if (text == "fwmark") return read_fwmark(word);
        if (text == "tos" || text == "dsfield") return read_tos(word);
        if (text == "iif" || text == "dev") return read_interface(word, rule_.iif);
        if (text == "oif") return read_interface(word, rule_.oif);
        if (text == "blackhole") return act(Action::blackhole);
        if (text == "unreachable") return act(Action::unreachable);
        if (text == "prohibit") return act(Action::prohibit);
        if (text == "type" || text == "no_track") return;
        if (text == "track_group" || text == "realms" || text == "protocol") return void(value_of(word));
        if (std::ranges::find(later_words, text) != later_words.end()) {
            reading_.reporter.note_once(
                fmt::format("not-yet rule {}", text), word.position, "not-yet",
                fmt::format("`{}` of a rule is known, but not carried out yet: the rule is left "
                            "out",
                            text));
            usable_ = false;
            return;
        }
        leave_out(word, "unknown-option", fmt::format("`{}` is no word of a rule", text));
    }

    Token const* value_of(Token const& option) {
        if (at_ + 1 < words_.size()) return &words_[++at_];
        leave_out(option, "missing-value", fmt::format("`{}` needs a value", option.text));
        return nullptr;
    }

    void read_selector(Token const& option, std::optional<Prefix>& selector) {
        auto const* const value = value_of(option);
        if (value == nullptr || value->text == "all" || value->text == "any" || value->text == "default") return;
        auto const prefix = read_prefix(reading_, *value, effect);
        if (!prefix) {
            usable_ = false;
            return;
        }
        auto const family = prefix->address.family();
        if ((rule_.from || rule_.to) && family != rule_.family)
            return leave_out(*value, "mixed-families", "`from` and `to` are of different families");
        selector = prefix;
        rule_.family = family;
    }

    void read_table(Token const& option) {
        auto const* const value = value_of(option);
        if (value == nullptr) return;
        auto const named = table_named(value->text);
        auto const number = named ? named : parse_number(value->text);
        if (!number || *number < 1 || *number > largest_number)
            return leave_out(*value, "bad-number", fmt::format("`{}` is no routing table", value->text));
        rule_.table = static_cast<std::uint32_t>(*number);
        act(Action::lookup);
    }

    void read_preference(Token const& option) {
        auto const* const value = value_of(option);
        if (value == nullptr) return;
        auto const number = parse_number(value->text);
        if (!number || *number < 0 || *number > largest_number)
            return leave_out(*value, "bad-number", fmt::format("`{}` is no preference", value->text));
        rule_.preference = static_cast<std::uint32_t>(*number);
    }

    void read_fwmark(Token const& option) {
        auto const* const value = value_of(option);
        if (value == nullptr) return;
        auto const slash = value->text.find('/');
        rule_.mark = parse_mark(value->text.substr(0, slash));
        if (slash != std::string_view::npos) rule_.mask = parse_mark(value->text.substr(slash + 1));
        if (!rule_.mark || (slash != std::string_view::npos && !rule_.mask))
            leave_out(*value, "bad-number", fmt::format("`{}` is no mark", value->text));
    }

    void read_tos(Token const& option) {
        auto const* const value = value_of(option);
        if (value == nullptr) return;
        auto const number = parse_mark(value->text);
        if (!number || *number > 255)
            return leave_out(*value, "bad-number", fmt::format("`{}` is no type of service", value->text));
        rule_.tos = static_cast<std::uint8_t>(*number);
    }

    void read_interface(Token const& option, std::string& interface) {
        if (auto const* const value = value_of(option)) interface = value->text;
    }

    void act(Action action) {
        rule_.action = action;
        has_action_ = true;
    }

    void leave_out(Token const& word, std::string_view code, std::string message) {
        reading_.reporter.warn(word.position, code, fmt::format("{}: {}", message, effect));
        usable_ = false;
    }

    Reading& reading_;
    std::span<Token const> words_;
    std::size_t at_ = 0;
    bool usable_ = true, has_action_ = false;
    model::VirtualRule rule_;
};

}  // namespace

void read_rules(Reading& reading, Statement const& list, std::vector<model::VirtualRule>& rules) {
    for (auto const& line : list.block)
        if (auto rule = RuleLine(reading, line).read()) rules.push_back(std::move(*rule));
}

}  // namespace drover::config
