// lb_algo and the flags of schedulers, in virtual_server.
#pragma once

#include "config/tree.h"
#include "config/values.h"
#include "model/service.h"

namespace drover::config {

/// True if the statement was such a word; what is wrong with it is said, and has no effect. In the order of the file:
/// keepalived looks at the scheduler that it knows when it comes to a flag.
bool read_scheduler_word(Reading& reading, Statement const& statement, model::Service& service);

/// The statement is an lb_algo with a scheduler that there is.
bool names_scheduler(Statement const& statement);

}  // namespace drover::config
