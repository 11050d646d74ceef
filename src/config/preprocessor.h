// Makes one stream of words of a file and all that it includes: @id lines, $variables, ~SEQ and ~LST, include.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/environment.h"
#include "config/lexer.h"
#include "config/load.h"
#include "config/variables.h"

namespace drover::config {

class Preprocessor {
public:
    Preprocessor(FileSource& files, Host const& host, Limits const& limits, Sources& sources, Reporter& reporter,
                 Lexer& lexer);

    /// An error only when `path` itself cannot be read.
    Result<void> run(std::string const& path);

private:
    struct Include;
    void read_source(std::uint32_t file);
    void check_line(std::uint32_t file, std::uint32_t line);
    TextLine whole_line(std::uint32_t file, std::uint32_t line) const;
    /// False: the line is for another host.
    bool keep_conditional(TextLine& line) const;
    /// Takes a definition off that begins with this line; returns the number of the line after it, 0: it is none.
    std::uint32_t define(TextLine const& line, std::uint32_t number);
    void read_line(TextLine const& line, int depth);
    bool repeat(TextLine const& line, int depth);
    void replace(TextLine const& line, std::size_t first, int depth);
    void splice(TextLine before, std::vector<TextLine> lines, TextLine const& rest, int depth);
    std::optional<Include> parse_include(TextLine const& line) const;
    void include(Include const& what);
    void include_path(std::string const& path, Span const& at);
    void complain_nothing_included(Include const& include);
    std::string_view trimmed(TextLine const& line) const;
    bool utf8(TextLine const& line) const;

    FileSource& files_;
    Host const& host_;
    Limits limits_;
    Sources& sources_;
    Reporter& reporter_;
    Lexer& lexer_;
    Budget budget_;
    Variables variables_;
    std::vector<std::string> open_files_;  // each included by the one before it
};

}  // namespace drover::config
