// What is to be said about a configuration file, each thing once, with the place it is about.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace drover::config {

enum class Severity {
    note,     ///< good to know; the file is right ("known, not carried out yet")
    warning,  ///< something is ignored or put right
    error,    ///< the file cannot be used
};

/// "note", "warning", "error".
std::string_view name(Severity severity);

struct Position {
    std::string file;
    int line = 0;    ///< from 1; 0: the file as a whole
    int column = 0;  ///< from 1, in characters (a character of UTF-8, else a byte)
    int length = 0;  ///< characters to underline
    bool operator==(Position const&) const = default;
};

struct Diagnostic {
    Severity severity = Severity::warning;
    Position position;
    std::string code;        ///< a stable word: "unknown-keyword"
    std::string message;     ///< one sentence without a full stop
    std::string suggestion;  ///< the word that was meant, if there is one
    std::string source;      ///< the line it is about, for underlining
};

/// The exit statuses of `drover check`: keepalived -t's, where it has them.
enum ExitCode : int {
    clean = 0,
    missing_argument = 2,  ///< a keyword without its argument: keepalived gives up there
    cannot_run = 4,        ///< the file cannot be read
    corrected = 5,         ///< something was ignored or put right
    insecure_scripts = 6,  ///< only complaints about scripts run as root without enable_script_security
};

/// "FILE:LINE:COLUMN: warning: MESSAGE", the line, and what it is about underlined. With colours for a terminal.
std::string render_text(Diagnostic const& diagnostic, bool colour);
std::string render_text(std::vector<Diagnostic> const& diagnostics, bool colour);

/// {"exit_code": N, "diagnostics": [{"severity", "code", "file", "line", "column", "length", "message", "suggestion"}]}
std::string render_json(std::vector<Diagnostic> const& diagnostics, int exit_code);

}  // namespace drover::config
