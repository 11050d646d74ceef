// A line as it counts: with variables replaced, and still knowing for every byte where in which file it came from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/source.h"

namespace drover::config {

class TextLine {
public:
    TextLine() = default;
    /// A stretch of a source as it stands there.
    TextLine(std::string_view text, Span const& start) : text_(text), start_(start) {}

    std::string_view text() const { return owned_.empty() ? text_ : std::string_view(owned_); }
    bool is_composed() const { return !owned_.empty(); }

    /// The place of text()[from, from + length); if that came from several places, of its beginning.
    Span span(std::size_t from, std::size_t length) const;
    /// What is left from `from` on.
    TextLine suffix(std::size_t from) const;

    /// Adds what stands in a source.
    void append(std::string_view text, Span const& start) { append(text, start, true); }
    /// Adds text that stands nowhere (a value): all of it is at `origin`.
    void append_value(std::string_view text, Span const& origin) { append(text, origin, false); }
    /// Adds a part of another line.
    void append(TextLine const& other, std::size_t from, std::size_t length);

private:
    struct Piece {
        std::size_t at;  // in owned_
        Span source;
        bool literal;  // byte by byte as in the source; else all at `source`
    };
    void append(std::string_view text, Span const& source, bool literal);

    std::string_view text_;  // of a source
    Span start_;
    std::string owned_;
    std::vector<Piece> pieces_;
};

}  // namespace drover::config
