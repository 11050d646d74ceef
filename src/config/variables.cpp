#include "config/variables.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace drover::config {

namespace {

constexpr unsigned largest_random = 32767;  // keepalived's RAND_MAX for ${_RANDOM}

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string_view trimmed(std::string_view text) {
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::string directory_of(std::string const& file) {
    auto const slash = file.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : file.substr(0, slash);
}

std::optional<Reference> reference_at(std::string_view text, std::size_t at) {
    if (text[at] != '$') return std::nullopt;
    bool const braced = text.substr(at + 1).starts_with('{');
    auto const begin = at + (braced ? 2 : 1);
    auto end = begin;
    while (end < text.size() && is_name(text[end])) ++end;
    if (end == begin) return std::nullopt;
    auto const name = text.substr(begin, end - begin);
    if (!braced) return Reference{name, {}, end - at};
    auto const close = text.find('}', end);
    if (close == std::string_view::npos) return std::nullopt;
    auto const arguments = text.substr(end, close - end);
    if (!arguments.empty() && arguments[0] != ' ' && arguments[0] != '\t') return std::nullopt;
    return Reference{name, trimmed(arguments), close + 1 - at};
}

void Variables::define(std::string name, std::string_view value, Span const& origin) {
    TextLine line({}, origin);
    line.append_value(value, origin);
    define(std::move(name), {line});
}

std::vector<TextLine> const* Variables::lines_of(std::string_view name) const {
    auto const found = values_.find(std::string(name));
    return found == values_.end() || found->second.size() < 2 ? nullptr : &found->second;
}

std::optional<std::string> Variables::value_of(Reference const& reference, std::string const& file, bool in_quotes) {
    auto const found = values_.find(std::string(reference.name));
    if (found == values_.end()) return built_in(reference, file, in_quotes);
    if (found->second.size() > 1) return std::nullopt;
    return found->second.empty() ? std::string{} : replaced(found->second[0].text(), file, 1);
}

std::string Variables::replaced(std::string_view text, std::string const& file, int depth) {
    if (depth > depth_ || !budget_.take_bytes(text.size() + 1)) return std::string(text);
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        auto const reference = reference_at(text, i);
        auto const found = reference ? values_.find(std::string(reference->name)) : values_.end();
        if (!reference) {
            out += text[i++];
        } else if (found != values_.end() && found->second.size() < 2) {
            if (!found->second.empty()) out += replaced(found->second[0].text(), file, depth + 1);
            i += reference->length;
        } else {
            auto const value = built_in(*reference, file, std::ranges::count(out, '"') % 2 != 0);
            out += value ? *value : std::string(text.substr(i, reference->length));
            i += reference->length;
        }
        if (budget_.is_spent()) break;
    }
    return out;
}

std::optional<std::string> Variables::built_in(Reference const& reference, std::string const& file, bool in_quotes) {
    auto const& name = reference.name;
    if (name == "_PWD") return directory_of(file);
    // Comments are looked for once variables are replaced: outside quotes the sign must not begin one.
    if (name == "_HASH") return in_quotes ? "#" : "\\#";
    if (name == "_BANG") return in_quotes ? "!" : "\\!";
    if (name == "_INSTANCE") return std::string{};
    if (name == "_RANDOM") return random_number(reference.arguments);
    if (name == "_ENV") return host_.variable(std::string(reference.arguments)).value_or(std::string{});
    return std::nullopt;
}

std::string Variables::random_number(std::string_view arguments) {
    unsigned least = 0, most = largest_random;
    auto const* const end = arguments.data() + arguments.size();
    auto const [next, error] = std::from_chars(arguments.data(), end, least);
    if (error == std::errc{}) {
        auto const rest = trimmed({next, end});
        std::from_chars(rest.data(), rest.data() + rest.size(), most);
    }
    if (most < least) most = least;
    return std::to_string(std::uniform_int_distribution<unsigned>(least, most)(random_));
}

}  // namespace drover::config
