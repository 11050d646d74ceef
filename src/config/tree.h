// The blocks of a configuration: statements of words, some with a block of statements of their own.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "config/lexer.h"
#include "config/reporter.h"
#include "config/vocabulary.h"

namespace drover::config {

struct Statement {
    std::span<Token const> words;    ///< never empty: the keyword and what follows it on its line
    Keyword const* known = nullptr;  ///< nullptr: unknown where it stands, or a line of a list
    bool has_block = false;
    bool is_void = false;                        ///< its `{` is missing: named, and without effect
    std::vector<Statement> block;                ///< empty also for a block that was skipped
    std::vector<std::string_view> inside;        ///< of an unknown block: the first words of its lines
    std::optional<Reporter::Index> complaint{};  ///< what was said of an unknown word

    Token const& keyword() const { return words.front(); }
    std::string_view name() const { return words.front().text; }
    /// The n-th argument, from 1; nullptr: there is none.
    Token const* argument(std::size_t n) const { return n < words.size() ? &words[n] : nullptr; }
    std::span<Token const> arguments() const { return words.subspan(1); }
    /// The last usable statement with this keyword in the block; nullptr: none.
    Statement const* find(std::string_view keyword) const;
};

/// Names a brace too many or too few once, where it is. As long as braces match they are believed; where one is
/// missing, words that can only stand further out and the indentation tell which block was left open, so that the rest
/// is read as it was meant. The statements refer to the tokens.
std::vector<Statement> build_tree(std::span<Token const> tokens, Reporter& reporter);

}  // namespace drover::config
