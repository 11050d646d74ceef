#include "config/reporter.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

namespace drover::config {

namespace {

constexpr auto nothing_said = std::numeric_limits<Reporter::Index>::max();

}  // namespace

Reporter::Index Reporter::add(Severity severity, Position const& at, std::string_view code, int exit_code,
                              std::string message, std::string suggestion) {
    Diagnostic diagnostic;
    diagnostic.severity = severity;
    diagnostic.code = code;
    diagnostic.message = std::move(message);
    diagnostic.suggestion = std::move(suggestion);
    diagnostic.exit_code = exit_code;
    diagnostic.position = at;
    diagnostics_.push_back(std::move(diagnostic));
    return diagnostics_.size() - 1;
}

Reporter::Index Reporter::note(Position const& at, std::string_view code, std::string message, std::string suggestion) {
    return add(Severity::note, at, code, clean, std::move(message), std::move(suggestion));
}

Reporter::Index Reporter::warn(Position const& at, std::string_view code, std::string message, std::string suggestion) {
    return add(Severity::warning, at, code, corrected, std::move(message), std::move(suggestion));
}

Reporter::Index Reporter::advise(Position const& at, std::string_view code, std::string message,
                                 std::string suggestion) {
    return add(Severity::warning, at, code, clean, std::move(message), std::move(suggestion));
}

Reporter::Index Reporter::error(Position const& at, std::string_view code, ExitCode exit_code, std::string message) {
    return add(Severity::error, at, code, exit_code, std::move(message), {});
}

Reporter::Index Reporter::warn_with(Position const& at, std::string_view code, ExitCode exit_code,
                                    std::string message) {
    return add(Severity::warning, at, code, exit_code, std::move(message), {});
}

bool Reporter::first(std::string const& subject, Position const& at) {
    auto const [known, is_new] = said_.try_emplace(subject, nothing_said);
    if (!is_new && known->second != nothing_said) {
        auto& diagnostic = diagnostics_[known->second];
        if (diagnostic.position != at) diagnostic.also.push_back(at);
    }
    return is_new;
}

void Reporter::remember(std::string const& subject) { said_[subject] = diagnostics_.size() - 1; }

void Reporter::note_once(std::string const& subject, Position const& at, std::string_view code, std::string message) {
    if (!first(subject, at)) return;
    note(at, code, std::move(message));
    remember(subject);
}

void Reporter::advise_once(std::string const& subject, Position const& at, std::string_view code, std::string message) {
    if (!first(subject, at)) return;
    advise(at, code, std::move(message));
    remember(subject);
}

void Reporter::warn_once(std::string const& subject, Position const& at, std::string_view code, std::string message,
                         std::string suggestion) {
    if (!first(subject, at)) return;
    warn(at, code, std::move(message), std::move(suggestion));
    remember(subject);
}

void Reporter::extend(Index index, std::string_view consequence) {
    auto& message = diagnostics_[index].message;
    if (!message.contains(consequence)) message += consequence;
}

std::vector<Diagnostic> Reporter::take() {
    std::vector<Index> order(diagnostics_.size());
    std::iota(order.begin(), order.end(), Index{0});
    std::ranges::sort(order, {}, [this](Index index) {
        auto const& at = diagnostics_[index].position;
        return std::tuple(sources_.order_of(at.file), at.line, at.column, index);
    });
    std::vector<Diagnostic> sorted;
    sorted.reserve(diagnostics_.size());
    for (auto const index : order) {
        auto& diagnostic = diagnostics_[index];
        // A block of words that are added to several services is read for each of them.
        if (!sorted.empty() && sorted.back().position == diagnostic.position &&
            sorted.back().message == diagnostic.message)
            continue;
        diagnostic.source = sources_.line_of(diagnostic.position);
        sorted.push_back(std::move(diagnostic));
    }
    diagnostics_.clear();
    said_.clear();
    return sorted;
}

}  // namespace drover::config
