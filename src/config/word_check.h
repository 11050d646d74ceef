// What is wrong with the words of a tree: unknown ones (with what was meant), misplaced ones, arguments too few or too
// many, blocks that are missing or too much, old spellings, repetitions; and what is not carried out yet, each once.
#pragma once

#include <vector>

#include "config/reporter.h"
#include "config/tree.h"

namespace drover::config {

/// Fills in Statement::complaint.
void check_words(std::vector<Statement>& tree, Reporter& reporter);

}  // namespace drover::config
