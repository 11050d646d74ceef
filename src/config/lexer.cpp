#include "config/lexer.h"

#include <algorithm>

namespace drover::config {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kNoBreakSpace = "\xc2\xa0";

bool is_valid_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        auto const lead = static_cast<unsigned char>(text[i]);
        std::size_t const length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
        if (length == 0 || i + length > text.size()) return false;
        for (std::size_t k = 1; k < length; ++k)
            if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
        i += length;
    }
    return true;
}

/// Walks one line; `at` is a byte offset.
class LineLexer {
public:
    LineLexer(Source const& source, int line, std::string_view text, std::vector<Diagnostic>& diagnostics)
        : source_(source), line_(line), text_(text), diagnostics_(diagnostics) {}

    std::vector<Token> run() {
        while (at_ < text_.size() && !ended_) step();
        finish_word();
        emit(Token::Kind::end_of_line, "", at_, 0);
        return std::move(tokens_);
    }

private:
    void step() {
        if (std::size_t const blank = blank_length(); blank > 0) {
            finish_word();
            at_ += blank;
            return;
        }
        char const c = text_[at_];
        if (c == '!' || c == '#') return comment();
        if (c == '{' || c == '}') {
            finish_word();
            emit(c == '{' ? Token::Kind::open : Token::Kind::close, std::string(1, c), at_, 1);
            ++at_;
        } else if (c == '"') {
            finish_word();
            quoted();
        } else if (text_.substr(at_).starts_with("${")) {  // a variable that nobody defined stays one word
            if (!in_word_) start_ = at_;
            in_word_ = true;
            auto const end = std::min(text_.find('}', at_), text_.size() - 1) + 1;
            word_ += text_.substr(at_, end - at_);
            at_ = end;
        } else {
            if (!in_word_) start_ = at_;
            in_word_ = true;
            if (c == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == '#' || text_[at_ + 1] == '!')) ++at_;
            word_ += text_[at_++];
        }
    }

    std::size_t blank_length() const {
        if (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r' || text_[at_] == '\0') return 1;
        if (source_.is_utf8() && text_.substr(at_).starts_with(kNoBreakSpace)) return kNoBreakSpace.size();
        return 0;
    }

    void comment() {
        if (in_word_)
            diagnostics_.push_back(source_.about(
                Severity::warning, line_, column(start_), width(start_, text_.size()), "comment-in-word",
                std::string("`") + text_[at_] + "` begins a comment here, in the middle of a word: the word is `" + word_ +
                    "` (write \"...\" or \\" + text_[at_] + " to keep it)"));
        ended_ = true;
    }

    void quoted() {
        auto const end = text_.find('"', at_ + 1);
        if (end == std::string_view::npos) {
            diagnostics_.push_back(source_.about(Severity::warning, line_, column(at_), 1, "unterminated-quote",
                                                 "this quote is not closed on its line"));
            emit(Token::Kind::word, std::string(text_.substr(at_ + 1)), at_, text_.size() - at_, true);
            at_ = text_.size();
            return;
        }
        emit(Token::Kind::word, std::string(text_.substr(at_ + 1, end - at_ - 1)), at_, end + 1 - at_, true);
        at_ = end + 1;
    }

    void finish_word() {
        if (in_word_) emit(Token::Kind::word, word_, start_, at_ - start_);
        in_word_ = false;
        word_.clear();
    }

    int column(std::size_t byte) const {
        int characters = 1;
        for (std::size_t i = 0; i < byte && i < text_.size(); ++i)
            if (!source_.is_utf8() || (static_cast<unsigned char>(text_[i]) & 0xc0) != 0x80) ++characters;
        return characters;
    }
    int width(std::size_t from, std::size_t to) const { return column(to) - column(from); }

    void emit(Token::Kind kind, std::string text, std::size_t byte, std::size_t bytes, bool is_quoted = false) {
        tokens_.push_back(
            {kind, std::move(text), {source_.file(), line_, column(byte), width(byte, byte + bytes)}, is_quoted});
    }

    Source const& source_;
    int line_;
    std::string_view text_;
    std::vector<Diagnostic>& diagnostics_;
    std::vector<Token> tokens_;
    std::string word_;
    std::size_t at_ = 0, start_ = 0;
    bool in_word_ = false, ended_ = false;
};

}  // namespace

Source::Source(std::string file, std::string bytes) : file_(std::move(file)), utf8_(is_valid_utf8(bytes)) {
    std::size_t start = 0;
    while (start < bytes.size()) {
        auto end = bytes.find('\n', start);
        if (end == std::string::npos) end = bytes.size();
        lines_.push_back(bytes.substr(start, end - start));
        if (!lines_.back().empty() && lines_.back().back() == '\r') lines_.back().pop_back();
        start = end + 1;
    }
}

int Source::column_of(std::size_t line, std::size_t byte) const {
    auto const& text = lines_[line - 1];
    int characters = 1;
    for (std::size_t i = 0; i < byte && i < text.size(); ++i)
        if (!utf8_ || (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) ++characters;
    return characters;
}

Diagnostic Source::about(Severity severity, int line, int column, int length, std::string code,
                         std::string message) const {
    Diagnostic diagnostic{severity, {file_, line, column, length}, std::move(code), std::move(message), {}, {}};
    if (line >= 1 && static_cast<std::size_t>(line) <= lines_.size())
        diagnostic.source = lines_[static_cast<std::size_t>(line) - 1];
    return diagnostic;
}

std::vector<Token> lex_line(Source const& source, int line, std::string_view text, std::vector<Diagnostic>& diagnostics) {
    if (line == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    return LineLexer(source, line, text, diagnostics).run();
}

void check_encoding(Source const& source, std::vector<Diagnostic>& diagnostics) {
    bool no_break_space = false, nul = false;
    for (std::size_t i = 0; i < source.lines().size(); ++i) {
        auto const& line = source.lines()[i];
        int const number = static_cast<int>(i) + 1;
        if (i == 0 && line.starts_with(kByteOrderMark))
            diagnostics.push_back(source.about(Severity::warning, 1, 1, 1, "byte-order-mark",
                                               "the file begins with a byte order mark, on which keepalived stumbles"));
        auto const comment = line.find_first_of("!#");
        auto const at = line.find(kNoBreakSpace);
        if (!no_break_space && source.is_utf8() && at != std::string::npos && at < comment) {
            no_break_space = true;
            diagnostics.push_back(source.about(
                Severity::warning, number, source.column_of(i + 1, at), 1, "no-break-space",
                "here and further on, blanks are no-break spaces (U+00A0), as a web page has them: taken as blanks, but "
                "keepalived takes them for words"));
        }
        auto const zero = line.find('\0');
        if (!nul && zero != std::string::npos) {
            nul = true;
            diagnostics.push_back(source.about(Severity::warning, number, source.column_of(i + 1, zero), 1, "nul-byte",
                                               "the file has NUL bytes: taken as blanks"));
        }
    }
}

}  // namespace drover::config
