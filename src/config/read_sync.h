// lvs_sync_daemon, the words by which it was written before, and drover's own about connection sync.
#pragma once

#include <span>

#include "config/tree.h"
#include "config/values.h"
#include "model/configuration.h"

namespace drover::config {

/// Words of drover's own in global_defs; false: it is none of them.
bool read_sync_word(Reading& reading, Statement const& statement, model::Sync& sync);

/// After the instances have been read, one of which it may name.
void read_sync(Reading& reading, std::span<Statement const> tree, model::Configuration& configuration);

}  // namespace drover::config
