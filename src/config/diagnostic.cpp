#include "config/diagnostic.h"

#include <fmt/core.h>

#include <algorithm>
#include <boost/json.hpp>

#include "config/source.h"

namespace drover::config {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::size_t most_places = 8;                    // of further ones, in text
constexpr std::size_t longest_source = 240;               // bytes of a line that are shown

char const* colour_of(Severity severity) {
    switch (severity) {
        case Severity::note:
            return "\033[1;36m";
        case Severity::warning:
            return "\033[1;35m";
        case Severity::error:
            return "\033[1;31m";
    }
    return "";
}

bool is_control(std::string_view character) {
    auto const c = static_cast<unsigned char>(character[0]);
    return c < 0x20 || c == 0x7f ||
           (character.size() == 2 && c == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0);
}

std::uint32_t code_point(std::string_view character) {
    auto const lead = static_cast<unsigned char>(character[0]);
    std::uint32_t code = character.size() == 1 ? lead : lead & (0xffu >> (character.size() + 1));
    for (std::size_t i = 1; i < character.size(); ++i)
        code = code << 6 | (static_cast<unsigned char>(character[i]) & 0x3fu);
    return code;
}

/// Columns on a terminal: East Asian wide characters take two (Unicode TR11).
std::size_t width_of(std::string_view character) {
    auto const code = code_point(character);
    auto const in = [code](std::uint32_t first, std::uint32_t last) { return code >= first && code <= last; };
    bool const wide = in(0x1100, 0x115f) || in(0x2e80, 0xa4cf) || in(0xac00, 0xd7a3) || in(0xf900, 0xfaff) ||
                      in(0xfe30, 0xfe6f) || in(0xff00, 0xff60) || in(0xffe0, 0xffe6) || in(0x1f300, 0x1faff) ||
                      in(0x20000, 0x3fffd);
    return wide ? 2 : 1;
}

/// Calls `take(character as shown, columns)` for each character; `utf8`: else each byte is one.
template <class Take>
void for_each_character(std::string_view text, bool utf8, Take take) {
    for (std::size_t i = 0; i < text.size();) {
        auto const length = utf8 ? utf8_length(text, i) : 1;
        auto const character = text.substr(i, length);
        bool const unfit = (character.size() == 1 && static_cast<unsigned char>(character[0]) >= 0x80) ||
                           (is_control(character) && character != "\t");
        if (unfit)
            take(replacement, std::size_t{1});
        else
            take(character, width_of(character));
        i += length;
    }
}

/// Fit for terminals and for JSON.
std::string shown(std::string_view text) {
    std::string out;
    for_each_character(text, is_valid_utf8(text),
                       [&](std::string_view character, std::size_t) { out += character == "\t" ? " " : character; });
    return out;
}

/// The source line and below it the underline, both without a line end.
std::pair<std::string, std::string> underlined(Diagnostic const& d) {
    auto const text = std::string_view(d.source);
    std::string line, mark;
    int column = 0;
    for_each_character(text, is_valid_utf8(text), [&](std::string_view character, std::size_t width) {
        ++column;
        bool const shown_still = line.size() < longest_source || column <= d.position.column + d.position.length;
        if (!shown_still) return;
        line += character;
        if (column < d.position.column)
            mark += character == "\t" ? std::string("\t") : std::string(width, ' ');
        else if (column == d.position.column)
            mark += "^" + std::string(width - 1, '~');
        else if (column < d.position.column + d.position.length)
            mark += std::string(width, '~');
    });
    if (column < d.position.column) mark += "^";
    return {line, mark};
}

std::string place(Position const& position) {
    auto text = shown(position.file);
    if (position.line > 0) text += fmt::format(":{}:{}", position.line, position.column);
    return text;
}

std::string further_places(Diagnostic const& d) {
    if (d.also.empty()) return {};
    std::string text = "    also: ";
    for (std::size_t i = 0; i < std::min(d.also.size(), most_places); ++i) {
        if (i > 0) text += ", ";
        text += d.also[i].file == d.position.file ? fmt::format("line {}", d.also[i].line) : place(d.also[i]);
    }
    if (d.also.size() > most_places) text += fmt::format(" and {} more", d.also.size() - most_places);
    return text + "\n";
}

boost::json::object json(Position const& position) {
    return {{"file", shown(position.file)},
            {"line", position.line},
            {"column", position.column},
            {"length", position.length}};
}

boost::json::object json(Diagnostic const& d) {
    boost::json::array also;
    for (auto const& position : d.also) also.push_back(json(position));
    auto object = json(d.position);
    object["severity"] = name(d.severity);
    object["code"] = d.code;
    object["message"] = shown(d.message);
    object["suggestion"] = d.suggestion.empty() ? boost::json::value(nullptr) : boost::json::value(shown(d.suggestion));
    object["source"] = shown(d.source);
    object["also"] = std::move(also);
    return object;
}

}  // namespace

std::string_view name(Severity severity) {
    switch (severity) {
        case Severity::note:
            return "note";
        case Severity::warning:
            return "warning";
        case Severity::error:
            return "error";
    }
    return "?";
}

int exit_code_of(std::vector<Diagnostic> const& diagnostics) {
    auto const has = [&](int code) {
        return std::ranges::find(diagnostics, code, &Diagnostic::exit_code) != diagnostics.end();
    };
    for (int const unusable : {missing_argument, cannot_run})
        if (has(unusable)) return unusable;
    int code = clean;
    for (auto const& diagnostic : diagnostics) code = std::max(code, diagnostic.exit_code);
    return code;
}

std::string render_text(Diagnostic const& d, bool colour) {
    auto text = place(d.position) + ": ";
    auto const label = fmt::format("{}:", name(d.severity));
    text += colour ? fmt::format("{}{}\033[0m", colour_of(d.severity), label) : label;
    text += " " + shown(d.message);
    if (!d.suggestion.empty()) text += fmt::format("; did you mean `{}`?", shown(d.suggestion));
    text += "\n";
    if (d.position.line > 0 && !d.source.empty()) {
        auto const [line, mark] = underlined(d);
        text += fmt::format("    {}\n    {}\n", line, colour ? fmt::format("\033[32m{}\033[0m", mark) : mark);
    }
    return text + further_places(d);
}

std::string render_text(std::vector<Diagnostic> const& diagnostics, bool colour) {
    std::string text;
    for (auto const& diagnostic : diagnostics) text += render_text(diagnostic, colour);
    return text;
}

std::string render_json(std::vector<Diagnostic> const& diagnostics, int exit_code) {
    boost::json::array list;
    for (auto const& diagnostic : diagnostics) list.push_back(json(diagnostic));
    return boost::json::serialize(boost::json::object{{"exit_code", exit_code}, {"diagnostics", std::move(list)}}) +
           "\n";
}

}  // namespace drover::config
