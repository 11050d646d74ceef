// notify, notify_master, notify_backup, notify_fault, notify_stop: of an instance and of a sync group.
#pragma once

#include "config/values.h"
#include "model/instance.h"

namespace drover::config {

/// Of scripts, unlike other words, keepalived takes the first. Another word is left alone.
void read_notify_word(Reading& reading, Statement const& statement, model::NotifyScripts& scripts);

}  // namespace drover::config
