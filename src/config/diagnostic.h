// What is to be said about a configuration file, each thing once, with the place it is about.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace drover::config {

enum class Severity {
    note,     ///< good to know: the file is right ("known, not carried out yet")
    warning,  ///< something is ignored, put right or left out
    error,    ///< the file cannot be used
};

/// "note", "warning", "error".
std::string_view name(Severity severity);

/// The exit codes of `drover check`, which are those of `keepalived -t` where that has one (the numbers that
/// keepalived 2.2.7 gives, not those of its manual page). Of several that apply, unusable files come first, then the
/// highest. What counts as `corrected` is what keepalived complains of: a misspelt keyword, a value out of range, a
/// missing brace. Notes ("known, but not carried out yet") never count, nor do warnings of what keepalived lets pass in
/// silence: a word cut by a comment sign, a script that does not exist, a service that this version leaves out.
enum ExitCode : int {
    clean = 0,
    missing_argument = 2,  ///< a keyword without its argument: keepalived refuses to start
    cannot_run = 4,        ///< the file cannot be read
    corrected = 5,         ///< something was ignored or put right
    insecure_scripts = 6,  ///< scripts would run as root that others than root may change; a missing file of includem
};

struct Position {
    std::string file;
    int line = 0;    ///< from 1; 0: the file as a whole
    int column = 0;  ///< from 1, in characters; a file that is not UTF-8 is counted in bytes
    int length = 0;  ///< characters to underline
    bool operator==(Position const&) const = default;
};

struct Diagnostic {
    Severity severity = Severity::warning;
    Position position;
    std::string code;            ///< a stable word: "unknown-keyword"
    std::string message;         ///< one sentence without a full stop
    std::string suggestion;      ///< what was meant, if that can be told
    std::string source;          ///< the line it is about, as it is in the file
    std::vector<Position> also;  ///< further places of which the same would be said
    int exit_code = clean;       ///< what it makes of the exit code at least
};

/// clean; missing_argument or cannot_run if one of them makes the file unusable; else the highest.
int exit_code_of(std::vector<Diagnostic> const& diagnostics);

/// "FILE:LINE:COLUMN: warning: MESSAGE", the line, and what it is about underlined. With colours for a terminal. Always
/// valid UTF-8 without control characters, whatever the file holds.
std::string render_text(Diagnostic const& diagnostic, bool colour);
std::string render_text(std::vector<Diagnostic> const& diagnostics, bool colour);

/// {"exit_code": N, "diagnostics": [{"severity", "code", "file", "line", "column", "length", "message", "suggestion",
/// "source", "also": [{"file", "line", "column", "length"}]}]}; suggestion is null where there is none.
std::string render_json(std::vector<Diagnostic> const& diagnostics, int exit_code);

}  // namespace drover::config
