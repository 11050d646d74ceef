#include "control/ipvsadm_lines.h"

#include <utility>

namespace drover::control::ipvsadm {

namespace {

constexpr std::string_view kBlanks = " \t\r";

Lines::Words words_of(std::string_view line) {
    Lines::Words words;
    while (true) {
        auto const begin = line.find_first_not_of(kBlanks);
        if (begin == line.npos) return words;
        line.remove_prefix(begin);
        auto const word = line.substr(0, line.find_first_of(kBlanks));
        if (word.starts_with('#')) return words;
        if (word != "ipvsadm") words.emplace_back(word);
        line.remove_prefix(word.size());
    }
}

}  // namespace

std::vector<Lines::Words> Lines::add(std::string_view bytes) {
    std::vector<Words> lines;
    for (auto end = bytes.find('\n'); end != bytes.npos; end = bytes.find('\n')) {
        begun_ += bytes.substr(0, end);
        if (auto words = words_of(begun_); !words.empty()) lines.push_back(std::move(words));
        begun_.clear();
        bytes.remove_prefix(end + 1);
    }
    begun_ += bytes;
    return lines;
}

Lines::Words Lines::rest() { return words_of(std::exchange(begun_, {})); }

}  // namespace drover::control::ipvsadm
