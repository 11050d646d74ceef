#include "config/preprocessor.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace drover::config {

namespace {

constexpr int kDeepest = 32;             // of includes, and of variables in variables
constexpr long kMostRepetitions = 65536;  // of one ~SEQ or ~LST

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string trimmed(std::string_view text) {
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t start = 0; start <= text.size();) {
        auto const end = std::min(text.find(separator, start), text.size());
        parts.push_back(trimmed(text.substr(start, end - start)));
        start = end + 1;
    }
    return parts;
}

std::optional<long> number(std::string const& text, int base) {
    long value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

/// The values of ~SEQ(name, start, step, end), ~SEQx(...) and ~LST(name, a, b...); none: the specification is wrong.
std::vector<std::string> values_of(std::string_view kind, std::vector<std::string> const& arguments) {
    std::vector<std::string> values;
    if (kind == "~LST") return {arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end()};
    int const base = kind == "~SEQx" ? 16 : 10;
    if (arguments.size() < 3 || arguments.size() > 4) return values;
    auto const start = number(arguments[1], base), end = number(arguments.back(), base);
    auto const step = arguments.size() == 4 ? number(arguments[2], base) : std::optional<long>(1);
    if (!start || !end || !step || *step == 0) return values;
    for (long value = *start; *step > 0 ? value <= *end : value >= *end; value += *step) {
        char digits[32];
        auto const last = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
        values.emplace_back(digits, last);
        if (static_cast<long>(values.size()) > kMostRepetitions) return {};
    }
    return values;
}

}  // namespace

Result<std::vector<Token>> Preprocessor::run(std::string const& path) {
    auto bytes = files_.read(path);
    if (!bytes) return std::unexpected(bytes.error());
    read_source(reporter_.add_source(path, std::move(*bytes)), 0);
    return std::move(tokens_);
}

void Preprocessor::read_source(Source const& source, int depth) {
    check_encoding(source, reporter_.list());
    for (std::size_t line = 1; line <= source.lines().size();) {
        if (auto const taken = define(source, line); taken > 0) {
            line += taken;
            continue;
        }
        read_line(source, static_cast<int>(line), source.lines()[line - 1], depth);
        ++line;
    }
}

std::size_t Preprocessor::define(Source const& source, std::size_t line) {
    auto text = trimmed(source.lines()[line - 1]);
    if (!text.starts_with('$')) return 0;
    std::size_t end = 1;
    while (end < text.size() && is_name(text[end])) ++end;
    if (end == 1 || end >= text.size() || text[end] != '=') return 0;
    auto const variable = text.substr(1, end - 1);
    std::string value = text.substr(end + 1);
    std::size_t taken = 1;
    while (value.ends_with('\\')) {
        value.pop_back();
        if (line - 1 + taken >= source.lines().size()) break;
        if (!trimmed(value).empty()) value += '\n';
        value += trimmed(source.lines()[line - 1 + taken]);
        ++taken;
    }
    variables_[variable] = value;
    return taken;
}

bool Preprocessor::keep_conditional(std::string& text) const {
    auto const line = trimmed(text);
    if (!line.starts_with('@')) return true;
    bool const inverted = line.starts_with("@^");
    auto const id_at = inverted ? 2u : 1u;
    auto const id_end = std::min(line.find_first_of(" \t", id_at), line.size());
    bool const matches = line.substr(id_at, id_end - id_at) == host_.config_id();
    text = line.substr(id_end);
    return matches != inverted;
}

bool Preprocessor::repeat(Source const& source, int line, std::string const& text, int depth) {
    auto const body = trimmed(text);
    for (std::string_view const kind : {"~SEQx", "~SEQ", "~LST"}) {
        if (!body.starts_with(std::string(kind) + "(")) continue;
        auto const close = body.find(')');
        auto const arguments = split(body.substr(kind.size() + 1, close == std::string::npos ? 0 : close - kind.size() - 1), ',');
        auto const values = close == std::string::npos ? std::vector<std::string>{} : values_of(kind, arguments);
        if (values.empty() || arguments[0].empty()) {
            reporter_.list().push_back(source.about(Severity::warning, line, 1, static_cast<int>(kind.size()), "bad-sequence",
                                                    "this " + std::string(kind) + " is not understood; the line is ignored"));
            return true;
        }
        for (auto const& value : values) {
            variables_[arguments[0]] = value;
            read_line(source, line, body.substr(close + 1), depth);
        }
        return true;
    }
    return false;
}

std::string Preprocessor::replace(std::string text, int depth) const {
    if (depth > kDeepest) return text;
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        bool const braced = text[i] == '$' && i + 1 < text.size() && text[i + 1] == '{';
        std::size_t const start = i + (braced ? 2 : 1);
        std::size_t end = start;
        while (text[i] == '$' && end < text.size() && (is_name(text[end]) || (braced && text[end] == ' '))) ++end;
        bool const closed = !braced || (end < text.size() && text[end] == '}');
        auto const variable = variables_.find(text[i] == '$' && closed ? text.substr(start, end - start) : "");
        if (text[i] != '$' || variable == variables_.end()) {
            out += text[i++];
            continue;
        }
        out += replace(variable->second, depth + 1);
        i = end + (braced ? 1 : 0);
    }
    return out;
}

void Preprocessor::read_line(Source const& source, int line, std::string text, int depth) {
    if (!keep_conditional(text)) return;
    if (repeat(source, line, text, depth)) return;
    if (text.find('$') != std::string::npos) text = replace(std::move(text), 0);
    if (text.find('\n') != std::string::npos) {  // a variable of several lines: each is a line of its own
        if (depth >= kDeepest) return;
        for (auto const& part : split(text, '\n')) read_line(source, line, part, depth + 1);
        return;
    }
    auto words = lex_line(source, line, text, reporter_.list());
    if (words.front().kind == Token::Kind::word && words.front().text.starts_with("include"))
        include(words, source, depth);
    else
        tokens_.insert(tokens_.end(), words.begin(), words.end());
}

void Preprocessor::include(std::vector<Token> const& words, Source const& source, int depth) {
    auto const& keyword = words[0];
    static std::vector<std::string> const kinds{"include", "includer", "includem", "includew", "includeb", "includea"};
    if (std::ranges::find(kinds, keyword.text) == kinds.end() || words[1].kind != Token::Kind::word) {
        tokens_.insert(tokens_.end(), words.begin(), words.end());
        return;
    }
    auto const directory = source.file().substr(0, source.file().find_last_of('/') + 1);
    auto const paths = files_.expand(words[1].text, directory.empty() ? "." : directory);
    if (paths.empty())
        reporter_.note(words[1].position, "nothing-included", "no file matches " + words[1].text + ": nothing is included");
    for (auto const& path : paths) {
        if (depth >= kDeepest) {
            reporter_.warn(words[1].position, "include-too-deep", "includes are nested too deeply; " + path + " is left out");
            return;
        }
        auto bytes = files_.read(path);
        if (!bytes)
            reporter_.warn(words[1].position, "include-unreadable", bytes.error().message);
        else
            read_source(reporter_.add_source(path, std::move(*bytes)), depth + 1);
    }
}

}  // namespace drover::config
