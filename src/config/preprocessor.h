// Makes one stream of tokens of a file and all that it includes: @id lines, $variables, ~SEQ and ~LST, include.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/environment.h"
#include "config/reporter.h"

namespace drover::config {

class Preprocessor {
public:
    Preprocessor(FileSource& files, Host const& host, Reporter& reporter)
        : files_(files), host_(host), reporter_(reporter) {}

    /// Fails only when `path` itself cannot be read.
    Result<std::vector<Token>> run(std::string const& path);

private:
    void read_source(Source const& source, int depth);
    /// Takes a definition that begins on this line off; returns how many lines it is long, 0: it is none.
    std::size_t define(Source const& source, std::size_t line);
    void read_line(Source const& source, int line, std::string text, int depth);
    bool keep_conditional(std::string& text) const;
    bool repeat(Source const& source, int line, std::string const& text, int depth);
    std::string replace(std::string text, int depth) const;
    void include(std::vector<Token> const& words, Source const& source, int depth);

    FileSource& files_;
    Host const& host_;
    Reporter& reporter_;
    std::map<std::string, std::string> variables_;
    std::vector<Token> tokens_;
};

}  // namespace drover::config
