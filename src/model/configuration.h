// A whole configuration file as a value: read once, never changed, compared with the next one on reload.
#pragma once

#include <string>
#include <vector>

#include "model/global.h"
#include "model/instance.h"
#include "model/links.h"
#include "model/service.h"
#include "model/sync_group.h"
#include "model/tracking.h"

namespace drover::model {

struct Configuration {
    Global global;
    std::string net_namespace;  ///< name of the network namespace to run in; empty: the one it is started in
    std::vector<Instance> instances;
    Holdings fixed;  ///< static_ipaddress, static_routes, static_rules: there as long as the daemon runs
    std::vector<SyncGroup> sync_groups;
    Links links;
    Tracking tracking;
    std::vector<Service> services;
    bool operator==(Configuration const&) const = default;
};

}  // namespace drover::model
