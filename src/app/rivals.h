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

/// Virtual routers (interface, VRID, family) that are this process's in this network namespace, for as long as it lives.
class Claims {
public:
    /// Adds those of the instances that are not held yet; an error names the instance that another drover has claimed, and
    /// what was added before it stays.
    Result<void> add(std::vector<model::Instance> const& instances);

private:
    std::map<std::string, loop::Fd> held_;
};

/// One sentence when a keepalived that runs in this network namespace has an instance of ours in its configuration; empty:
/// none has.
std::string keepalived_in_the_way(std::vector<model::Instance> const& ours);

}  // namespace drover::app
