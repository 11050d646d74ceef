// From bytes to words, as keepalived cuts them (research: parser.c, alloc_strvec): blanks and tabs part words, `"` holds
// them together, `!` and `#` begin a comment anywhere outside quotes, `{` and `}` stand for themselves wherever they are.
// Places are kept to the character.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"

namespace drover::config {

struct Token {
    enum class Kind { word, open, close, end_of_line };
    Kind kind = Kind::word;
    std::string text;
    Position position;
    bool quoted = false;
};

/// One file's text with its lines, for diagnostics.
class Source {
public:
    /// `bytes` in any encoding: valid UTF-8 is counted in characters, anything else (GBK) in bytes.
    Source(std::string file, std::string bytes);

    std::string const& file() const { return file_; }
    std::vector<std::string> const& lines() const { return lines_; }
    /// Whole file is valid UTF-8: then C2 A0 is a no-break space; in GBK it is a letter.
    bool is_utf8() const { return utf8_; }
    /// The character column (from 1) of a byte offset in a line.
    int column_of(std::size_t line, std::size_t byte) const;
    Diagnostic about(Severity severity, int line, int column, int length, std::string code, std::string message) const;

private:
    std::string file_;
    std::vector<std::string> lines_;
    bool utf8_ = false;
};

/// Tokens of one line (its number from 1), always with an end_of_line at the end. `text` is the line as it counts, with
/// variables replaced; columns are those of `text`.
std::vector<Token> lex_line(Source const& source, int line, std::string_view text, std::vector<Diagnostic>& diagnostics);

/// Things about the file as a whole: a byte order mark, no-break spaces (each once), NUL bytes.
void check_encoding(Source const& source, std::vector<Diagnostic>& diagnostics);

}  // namespace drover::config
