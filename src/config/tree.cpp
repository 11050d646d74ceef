#include "config/tree.h"

#include <fmt/core.h>

#include <algorithm>

namespace drover::config {

namespace {

using Kind = Token::Kind;

/// A block being read.
struct Open {
    Token const* opener;     // its keyword
    Context const* context;  // of what stands in it; nullptr: unknown
};

class Builder {
public:
    Builder(std::span<Token const> tokens, Reporter& reporter) : tokens_(tokens), reporter_(reporter) {
        auto const opens = std::ranges::count(tokens, Kind::open, &Token::kind);
        auto const closes = std::ranges::count(tokens, Kind::close, &Token::kind);
        missing_close_ = opens > closes;
        missing_open_ = closes > opens;
    }

    std::vector<Statement> run() {
        std::vector<Statement> statements;
        open_.push_back({nullptr, &root_context()});
        read_block(statements);
        return statements;
    }

private:
    bool at_end() const { return at_ >= tokens_.size(); }
    bool in_root() const { return open_.size() == 1; }

    /// Statements up to the block's `}`, the end of the text, or a sign that the `}` was forgotten.
    void read_block(std::vector<Statement>& statements) {
        while (!at_end()) {
            auto const& token = tokens_[at_];
            if (missing_close_ && !in_root() && shows_unclosed(token)) return complain_unclosed();
            switch (token.kind) {
                case Kind::end_of_line:
                    ++at_;
                    break;
                case Kind::close:
                    ++at_;
                    if (!in_root()) return;
                    reporter_.warn(token.position, "extra-brace", "this `}` closes nothing; it is ignored");
                    break;
                case Kind::open:
                    reporter_.warn(token.position, "stray-brace",
                                   "no keyword stands in front of this `{`; the block is skipped");
                    skip_block(nullptr, nullptr);
                    break;
                case Kind::word:
                    read_statement(statements);
            }
        }
        if (!in_root()) complain_unclosed();
    }

    void read_statement(std::vector<Statement>& statements) {
        auto const begin = at_;
        while (!at_end() && tokens_[at_].kind == Kind::word) ++at_;
        auto& statement = statements.emplace_back();
        statement.words = tokens_.subspan(begin, at_ - begin);
        auto const* const context = open_.back().context;
        statement.known = context->list ? nullptr : context->find(statement.name());
        auto const* const inner = statement.known == nullptr ? nullptr : statement.known->block;
        if (take_open(inner != nullptr)) {
            statement.has_block = true;
            if (inner == nullptr) return skip_block(&statement.keyword(), &statement.inside);
            open_.push_back({&statement.keyword(), inner});
            std::vector<Statement> children;
            read_block(children);
            open_.pop_back();
            statement.block = std::move(children);
        } else if (inner != nullptr && missing_open_ && belongs_inside(*inner, *context)) {
            statement.has_block = statement.is_void = true;
            complain_unopened(statement.keyword());
            at_ = std::min(at_ + 1, tokens_.size());
            skip_to_close(nullptr, nullptr);
        }
    }

    /// A `{` follows on this line; after a keyword that takes a block, one on a later line counts too.
    bool take_open(bool takes_block) {
        auto next = at_;
        while (takes_block && next < tokens_.size() && tokens_[next].kind == Kind::end_of_line) ++next;
        if (next >= tokens_.size() || tokens_[next].kind != Kind::open) return false;
        at_ = next + (takes_block ? 1 : 0);
        return true;
    }

    /// What follows a block keyword without `{` can only stand in its block.
    bool belongs_inside(Context const& inner, Context const& outer) const {
        auto next = at_;
        while (next < tokens_.size() && tokens_[next].kind == Kind::end_of_line) ++next;
        if (next >= tokens_.size() || tokens_[next].kind != Kind::word || outer.find(tokens_[next].text) != nullptr)
            return false;
        return inner.list || inner.find(tokens_[next].text) != nullptr;
    }

    /// Skips a `{` and all up to its `}`. `words` takes the first words of the lines right inside.
    void skip_block(Token const* opener, std::vector<std::string_view>* words) {
        ++at_;
        skip_to_close(opener, words);
    }

    void skip_to_close(Token const* opener, std::vector<std::string_view>* words) {
        bool line_begins = true;
        for (int depth = 1; depth > 0 && !at_end(); ++at_) {
            auto const& token = tokens_[at_];
            if (missing_close_ && opener != nullptr && is_block_further_out(token, *opener)) {
                complain_unclosed(*opener);
                return;
            }
            if (token.kind == Kind::open) ++depth;
            if (token.kind == Kind::close) --depth;
            if (token.kind == Kind::word && line_begins && depth == 1 && words != nullptr) words->push_back(token.text);
            line_begins = token.kind != Kind::word;
            if (depth > 0 && at_ + 1 == tokens_.size() && opener != nullptr) complain_unclosed(*opener);
        }
    }

    /// In an unknown block: a line, not deeper than the block's, that opens a block known in one of those around it.
    bool is_block_further_out(Token const& token, Token const& opener) const {
        if (token.kind != Kind::word || !token.first || token.indent > opener.indent || !opens_soon()) return false;
        return std::ranges::any_of(open_, [&](Open const& open) {
            auto const* const keyword = open.context->find(token.text);
            return keyword != nullptr && keyword->block != nullptr;
        });
    }

    bool shows_unclosed(Token const& token) const {
        if (!token.first) return false;
        auto const& here = open_.back();
        if (token.kind == Kind::close)
            return token.indent < here.opener->indent &&
                   std::any_of(open_.begin() + 1, open_.end() - 1,
                               [&](Open const& open) { return open.opener->indent == token.indent; });
        if (token.kind != Kind::word) return false;
        if (!here.context->list && here.context->find(token.text) != nullptr) return false;
        for (auto outer = open_.begin(); outer != open_.end() - 1; ++outer) {
            auto const* const keyword = outer->context->find(token.text);
            if (keyword == nullptr) continue;
            bool const begins_anew = outer == open_.begin() && keyword->block != nullptr && opens_soon();
            if (begins_anew || token.indent <= here.opener->indent) return true;
        }
        return false;
    }

    bool opens_soon() const {
        auto next = at_;
        while (next < tokens_.size() && tokens_[next].kind == Kind::word) ++next;
        while (next < tokens_.size() && tokens_[next].kind == Kind::end_of_line) ++next;
        return next < tokens_.size() && tokens_[next].kind == Kind::open;
    }

    void complain_unclosed() { complain_unclosed(*open_.back().opener); }

    void complain_unclosed(Token const& opener) {
        reporter_.warn(
            opener.position, "unclosed-block",
            fmt::format("the block of `{}` that begins here is never closed: its `}}` is missing", opener.text));
    }

    void complain_unopened(Token const& keyword) {
        reporter_.warn(
            keyword.position, "missing-brace",
            fmt::format("`{}` needs a `{{`: it and what follows up to the next `}}` are ignored", keyword.text));
    }

    std::span<Token const> tokens_;
    Reporter& reporter_;
    std::size_t at_ = 0;
    std::vector<Open> open_;  // from the root inwards
    bool missing_close_ = false, missing_open_ = false;
};

}  // namespace

Statement const* Statement::find(std::string_view wanted) const {
    for (auto statement = block.rbegin(); statement != block.rend(); ++statement)
        if (statement->known != nullptr && !statement->is_void && statement->name() == wanted) return &*statement;
    return nullptr;
}

std::vector<Statement> build_tree(std::span<Token const> tokens, Reporter& reporter) {
    return Builder(tokens, reporter).run();
}

}  // namespace drover::config
