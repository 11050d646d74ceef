#include "config/suggestion.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace drover::config {

namespace {

constexpr std::size_t longest_word = 40;  // nobody misspells a keyword into something longer
constexpr std::size_t most_edits = 3;
constexpr std::size_t shortest_ending = 5;

std::string normalized(std::string_view word) {
    std::string out(word);
    for (char& c : out) c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

std::vector<std::string_view> words_of(Context const& context) {
    std::vector<std::string_view> words;
    for (auto const& keyword : context.keywords)
        if (keyword.treatment != Treatment::gone) words.push_back(keyword.word);
    return words;
}

std::string joined(std::string_view word, std::span<std::string_view const> following, Context const& context) {
    std::string name(word);
    for (auto const next : following) {
        name += '_';
        name += next;
        if (name.size() > longest_word) break;
        if (context.find(name) != nullptr) return name;
    }
    return {};
}

/// A keyword followed at once by what cannot belong to it.
std::string parted(std::string_view word, Context const& context) {
    std::string_view best;
    for (auto const& keyword : context.keywords) {
        if (!word.starts_with(keyword.word) || keyword.word.size() <= best.size()) continue;
        auto const next = static_cast<unsigned char>(word[keyword.word.size()]);
        if (std::isalpha(next) == 0 && next != '_' && next != '-') best = keyword.word;
    }
    return best.empty() ? std::string{} : std::string(best) + " " + std::string(word.substr(best.size()));
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

std::string_view nearest(std::string_view word, std::span<std::string_view const> candidates) {
    if (word.empty() || word.size() > longest_word) return {};
    auto const plain = normalized(word);
    std::string_view best;
    auto best_distance = std::clamp<std::size_t>(word.size() / 3, 1, most_edits) + 1;
    for (auto const candidate : candidates) {
        auto const candidate_plain = normalized(candidate);
        auto const difference =
            std::max(plain.size(), candidate_plain.size()) - std::min(plain.size(), candidate_plain.size());
        if (difference >= best_distance) continue;
        auto const distance = edit_distance(plain, candidate_plain);
        if (distance >= best_distance) continue;
        best = candidate;
        best_distance = distance;
    }
    if (!best.empty() || word.size() < shortest_ending) return best;
    auto const whole = std::ranges::find_if(candidates, [&](std::string_view c) { return c.ends_with(word); });
    return whole == candidates.end() ? std::string_view{} : *whole;
}

std::string suggestion_for(std::string_view word, std::span<std::string_view const> following, Context const& context) {
    if (word.size() > longest_word) return parted(word, context);
    if (auto name = joined(word, following, context); !name.empty()) return name;
    if (auto apart = parted(word, context); !apart.empty()) return apart;
    return std::string(nearest(word, words_of(context)));
}

}  // namespace drover::config
