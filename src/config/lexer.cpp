#include "config/lexer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>

namespace drover::config {

namespace {

constexpr std::string_view no_break_space = "\xc2\xa0";
constexpr unsigned tab_width = 8;
constexpr std::size_t bytes_a_token = 4;  // or more, but in files of very short words
constexpr std::size_t most_expected = std::size_t{2} << 20;

/// ASCII letters, digits and most signs: they neither end a word nor mean anything but themselves.
constexpr auto is_plain = [] {
    std::array<bool, 256> plain{};
    for (unsigned c = ' ' + 1; c < 0x7f; ++c) plain[c] = true;
    for (unsigned char const c : {'!', '#', '{', '}', '"', '\\', '$'}) plain[c] = false;
    return plain;
}();

bool is_comment_sign(char c) { return c == '!' || c == '#'; }
bool is_escaped_sign(std::string_view text, std::size_t at) {
    return text[at] == '\\' && at + 1 < text.size() && is_comment_sign(text[at + 1]);
}

/// "${NAME" whose variable is unknown stays in the text, and its brace belongs to the word.
std::size_t left_variable_length(std::string_view text, std::size_t at) {
    if (!text.substr(at).starts_with("${")) return 0;
    auto const end = text.find_first_of("} \t\"", at + 2);
    return end != std::string_view::npos && text[end] == '}' ? end + 1 - at : 0;
}

}  // namespace

std::size_t blank_length(std::string_view text, std::size_t at, bool utf8) {
    if (text[at] == ' ' || text[at] == '\t') return 1;
    return utf8 && text.substr(at).starts_with(no_break_space) ? no_break_space.size() : 0;
}

std::size_t comment_start(std::string_view text) {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') quoted = !quoted;
        if (quoted) continue;
        if (is_escaped_sign(text, i))
            ++i;
        else if (is_comment_sign(text[i]))
            return i;
    }
    return text.size();
}

/// Walks one line; `at_` is a byte offset.
class LineLexer {
public:
    LineLexer(Lexer& lexer, TextLine const& line, std::string_view text)
        : lexer_(lexer), line_(line), text_(text), utf8_(lexer.sources_[line.span(0, 0).file].is_utf8()) {}

    void run() {
        auto const before = lexer_.tokens_.size();
        measure_indent();
        while (at_ < text_.size() && !ended_) step();
        finish_word(at_);
        if (lexer_.tokens_.size() == before) return;
        lexer_.tokens_[before].first = true;
        emit(Token::Kind::end_of_line, text_.size(), 0);
    }

private:
    void measure_indent() {
        unsigned columns = 0;
        for (std::size_t i = 0; i < text_.size();) {
            auto const blank = blank_length(text_, i, utf8_);
            if (blank == 0) break;
            columns = text_[i] == '\t' ? (columns / tab_width + 1) * tab_width : columns + 1;
            i += blank;
        }
        indent_ = static_cast<std::uint16_t>(std::min<unsigned>(columns, std::numeric_limits<std::uint16_t>::max()));
    }

    void step() {
        if (auto const blank = blank_length(text_, at_, utf8_); blank > 0) {
            if (blank > 1) tell_no_break_space();
            finish_word(at_);
            at_ += blank;
            return;
        }
        char const c = text_[at_];
        if (is_comment_sign(c)) return comment();
        if (c == '\0') return nul();
        if (c == '{' || c == '}') {
            finish_word(at_);
            emit(c == '{' ? Token::Kind::open : Token::Kind::close, at_, 1);
            ++at_;
        } else if (c == '"') {
            finish_word(at_);
            quoted();
        } else {
            letter();
        }
    }

    void letter() {
        if (!in_word_) start_ = at_;
        in_word_ = true;
        if (auto const plain = plain_length(); plain > 0) {
            at_ += plain;
        } else if (is_escaped_sign(text_, at_)) {
            escaped_ = true;
            at_ += 2;
        } else {
            at_ += std::max<std::size_t>(1, left_variable_length(text_, at_));
        }
    }

    void comment() {
        if (in_word_)
            lexer_.reporter_.advise(place(start_, at_ + 1 - start_), "comment-in-word",
                                    fmt::format("`{}` begins a comment even inside a word: what counts is `{}` (write "
                                                "\"...\" or `\\{}` to keep it)",
                                                text_[at_], text_.substr(start_, at_ - start_), text_[at_]));
        ended_ = true;
        finish_word(at_);
    }

    void nul() {
        auto const here = place(at_, 1);
        lexer_.reporter_.advise_once("nul-byte " + here.file(), here, "nul-byte",
                                     "a NUL byte: the rest of its line is not read");
        ended_ = true;
        finish_word(at_);
    }

    void quoted() {
        auto const end = std::min(text_.find('"', at_ + 1), text_.size());
        if (end == text_.size())
            lexer_.reporter_.warn(place(at_, 1), "unterminated-quote", "this quote is not closed on its line");
        auto& token = emit(Token::Kind::word, at_, std::min(end + 1, text_.size()) - at_);
        token.text = text_.substr(at_ + 1, end - at_ - 1);
        token.quoted = true;
        at_ = std::min(end + 1, text_.size());
    }

    void finish_word(std::size_t end) {
        if (!in_word_) return;
        auto& token = emit(Token::Kind::word, start_, end - start_);
        if (escaped_) token.text = lexer_.kept_.emplace_back(unescaped(token.raw));
        in_word_ = escaped_ = false;
    }

    /// From here on, letters without a meaning of their own.
    std::size_t plain_length() const {
        auto const rest = text_.substr(at_);
        auto const end = std::ranges::find_if(rest, [](char c) { return !is_plain[static_cast<unsigned char>(c)]; });
        return static_cast<std::size_t>(end - rest.begin());
    }

    static std::string unescaped(std::string_view word) {
        std::string kept;
        for (std::size_t i = 0; i < word.size(); ++i) {
            if (is_escaped_sign(word, i)) ++i;
            kept += word[i];
        }
        return kept;
    }

    void tell_no_break_space() {
        if (!lexer_.blanks_told_.insert(line_.span(at_, 0).file).second) return;
        lexer_.reporter_.warn(
            place(at_, no_break_space.size()), "no-break-space",
            "this blank and others are no-break spaces (U+00A0), as text copied from a web page has them: taken "
            "as blanks, where keepalived takes them for words");
    }

    Spot place(std::size_t begin, std::size_t length) const {
        return {&lexer_.sources_, line_.span(begin, length)};
    }

    Token& emit(Token::Kind kind, std::size_t begin, std::size_t length) {
        auto const text = text_.substr(begin, length);
        return lexer_.tokens_.emplace_back(
            Token{kind, text, place(begin, length), false, false, indent_, text});
    }

    Lexer& lexer_;
    TextLine const& line_;
    std::string_view text_;
    bool utf8_;
    std::size_t at_ = 0, start_ = 0;
    std::uint16_t indent_ = 0;
    bool in_word_ = false, escaped_ = false, ended_ = false;
};

void Lexer::expect(std::size_t bytes) {
    auto const wanted = tokens_.size() + std::min(bytes / bytes_a_token, most_expected);
    if (wanted > tokens_.capacity()) tokens_.reserve(std::max(wanted, 2 * tokens_.capacity()));
}

void Lexer::read(TextLine const& line) {
    if (line.text().empty()) return;
    auto const text = line.is_composed() ? std::string_view(kept_.emplace_back(line.text())) : line.text();
    LineLexer(*this, line, text).run();
}

}  // namespace drover::config
