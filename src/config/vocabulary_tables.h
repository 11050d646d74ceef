// The table itself; vocabulary.h says what it means.
#pragma once

#include "config/vocabulary.h"

namespace drover::config {

Context const& root_table();

}  // namespace drover::config
