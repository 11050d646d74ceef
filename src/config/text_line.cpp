#include "config/text_line.h"

#include <algorithm>

namespace drover::config {

namespace {

Span shifted(Span const& start, std::size_t by, std::size_t length) {
    return {start.file, start.line, start.begin + static_cast<std::uint32_t>(by), static_cast<std::uint32_t>(length)};
}

}  // namespace

Span TextLine::span(std::size_t from, std::size_t length) const {
    if (owned_.empty()) return shifted(start_, from, length);
    auto after = std::ranges::upper_bound(pieces_, from, {}, &Piece::at);
    if (after == pieces_.begin()) return start_;
    auto const& piece = *std::prev(after);
    if (!piece.literal) return piece.source;
    auto const end = after == pieces_.end() ? owned_.size() : after->at;
    return shifted(piece.source, from - piece.at, std::min(length, end - from));
}

TextLine TextLine::suffix(std::size_t from) const {
    from = std::min(from, text().size());
    if (owned_.empty()) return {text_.substr(from), shifted(start_, from, 0)};
    TextLine rest;
    rest.append(*this, from, owned_.size() - from);
    return rest;
}

void TextLine::append(TextLine const& other, std::size_t from, std::size_t length) {
    if (length == 0) return;
    if (other.owned_.empty()) return append(other.text_.substr(from, length), shifted(other.start_, from, 0), true);
    auto const end = from + length;
    auto piece = std::prev(std::ranges::upper_bound(other.pieces_, from, {}, &Piece::at));
    for (; piece != other.pieces_.end() && piece->at < end; ++piece) {
        auto const next = std::next(piece);
        auto const first = std::max(from, piece->at);
        auto const last = std::min(end, next == other.pieces_.end() ? other.owned_.size() : next->at);
        auto const source = piece->literal ? shifted(piece->source, first - piece->at, 0) : piece->source;
        append(std::string_view(other.owned_).substr(first, last - first), source, piece->literal);
    }
}

void TextLine::append(std::string_view text, Span const& source, bool literal) {
    if (text.empty()) return;
    pieces_.push_back({owned_.size(), source, literal});
    owned_ += text;
}

}  // namespace drover::config
