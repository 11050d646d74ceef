#include "config/tree.h"

#include "config/vocabulary.h"

namespace drover::config {

namespace {

constexpr std::size_t kDeepest = 64;  // nothing that means something is nested further

class Builder {
public:
    Builder(std::vector<Token> const& tokens, Reporter& reporter) : tokens_(tokens), reporter_(reporter) {}

    std::vector<Statement> run() {
        std::vector<Statement> statements;
        while (at_ < tokens_.size()) read_into(statements, nullptr, root_context());
        return statements;
    }

private:
    /// Statements up to the block's `}`, the end of the text, or a word that shows that the `}` was forgotten.
    void read_into(std::vector<Statement>& statements, Statement const* opener, Context const* context) {
        while (at_ < tokens_.size()) {
            auto const& token = tokens_[at_];
            switch (token.kind) {
                case Token::Kind::end_of_line: ++at_; break;
                case Token::Kind::close:
                    ++at_;
                    if (opener != nullptr) return;
                    reporter_.warn(token.position, "extra-brace", "this `}` closes nothing; it is ignored");
                    break;
                case Token::Kind::open:
                    reporter_.warn(token.position, "stray-brace", "this `{` belongs to no keyword; the block is skipped");
                    skip_block();
                    break;
                case Token::Kind::word:
                    if (opener != nullptr && ends_blocks(context)) {
                        complain_unclosed(*opener);
                        return;
                    }
                    read_statement(statements, context);
            }
        }
        if (opener != nullptr) complain_unclosed(*opener);
    }

    void read_statement(std::vector<Statement>& statements, Context const* context) {
        Statement statement;
        while (at_ < tokens_.size() && tokens_[at_].kind == Token::Kind::word) statement.words.push_back(tokens_[at_++]);
        auto const* inner = inner_context(context, statement.keyword().text);
        if (opens_block(inner != nullptr)) {
            statement.has_block = true;
            if (contexts_.size() >= kDeepest) {
                --at_;
                skip_block();
            } else {
                contexts_.push_back(context);
                read_into(statement.block, &statement, inner);
                contexts_.pop_back();
            }
        }
        statements.push_back(std::move(statement));
    }

    /// A `{` follows, on this line or on a later one. After a keyword that takes no block, only one on the same line does.
    bool opens_block(bool takes_block) {
        auto next = at_;
        while (takes_block && next < tokens_.size() && tokens_[next].kind == Token::Kind::end_of_line) ++next;
        if (next >= tokens_.size() || tokens_[next].kind != Token::Kind::open) return false;
        at_ = next + 1;
        return true;
    }

    /// The word cannot stand here, but with a block it can stand in a block around this one.
    bool ends_blocks(Context const* context) const {
        auto const& word = tokens_[at_].text;
        if (context == nullptr || !opens_soon()) return false;
        if (!is_list(context) && knows(context, word)) return false;
        for (auto const* outer : contexts_)
            if (inner_context(outer, word) != nullptr) return true;
        return false;
    }

    bool opens_soon() const {
        auto next = at_;
        while (next < tokens_.size() && tokens_[next].kind == Token::Kind::word) ++next;
        while (next < tokens_.size() && tokens_[next].kind == Token::Kind::end_of_line) ++next;
        return next < tokens_.size() && tokens_[next].kind == Token::Kind::open;
    }

    void skip_block() {
        int depth = 0;
        do {
            if (tokens_[at_].kind == Token::Kind::open) ++depth;
            if (tokens_[at_].kind == Token::Kind::close) --depth;
            ++at_;
        } while (depth > 0 && at_ < tokens_.size());
    }

    void complain_unclosed(Statement const& opener) {
        reporter_.warn(opener.keyword().position, "unclosed-block",
                       "the block of `" + opener.keyword().text + "` that begins here has no `}`");
    }

    std::vector<Token> const& tokens_;
    Reporter& reporter_;
    std::size_t at_ = 0;
    std::vector<Context const*> contexts_;  // around the block being read
};

}  // namespace

Statement const* Statement::find(std::string_view wanted) const {
    for (auto statement = block.rbegin(); statement != block.rend(); ++statement)
        if (statement->keyword().text == wanted) return &*statement;
    return nullptr;
}

std::vector<Statement> build_tree(std::vector<Token> const& tokens, Reporter& reporter) {
    return Builder(tokens, reporter).run();
}

}  // namespace drover::config
