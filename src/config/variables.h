// $NAME=value, what $NAME and ${NAME} stand for, and the variables that every file has: ${_PWD}, ${_RANDOM 1 10}, ...
#pragma once

#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/environment.h"
#include "config/load.h"
#include "config/text_line.h"

namespace drover::config {

/// How much more may be made of the files.
struct Budget {
    std::size_t lines;
    std::size_t bytes;
    bool take_line() { return lines > 0 && lines-- > 0; }
    /// False, and nothing is left, when it is too much.
    bool take_bytes(std::size_t count) {
        bytes = count > bytes ? 0 : bytes - count;
        return bytes > 0;
    }
    bool is_spent() const { return lines == 0 || bytes == 0; }
};

/// "$NAME" or "${NAME}" or "${_NAME arguments}" in a text.
struct Reference {
    std::string_view name;
    std::string_view arguments;
    std::size_t length = 0;  ///< of the whole reference
};

/// "." for a name without a slash.
std::string directory_of(std::string const& file);

std::optional<Reference> reference_at(std::string_view text, std::size_t at);

class Variables {
public:
    Variables(Host const& host, Budget& budget, int depth)
        : host_(host), budget_(budget), depth_(depth), random_(host.random_seed()) {}

    /// One line, or several for a definition that went on with `\`.
    void define(std::string name, std::vector<TextLine> lines) { values_[std::move(name)] = std::move(lines); }
    void define(std::string name, std::string_view value, Span const& origin);

    /// The lines behind a variable of several lines; nullptr: it has one, or is unknown.
    std::vector<TextLine> const* lines_of(std::string_view name) const;
    /// The value of a one-line or built-in variable with all that it refers to replaced; nothing: it is unknown, and
    /// the reference stays in the text. `file`: where the reference stands.
    std::optional<std::string> value_of(Reference const& reference, std::string const& file, bool in_quotes);

private:
    std::optional<std::string> built_in(Reference const& reference, std::string const& file, bool in_quotes);
    std::string replaced(std::string_view text, std::string const& file, int depth);
    std::string random_number(std::string_view arguments);

    Host const& host_;
    Budget& budget_;
    int depth_;
    std::minstd_rand random_;
    std::unordered_map<std::string, std::vector<TextLine>> values_;
};

}  // namespace drover::config
