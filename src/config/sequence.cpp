#include "config/sequence.h"

#include <algorithm>
#include <charconv>

namespace drover::config {

namespace {

std::string trimmed(std::string_view text) {
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

/// Cuts at commas outside braces.
std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> words;
    std::size_t start = 0;
    int depth = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && text[i] == '{') ++depth;
        if (i < text.size() && text[i] == '}') --depth;
        if (i < text.size() && (text[i] != ',' || depth > 0)) continue;
        words.push_back(trimmed(text.substr(start, i - start)));
        start = i + 1;
    }
    return words;
}

std::vector<std::string> members(std::string_view word) {
    if (!word.starts_with('{') || !word.ends_with('}') || word.size() < 2) return {std::string(word)};
    return split(word.substr(1, word.size() - 2));
}

std::optional<std::int64_t> number(std::string_view text, int base) {
    std::int64_t value = 0;
    auto const* const end = text.data() + text.size();
    auto const [next, error] = std::from_chars(text.data(), end, value, base);
    if (text.empty() || error != std::errc{} || next != end) return std::nullopt;
    return value;
}

}  // namespace

std::optional<Sequence> Sequence::parse(std::string_view text) {
    for (std::string_view const word : {"~SEQx(", "~SEQ(", "~LST("}) {
        if (!text.starts_with(word)) continue;
        Sequence sequence;
        auto const close = text.find(')');
        sequence.length_ = std::min(close, text.size() - 1) + 1;
        if (close == std::string_view::npos) return sequence;
        auto const words = split(text.substr(word.size(), close - word.size()));
        if (word == "~LST(")
            sequence.parse_list(words);
        else
            sequence.parse_numbers(words, word == "~SEQx(" ? 16 : 10);
        return sequence;
    }
    return std::nullopt;
}

void Sequence::parse_numbers(std::vector<std::string> const& words, int base) {
    if (words.size() < 2 || words.size() > 4 || words[0].empty()) return;
    auto const start = words.size() > 2 ? number(words[1], base) : std::optional<std::int64_t>(1);
    auto const end = number(words.back(), base);
    if (!start || !end) return;
    auto const step = words.size() == 4 ? number(words[2], base) : std::optional<std::int64_t>(*start <= *end ? 1 : -1);
    if (!step || *step == 0) return;
    names_ = {words[0]};
    base_ = base;
    value_ = *start;
    step_ = *step;
    end_ = *end;
}

void Sequence::parse_list(std::vector<std::string> const& words) {
    auto const names = members(words[0]);
    if (words.size() < 2 || std::ranges::any_of(names, &std::string::empty)) return;
    for (std::size_t i = 1; i < words.size(); ++i) {
        rows_.push_back(names.size() == 1 ? std::vector{words[i]} : members(words[i]));
        if (rows_.back().size() != names.size()) return;
    }
    names_ = names;
}

bool Sequence::next(std::vector<std::string>& values) {
    if (base_ == 0) {
        if (row_ == rows_.size()) return false;
        values = rows_[row_++];
        return true;
    }
    if (done_ || (step_ > 0 ? value_ > end_ : value_ < end_)) return false;
    char digits[24];
    auto const last = std::to_chars(digits, digits + sizeof digits, value_, base_).ptr;
    values = {std::string(digits, last)};
    done_ = __builtin_add_overflow(value_, step_, &value_);
    return true;
}

}  // namespace drover::config
