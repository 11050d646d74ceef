// Which words may stand where. A table: keepalived's vocabulary as far as people use it, each word with what becomes of it
// here. Further words are further rows.
#pragma once

#include <string_view>
#include <vector>

#include "config/reporter.h"
#include "config/tree.h"

namespace drover::config {

struct Statement;
struct Context;

enum class Treatment {
    carried_out,  ///< read by read_*.cpp
    without_effect,  ///< nothing to do here for it (buffers, process names of keepalived's own): accepted silently
    not_yet,      ///< known, not carried out yet by this version: one note
    renamed,      ///< an old spelling: works, with a warning that names the new one
    removed,      ///< keepalived had it once and calls it unknown now: ignored with a warning
};

struct Keyword {
    std::string_view word;
    int arguments = 0;  ///< at least so many; keepalived gives up (exit 2) when one is missing
    Treatment treatment = Treatment::carried_out;
    Context const* block = nullptr;  ///< the words in its block; nullptr: it takes none
    std::string_view remark{};         ///< what is said of it
    int most = -1;                   ///< further words are ignored with a warning; -1: any number
};

struct Context {
    std::string_view name;
    bool list = false;  ///< lines of data, not keywords
    std::vector<Keyword> keywords{};
};

Context const* root_context();
bool is_list(Context const* context);
bool knows(Context const* context, std::string_view word);
/// The context of the block that `word` opens in `context`; nullptr: it is unknown there or takes no block.
Context const* inner_context(Context const* context, std::string_view word);

/// Says what is wrong with the words of a tree: unknown ones (with the one that was meant), missing arguments, words too
/// many, blocks that are missing or too much, repetitions; and notes what is not carried out yet, once each.
void check_words(std::vector<Statement> const& tree, Reporter& reporter);

/// The candidate within a short edit distance of the word, a swap of neighbours counting as one edit; empty: none is near.
std::string_view nearest(std::string_view word, std::vector<std::string_view> const& candidates);

}  // namespace drover::config
