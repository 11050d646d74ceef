#include "config/reporter.h"

#include <algorithm>
#include <tuple>

namespace drover::config {

Source const& Reporter::add_source(std::string file, std::string bytes) {
    order_.try_emplace(file, static_cast<int>(order_.size()));
    auto& source = sources_[file];
    source = std::make_unique<Source>(file, std::move(bytes));
    return *source;
}

void Reporter::add(Severity severity, Position const& at, std::string code, std::string message, std::string suggestion) {
    Diagnostic diagnostic{severity, at, std::move(code), std::move(message), std::move(suggestion), {}};
    auto const source = sources_.find(at.file);
    auto const line = static_cast<std::size_t>(std::max(at.line, 0));
    if (source != sources_.end() && line >= 1 && line <= source->second->lines().size())
        diagnostic.source = source->second->lines()[line - 1];
    diagnostics_.push_back(std::move(diagnostic));
}

void Reporter::note(Position const& at, std::string code, std::string message, std::string suggestion) {
    add(Severity::note, at, std::move(code), std::move(message), std::move(suggestion));
}

void Reporter::warn(Position const& at, std::string code, std::string message, std::string suggestion) {
    add(Severity::warning, at, std::move(code), std::move(message), std::move(suggestion));
}

void Reporter::error(Position const& at, std::string code, std::string message) {
    add(Severity::error, at, std::move(code), std::move(message), {});
}

void Reporter::note_once(std::string const& subject, Position const& at, std::string code, std::string message) {
    if (said_.emplace(code, subject).second) note(at, std::move(code), std::move(message));
}

void Reporter::warn_once(std::string const& subject, Position const& at, std::string code, std::string message) {
    if (said_.emplace(code, subject).second) warn(at, std::move(code), std::move(message));
}

std::vector<Diagnostic> Reporter::take() {
    std::map<std::tuple<int, int, int, std::size_t>, Diagnostic> sorted;
    for (auto& diagnostic : diagnostics_) {
        auto const file = order_.find(diagnostic.position.file);
        auto const place = std::tuple(file == order_.end() ? -1 : file->second, diagnostic.position.line,
                                      diagnostic.position.column, sorted.size());
        sorted.emplace(place, std::move(diagnostic));
    }
    diagnostics_.clear();
    for (auto& [place, diagnostic] : sorted) diagnostics_.push_back(std::move(diagnostic));
    return std::move(diagnostics_);
}

}  // namespace drover::config
