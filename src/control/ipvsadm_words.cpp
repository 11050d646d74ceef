#include "control/ipvsadm_words.h"

#include <algorithm>

namespace drover::control::ipvsadm {

Words::Item Words::next() {
    if (!bundle_.empty()) return short_option();
    while (at_ < words_.size()) {
        auto const& word = words_[at_++];
        if (word == "--") {
            leftover_.insert(leftover_.end(), words_.begin() + static_cast<std::ptrdiff_t>(at_), words_.end());
            at_ = words_.size();
        } else if (word.starts_with("--")) {
            return long_option(word);
        } else if (word.size() > 1 && word.front() == '-') {
            typed_ = word;
            bundle_ = std::string_view(word).substr(1);
            return short_option();
        } else {
            leftover_.push_back(word);
        }
    }
    return End{};
}

Words::Item Words::long_option(std::string const& typed) {
    auto const text = std::string_view(typed).substr(2);
    auto const equals = text.find('=');
    auto const known = std::ranges::find(vocabulary(), text.substr(0, equals), &Word::long_name);
    if (known == vocabulary().end()) return Broken{typed, "unknown option"};
    bool const has_value = equals != std::string_view::npos;
    if (has_value && known->argument == Argument::none) return Broken{typed, "option does not take an argument"};
    return found(*known, has_value ? text.substr(equals + 1) : std::string_view{}, has_value, typed);
}

Words::Item Words::short_option() {
    auto const letter = bundle_.front();
    bundle_.remove_prefix(1);
    auto const known = std::ranges::find(vocabulary(), letter, &Word::letter);
    if (letter == '\0' || known == vocabulary().end()) {
        bundle_ = {};
        return Broken{typed_, "unknown option"};
    }
    if (known->argument == Argument::none) return Found{&*known, std::nullopt, typed_};
    auto value = bundle_;
    bundle_ = {};
    bool const attached = !value.empty();
    if (value.starts_with('=')) value.remove_prefix(1);
    return found(*known, value, attached, typed_);
}

Words::Item Words::found(Word const& word, std::string_view attached, bool has_attached, std::string const& typed) {
    if (word.argument == Argument::none) return Found{&word, std::nullopt, typed};
    if (has_attached) return Found{&word, std::string(attached), typed};
    bool const more = at_ < words_.size();
    if (word.argument == Argument::optional) {
        if (!more || words_[at_].starts_with('-')) return Found{&word, std::nullopt, typed};
    } else if (!more) {
        return Broken{typed, "missing argument"};
    }
    auto const& value = words_[at_++];
    return Found{&word, value, value};
}

}  // namespace drover::control::ipvsadm
