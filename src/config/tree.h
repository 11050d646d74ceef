// The blocks of a configuration: statements of words, some with a block of statements of their own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/lexer.h"
#include "config/reporter.h"

namespace drover::config {

struct Statement {
    std::vector<Token> words;  ///< never empty: the keyword and what follows it on the line
    bool has_block = false;
    std::vector<Statement> block;

    Token const& keyword() const { return words.front(); }
    /// The n-th argument, from 1; nullptr when there is none.
    Token const* argument(std::size_t n) const { return n < words.size() ? &words[n] : nullptr; }
    /// The last statement with this keyword in the block (keepalived: the last one wins); nullptr: none.
    Statement const* find(std::string_view keyword) const;
};

/// A `}` too much and a block that never ends are named once, where they are, and cost nothing else: a word that can only
/// stand further out (a `virtual_server` inside a `vrrp_instance`) ends the blocks that were left open.
std::vector<Statement> build_tree(std::vector<Token> const& tokens, Reporter& reporter);

}  // namespace drover::config
