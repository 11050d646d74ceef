#include "config/preprocessor.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "config/sequence.h"

namespace drover::config {

namespace {

constexpr std::size_t longest_line = 1023;  // keepalived 2.2's buffer; 2.4 ignores longer lines

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::size_t first_letter(std::string_view text, bool utf8) {
    std::size_t at = std::min(text.find_first_not_of(" \t"), text.size());
    while (at < text.size()) {
        auto const blank = blank_length(text, at, utf8);
        if (blank == 0) break;
        at += blank;
    }
    return at;
}

std::size_t word_length(std::string_view text, bool utf8) {
    std::size_t at = 0;
    while (at < text.size() && blank_length(text, at, utf8) == 0) ++at;
    return at;
}

/// Where the part that counts ends: at a comment that follows a blank (one inside a word is left for the lexer to
/// name).
std::size_t counting_length(std::string_view text) {
    auto const comment = comment_start(text);
    bool const stands_apart = comment == 0 || text[comment - 1] == ' ' || text[comment - 1] == '\t';
    return stands_apart ? comment : text.size();
}

}  // namespace

struct Preprocessor::Include {
    std::string_view keyword;
    std::string pattern;
    Span place;
};

Preprocessor::Preprocessor(FileSource& files, Host const& host, Limits const& limits, Sources& sources,
                           Reporter& reporter, Lexer& lexer)
    : files_(files),
      host_(host),
      limits_(limits),
      sources_(sources),
      reporter_(reporter),
      lexer_(lexer),
      budget_{limits.lines, limits.bytes},
      variables_(host, budget_, limits.depth) {}

Result<void> Preprocessor::run(std::string const& path) {
    auto bytes = files_.read(path);
    if (!bytes) return std::unexpected(bytes.error());
    open_files_.push_back(path);
    read_source(sources_.add(path, std::move(*bytes)));
    if (budget_.is_spent())
        reporter_.error(sources_.position({}), "too-large", cannot_run,
                        "variables, ~SEQ or includes make more of this file than can be read; the rest is left out");
    return {};
}

void Preprocessor::read_source(std::uint32_t file) {
    auto const& source = sources_[file];
    lexer_.expect(source.size());
    if (source.has_byte_order_mark() && source.line_count() > 0)
        reporter_.warn(
            sources_.position({file, 1, 0, 1}), "byte-order-mark",
            "the file begins with a byte order mark: skipped, where keepalived takes it for a part of the first word");
    for (std::uint32_t number = 1; number <= source.line_count();) {
        auto line = whole_line(file, number);
        check_line(file, number);
        if (!budget_.take_line() || !budget_.take_bytes(line.text().size() + 1)) return;
        auto next = number + 1;
        if (keep_conditional(line)) {
            auto const behind = define(line, number);
            if (behind > 0)
                next = behind;
            else
                read_line(line, 0);
        }
        number = next;
    }
}

TextLine Preprocessor::whole_line(std::uint32_t file, std::uint32_t line) const {
    return {sources_[file].line(line), Span{file, line, 0, 0}};
}

void Preprocessor::check_line(std::uint32_t file, std::uint32_t line) {
    auto const text = sources_[file].line(line);
    if (text.size() <= longest_line) return;
    Span const place{file, line, static_cast<std::uint32_t>(longest_line), 1};
    reporter_.advise_once(
        fmt::format("long-line {}", file), sources_.position(place), "long-line",
        fmt::format("this line has more than {} bytes: read as one line, where keepalived 2.2 goes on here as "
                    "with a new line, even in a comment, and 2.4 ignores the line",
                    longest_line));
}

bool Preprocessor::utf8(TextLine const& line) const { return sources_[line.span(0, 0).file].is_utf8(); }

std::string_view Preprocessor::trimmed(TextLine const& line) const {
    return line.text().substr(first_letter(line.text(), utf8(line)));
}

bool Preprocessor::keep_conditional(TextLine& line) const {
    auto const text = trimmed(line);
    if (!text.starts_with('@')) return true;
    bool const inverted = text.starts_with("@^");
    std::size_t const begin = inverted ? 2 : 1;
    auto const end = begin + word_length(text.substr(begin), utf8(line));
    bool const matches = text.substr(begin, end - begin) == host_.config_id();
    line = line.suffix(line.text().size() - text.size() + end);
    return matches != inverted;
}

std::uint32_t Preprocessor::define(TextLine const& line, std::uint32_t number) {
    auto const text = trimmed(line);
    if (!text.starts_with('$')) return 0;
    std::size_t end = 1;
    while (end < text.size() && is_name(text[end])) ++end;
    if (end == 1 || end >= text.size() || text[end] != '=') return 0;
    auto const file = line.span(0, 0).file;
    std::string const name(text.substr(1, end - 1));
    auto part = line.suffix(line.text().size() - text.size() + end + 1);
    std::vector<TextLine> lines;
    for (;; part = whole_line(file, number)) {
        ++number;
        bool const goes_on = part.text().ends_with('\\');
        auto const length = counting_length(part.text().substr(0, part.text().size() - (goes_on ? 1 : 0)));
        auto const begin = std::min(first_letter(part.text(), utf8(line)), length);
        TextLine const value(part.text().substr(begin, length - begin), part.span(begin, 0));
        // The first line of `$X= \` is empty and does not count as a line.
        if (!value.text().empty() || (!goes_on && lines.empty())) lines.push_back(value);
        if (!goes_on || number > sources_[file].line_count()) break;
    }
    if (lines.size() == 1) {
        auto value = lines[0].text();
        while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
        lines[0] = TextLine(value, lines[0].span(0, 0));
    }
    variables_.define(name, std::move(lines));
    return number;
}

void Preprocessor::read_line(TextLine const& line, int depth) {
    auto const text = trimmed(line);
    if (text.empty() || repeat(line, depth)) return;
    if (text.starts_with("include"))
        if (auto const what = parse_include(line)) return include(*what);
    auto const first = line.text().find('$');
    auto const counting = first == std::string_view::npos ? 0 : counting_length(line.text());
    for (auto at = first; at < counting; at = line.text().find('$', at + 1))
        if (auto const reference = reference_at(line.text(), at)) return replace(line, at, depth);
    lexer_.read(line);
}

bool Preprocessor::repeat(TextLine const& line, int depth) {
    auto const text = trimmed(line);
    if (!text.starts_with('~')) return false;
    auto sequence = Sequence::parse(text);
    if (!sequence) return false;
    auto const begin = line.text().size() - text.size();
    auto const place = line.span(begin, sequence->length());
    if (!sequence->is_valid()) {
        reporter_.warn(sources_.position(place), "bad-sequence",
                       "this is not understood, and the line ignored: ~SEQ(name, start, step, end) and "
                       "~LST(name, value, value, ...) are known");
        return true;
    }
    auto const rest = line.suffix(begin + sequence->length());
    std::vector<std::string> values;
    while (depth <= limits_.depth && sequence->next(values)) {
        if (!budget_.take_line() || !budget_.take_bytes(rest.text().size() + 1)) return true;
        for (std::size_t i = 0; i < values.size(); ++i) variables_.define(sequence->names()[i], values[i], place);
        read_line(rest, depth + 1);
    }
    return true;
}

/// `first`: of the references in the line. A variable of several lines cuts the line: what it holds is read line by
/// line.
void Preprocessor::replace(TextLine const& line, std::size_t first, int depth) {
    auto const text = line.text();
    auto const counting = counting_length(text);
    TextLine out({}, line.span(0, 0));
    std::size_t copied = 0;
    for (auto at = first; at < counting;) {
        auto const reference = reference_at(text, at);
        auto const length = reference ? reference->length : 1;
        if (reference) {
            out.append(line, copied, at - copied);
            copied = at;
            if (depth < limits_.depth && variables_.lines_of(reference->name) != nullptr)
                return splice(std::move(out), *variables_.lines_of(reference->name), line.suffix(at + length), depth);
            bool const in_quotes = std::ranges::count(out.text(), '"') % 2 != 0;
            if (auto const value = variables_.value_of(*reference, sources_[line.span(0, 0).file].file(), in_quotes)) {
                out.append_value(*value, line.span(at, length));
                copied = at + length;
                if (!budget_.take_bytes(value->size() + 1)) return;
            }
        }
        at = text.find('$', at + length);
    }
    out.append(line, copied, text.size() - copied);
    if (!repeat(out, depth + 1)) lexer_.read(out);
}

/// The first line follows `before`, the last one is followed by `rest`. By value: what is read may redefine the
/// variable.
void Preprocessor::splice(TextLine before, std::vector<TextLine> lines, TextLine const& rest, int depth) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
        before.append(lines[i], 0, lines[i].text().size());
        if (i + 1 == lines.size()) before.append(rest, 0, rest.text().size());
        if (!budget_.take_line() || !budget_.take_bytes(before.text().size() + 1)) return;
        read_line(before, depth + 1);
        before = TextLine({}, lines[i].span(0, 0));
    }
}

std::optional<Preprocessor::Include> Preprocessor::parse_include(TextLine const& line) const {
    static constexpr std::array<std::string_view, 6> keywords{"include",  "includer", "includem",
                                                              "includew", "includeb", "includea"};
    auto const text = trimmed(line);
    auto const offset = line.text().size() - text.size();
    auto const counting = text.substr(0, comment_start(text));
    auto const keyword = std::ranges::find(keywords, counting.substr(0, word_length(counting, utf8(line))));
    if (keyword == keywords.end()) return std::nullopt;
    auto const begin = keyword->size() + first_letter(counting.substr(keyword->size()), utf8(line));
    auto pattern = counting.substr(begin);
    bool const quoted = pattern.starts_with('"');
    auto const length = quoted ? std::min(pattern.find('"', 1), pattern.size()) : word_length(pattern, utf8(line));
    auto const place = line.span(offset + begin, length);
    pattern = pattern.substr(quoted ? 1 : 0, length - (quoted ? 1 : 0));
    return Include{*keyword, std::string(pattern), pattern.empty() ? line.span(offset, keyword->size()) : place};
}

void Preprocessor::include(Include const& what) {
    if (what.pattern.empty()) {
        reporter_.error(sources_.position(what.place), "missing-argument", missing_argument,
                        fmt::format("`{}` needs a file", what.keyword));
        return;
    }
    auto const paths = files_.expand(what.pattern, directory_of(sources_[what.place.file].file()));
    if (paths.empty()) complain_nothing_included(what);
    for (auto const& path : paths) include_path(path, what.place);
}

void Preprocessor::complain_nothing_included(Include const& include) {
    auto message = fmt::format("no file matches {}: nothing is included", include.pattern);
    bool const has_wildcard = include.pattern.find_first_of("*?[") != std::string::npos;
    bool const required = include.keyword == "includem" || include.keyword == "includea" ||
                          (include.keyword == "includew" && has_wildcard) ||
                          (include.keyword == "includeb" && include.pattern.contains('{'));
    if (required)
        reporter_.warn_with(sources_.position(include.place), "nothing-included", insecure_scripts, std::move(message));
    else
        reporter_.advise(sources_.position(include.place), "nothing-included", std::move(message));
}

void Preprocessor::include_path(std::string const& path, Span const& at) {
    if (budget_.is_spent()) return;
    if (std::ranges::find(open_files_, path) != open_files_.end() ||
        open_files_.size() > static_cast<std::size_t>(limits_.depth)) {
        reporter_.warn_once(
            "include-loop " + path, sources_.position(at), "include-loop",
            fmt::format("{} includes itself, or includes are nested too deeply; it is left out here", path));
        return;
    }
    auto bytes = files_.read(path);
    if (!bytes) {
        reporter_.warn(sources_.position(at), "include-unreadable", bytes.error().message);
        return;
    }
    open_files_.push_back(path);
    read_source(sources_.add(path, std::move(*bytes)));
    open_files_.pop_back();
}

}  // namespace drover::config
