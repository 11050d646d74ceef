// From lines to words, as keepalived cuts them: blanks and tabs part words, `"` holds them together, `!` and `#` begin
// a comment anywhere outside quotes (`\!` and `\#` do not), `{` and `}` stand for themselves wherever they are.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "config/reporter.h"
#include "config/source.h"
#include "config/text_line.h"

namespace drover::config {

struct Token {
    enum class Kind : std::uint8_t { word, open, close, end_of_line };
    Kind kind = Kind::word;
    std::string_view text;  ///< without quotes and escapes
    Spot position;
    bool quoted = false;
    bool first = false;        ///< nothing but blanks stands in front of it on its line
    std::uint16_t indent = 0;  ///< of the line: blanks in front of it, a tab reaching to the next multiple of 8
    std::string_view raw{};    ///< as it stands in its line; the words of one line lie in one string
};

class Lexer {
public:
    Lexer(Sources const& sources, Reporter& reporter) : sources_(sources), reporter_(reporter) {}

    /// So many bytes more will be read: makes room for their tokens, so that few have to be moved later.
    void expect(std::size_t bytes);
    /// Adds the line's tokens and, if there are any, an end_of_line.
    void read(TextLine const& line);

    std::vector<Token> const& tokens() const { return tokens_; }

private:
    friend class LineLexer;
    Sources const& sources_;
    Reporter& reporter_;
    std::vector<Token> tokens_;
    std::deque<std::string> kept_;                   // composed lines and words without escapes, which stand in no source
    std::unordered_set<std::uint32_t> blanks_told_;  // files of which the no-break spaces were named
};

/// Offset of the comment sign that ends the line's text; its size if there is none.
std::size_t comment_start(std::string_view text);
/// Bytes of the blank at text[at], 0 if there is none there. `utf8`: U+00A0 is one.
std::size_t blank_length(std::string_view text, std::size_t at, bool utf8);

}  // namespace drover::config
