// vrrp_sync_group: instances that are MASTER together or not at all.
#pragma once

#include <string>
#include <vector>

#include "model/instance.h"
#include "model/origin.h"

namespace drover::model {

struct SyncGroup {
    std::string name;
    std::vector<std::string> members;  ///< names of instances, in the order of the file; each in one group at most
    NotifyScripts notify;              ///< `notify` is run with GROUP NAME STATE 0
    bool smtp_alert = false;           ///< a mail for each change of state
    Origin origin;
    bool operator==(SyncGroup const&) const = default;
};

}  // namespace drover::model
