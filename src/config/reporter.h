// Collects what is to be said, each thing once.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/diagnostic.h"
#include "config/source.h"

namespace drover::config {

class Reporter {
public:
    explicit Reporter(Sources const& sources) : sources_(sources) {}

    /// What one diagnostic can be named by later.
    using Index = std::size_t;

    Index note(Position const& at, std::string_view code, std::string message, std::string suggestion = {});
    /// Something that keepalived complains of too: counts as `corrected`.
    Index warn(Position const& at, std::string_view code, std::string message, std::string suggestion = {});
    /// Something that keepalived lets pass in silence: does not count.
    Index advise(Position const& at, std::string_view code, std::string message, std::string suggestion = {});
    Index error(Position const& at, std::string_view code, ExitCode exit_code, std::string message);
    /// A warning with an exit code of its own.
    Index warn_with(Position const& at, std::string_view code, ExitCode exit_code, std::string message);

    /// True the first time that `subject` comes up; else the place is added to what was said then, if something was.
    bool first(std::string const& subject, Position const& at);
    /// What was said last is what first() was asked for.
    void remember(std::string const& subject);
    /// first(), then note() or advise() or warn(), then remember().
    void note_once(std::string const& subject, Position const& at, std::string_view code, std::string message);
    void advise_once(std::string const& subject, Position const& at, std::string_view code, std::string message);
    void warn_once(std::string const& subject, Position const& at, std::string_view code, std::string message,
                   std::string suggestion = {});

    /// Adds a consequence to what was said: "; so the instance ...".
    void extend(Index index, std::string_view consequence);

    /// In the order of the files and lines.
    std::vector<Diagnostic> take();

private:
    Index add(Severity severity, Position const& at, std::string_view code, int exit_code, std::string message,
              std::string suggestion);

    Sources const& sources_;
    std::vector<Diagnostic> diagnostics_;
    std::unordered_map<std::string, Index> said_;
};

}  // namespace drover::config
