#include "config/diagnostic.h"

#include <algorithm>

#include <boost/json.hpp>

namespace drover::config {

namespace {

char const* colour_of(Severity severity) {
    switch (severity) {
        case Severity::note: return "\033[1;36m";
        case Severity::warning: return "\033[1;35m";
        case Severity::error: return "\033[1;31m";
    }
    return "";
}

/// Blanks up to the column, tabs kept as tabs so that the underline stands below the word.
std::string indent_to(std::string const& source, int column) {
    std::string indent;
    int character = 1;
    for (std::size_t i = 0; i < source.size() && character < column; ++i) {
        if ((static_cast<unsigned char>(source[i]) & 0xc0) == 0x80) continue;
        indent += source[i] == '\t' ? '\t' : ' ';
        ++character;
    }
    return indent;
}

}  // namespace

std::string_view name(Severity severity) {
    switch (severity) {
        case Severity::note: return "note";
        case Severity::warning: return "warning";
        case Severity::error: return "error";
    }
    return "?";
}

std::string render_text(Diagnostic const& d, bool colour) {
    std::string text = d.position.file;
    if (d.position.line > 0)
        text += ":" + std::to_string(d.position.line) + ":" + std::to_string(d.position.column);
    text += ": ";
    if (colour) text += colour_of(d.severity);
    text += std::string(name(d.severity)) + ":";
    if (colour) text += "\033[0m";
    text += " " + d.message;
    if (!d.suggestion.empty()) text += "; did you mean `" + d.suggestion + "`?";
    text += "\n";
    if (d.position.line == 0 || d.source.empty()) return text;
    text += "    " + d.source + "\n    " + indent_to(d.source, d.position.column);
    if (colour) text += "\033[32m";
    text += "^" + std::string(static_cast<std::size_t>(std::max(0, d.position.length - 1)), '~');
    if (colour) text += "\033[0m";
    return text + "\n";
}

std::string render_text(std::vector<Diagnostic> const& diagnostics, bool colour) {
    std::string text;
    for (auto const& diagnostic : diagnostics) text += render_text(diagnostic, colour);
    return text;
}

std::string render_json(std::vector<Diagnostic> const& diagnostics, int exit_code) {
    boost::json::array list;
    for (auto const& d : diagnostics)
        list.push_back({{"severity", name(d.severity)},
                        {"code", d.code},
                        {"file", d.position.file},
                        {"line", d.position.line},
                        {"column", d.position.column},
                        {"length", d.position.length},
                        {"message", d.message},
                        {"suggestion", d.suggestion.empty() ? boost::json::value(nullptr) : boost::json::value(d.suggestion)}});
    return boost::json::serialize(boost::json::object{{"exit_code", exit_code}, {"diagnostics", list}}) + "\n";
}

}  // namespace drover::config
