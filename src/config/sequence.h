// ~SEQ(name, start, step, end), ~SEQx(...) in hexadecimal, ~LST(name, a, b, ...) and ~LST({x, y}, {1, 2}, ...): a line
// that is read once for every value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace drover::config {

class Sequence {
public:
    /// Nothing when `text` does not begin with one of the words and a parenthesis; else see is_valid().
    static std::optional<Sequence> parse(std::string_view text);

    bool is_valid() const { return !names_.empty(); }
    /// Of the text up to and with the closing parenthesis, or up to the end of what was understood.
    std::size_t length() const { return length_; }
    std::vector<std::string> const& names() const { return names_; }
    /// One value for each name, round by round; false when there are no more.
    bool next(std::vector<std::string>& values);

private:
    void parse_numbers(std::vector<std::string> const& words, int base);
    void parse_list(std::vector<std::string> const& words);

    std::size_t length_ = 0;
    std::vector<std::string> names_;
    std::vector<std::vector<std::string>> rows_;  // of ~LST
    std::size_t row_ = 0;
    std::int64_t value_ = 0, step_ = 0, end_ = 0;
    int base_ = 0;  // of ~SEQ; 0: it is a list
    bool done_ = false;
};

}  // namespace drover::config
