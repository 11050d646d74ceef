#include "sync/handover.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace drover::sync {

namespace {

using Kind = HandoverLetter::Kind;

constexpr std::array kinds{
    std::pair{Kind::prepare, std::string_view("prepare")}, std::pair{Kind::ready, std::string_view("ready")},
    std::pair{Kind::take, std::string_view("take")},       std::pair{Kind::taken, std::string_view("taken")},
    std::pair{Kind::refused, std::string_view("refused")},
};

std::string_view take_until(std::string_view& text, char end) {
    auto const at = std::min(text.find(end), text.size());
    auto const head = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return head;
}

/// "51 10.9.0.1": the family is the address's.
std::optional<model::HandoverPart> part_in(std::string_view line) {
    auto const number = take_until(line, ' ');
    unsigned virtual_router_id = 0;
    auto const [end, error] = std::from_chars(number.data(), number.data() + number.size(), virtual_router_id);
    auto const own = Address::parse(std::string(line));
    if (error != std::errc() || end != number.data() + number.size() || virtual_router_id < 1 ||
        virtual_router_id > 255 || !own)
        return std::nullopt;
    return model::HandoverPart{static_cast<std::uint8_t>(virtual_router_id), *own};
}

}  // namespace

std::string write(HandoverLetter const& letter) {
    auto const kind = std::ranges::find(kinds, letter.kind, &std::pair<Kind, std::string_view>::first);
    auto text = std::string(kind->second) + "\n";
    for (auto const& part : letter.parts) text += fmt::format("{} {}\n", part.virtual_router_id, part.own.text());
    if (letter.kind == Kind::refused) text += letter.why + "\n";
    return text;
}

Result<HandoverLetter> read_handover_letter(std::string_view text) {
    auto const no_letter = [] { return fail("the peer sent what is no word about a handover", EPROTO); };
    auto const kind = std::ranges::find(kinds, take_until(text, '\n'), &std::pair<Kind, std::string_view>::second);
    if (kind == kinds.end()) return no_letter();
    HandoverLetter letter{kind->first};
    if (letter.kind == Kind::refused) letter.why = take_until(text, '\n');
    while (!text.empty()) {
        auto const part = part_in(take_until(text, '\n'));
        if (!part) return no_letter();
        letter.parts.push_back(*part);
    }
    return letter;
}

}  // namespace drover::sync
