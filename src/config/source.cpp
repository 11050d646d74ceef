#include "config/source.h"

#include <algorithm>

namespace drover::config {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

constexpr std::size_t stride = 64;  // text is looked at in pieces of this size, since nearly all of it is ASCII

bool is_ascii(std::string_view text) {
    unsigned char all = 0;
    for (char const c : text) all |= static_cast<unsigned char>(c);
    return all < 0x80;
}

/// 0: no valid character of UTF-8 (RFC 3629: shortest form, no surrogates, at most U+10FFFF) begins here.
std::size_t valid_length(std::string_view text) {
    auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    auto const lead = byte(0);
    if (lead < 0x80) return 1;
    std::size_t const length = lead >= 0xc2 && lead <= 0xdf   ? 2
                               : lead >> 4 == 14              ? 3
                               : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                              : 0;
    if (length == 0 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if (!is_continuation(text[i])) return 0;
    if (lead == 0xe0 && byte(1) < 0xa0) return 0;
    if (lead == 0xed && byte(1) > 0x9f) return 0;
    if (lead == 0xf0 && byte(1) < 0x90) return 0;
    if (lead == 0xf4 && byte(1) > 0x8f) return 0;
    return length;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
    while (!text.empty()) {
        if (is_ascii(text.substr(0, stride))) {
            text.remove_prefix(std::min(stride, text.size()));
            continue;
        }
        auto const length = valid_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::size_t utf8_length(std::string_view text, std::size_t at) {
    return std::max<std::size_t>(1, valid_length(text.substr(at)));
}

Source::Source(std::string file, std::string bytes)
    : file_(std::make_shared<std::string const>(std::move(file))),
      bytes_(std::move(bytes)),
      utf8_(is_valid_utf8(bytes_)),
      byte_order_mark_(bytes_.starts_with(byte_order_mark)) {
    std::string_view rest = bytes_;
    if (byte_order_mark_) rest.remove_prefix(byte_order_mark.size());
    while (!rest.empty()) {
        auto const end = std::min(rest.find('\n'), rest.size());
        auto line = rest.substr(0, end);
        while (line.ends_with('\r')) line.remove_suffix(1);
        lines_.push_back(line);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
}

int Source::characters(std::uint32_t line, std::size_t begin, std::size_t length) const {
    auto const text = lines_[line - 1];
    auto const stretch = text.substr(std::min(begin, text.size()), length);
    if (!utf8_) return static_cast<int>(stretch.size());
    return static_cast<int>(std::ranges::count_if(stretch, [](char c) { return !is_continuation(c); }));
}

std::uint32_t Sources::add(std::string file, std::string bytes) {
    auto const number = static_cast<std::uint32_t>(sources_.size());
    numbers_.emplace(file, number);
    sources_.emplace_back(std::move(file), std::move(bytes));
    return number;
}

Position Sources::position(Span const& span) const {
    auto const& source = sources_[span.file];
    if (span.line == 0) return {source.file(), 0, 0, 0};
    return {source.file(), static_cast<int>(span.line), source.characters(span.line, 0, span.begin) + 1,
            source.characters(span.line, span.begin, span.length)};
}

std::string Sources::line_of(Position const& position) const {
    auto const number = numbers_.find(position.file);
    if (number == numbers_.end() || position.line < 1) return {};
    auto const& source = sources_[number->second];
    auto const line = static_cast<std::uint32_t>(position.line);
    return line > source.line_count() ? std::string{} : std::string(source.line(line));
}

std::size_t Sources::order_of(std::string const& file) const {
    auto const number = numbers_.find(file);
    return number == numbers_.end() ? 0 : number->second;
}

}  // namespace drover::config
