// Words of drover's own (docs/drover.conf.md), in global_defs and in virtual_server.
#pragma once

#include "config/tree.h"
#include "config/values.h"
#include "model/global.h"
#include "model/service.h"

namespace drover::config {

/// True if the statement was such a word; what is wrong with it is said, and has no effect.
bool read_own_word(Reading& reading, Statement const& statement, model::Global& global);
bool read_own_word(Reading& reading, Statement const& statement, model::Service& service);

/// What the words amount to together, once the whole service is read: a prefix in both lists, words that the scheduler
/// has no use for. `at` is the block's place.
void judge_own_words(Reading& reading, Position const& at, model::Service const& service);

/// A virtual_server of nothing but own words (and the protocol that tells which service is meant): they are added to
/// the service of the same name, which may stand in another file.
bool is_addition(Statement const& block);

}  // namespace drover::config
