// Collects diagnostics and knows the lines they are about.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "config/diagnostic.h"
#include "config/lexer.h"

namespace drover::config {

class Reporter {
public:
    Source const& add_source(std::string file, std::string bytes);

    void note(Position const& at, std::string code, std::string message, std::string suggestion = {});
    void warn(Position const& at, std::string code, std::string message, std::string suggestion = {});
    void error(Position const& at, std::string code, std::string message);
    /// The same as note(), but only the first time that `subject` comes with this code.
    void note_once(std::string const& subject, Position const& at, std::string code, std::string message);
    void warn_once(std::string const& subject, Position const& at, std::string code, std::string message);

    std::vector<Diagnostic>& list() { return diagnostics_; }
    /// In the order of the places they are about.
    std::vector<Diagnostic> take();

private:
    void add(Severity severity, Position const& at, std::string code, std::string message, std::string suggestion);

    std::map<std::string, std::unique_ptr<Source>> sources_;
    std::map<std::string, int> order_;  // of files
    std::vector<Diagnostic> diagnostics_;
    std::set<std::pair<std::string, std::string>> said_;
};

}  // namespace drover::config
