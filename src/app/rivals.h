// Who else on this host would do the same job: two speakers for one VRID on one interface would both send adverts from
// this host's address, and each would take the other's for its own.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "loop/io/fd.h"
#include "model/instance.h"

namespace drover::app {

/// (interface, VRID) pairs that are this process's in this network namespace, for as long as it lives.
class Claims {
public:
    /// Adds those of the instances that are not held yet; an error names the instance that another drover has claimed, and
    /// what was added before it stays.
    Result<void> add(std::vector<model::Instance> const& instances);

private:
    std::map<std::string, loop::Fd> held_;
};

/// A keepalived that runs in this network namespace, and its configuration file as it sees it.
struct RunningKeepalived {
    int pid = 0;
    std::string configuration;  ///< a path that this process can open (/proc/PID/root/...)
};
std::vector<RunningKeepalived> running_keepaliveds();

/// One sentence when an instance of ours is also one of theirs; empty: no clash.
std::string clash(std::vector<model::Instance> const& ours, std::vector<model::Instance> const& theirs, int pid);

}  // namespace drover::app
