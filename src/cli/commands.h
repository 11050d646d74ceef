// The commands, one file each. Each prints to standard output, says what went wrong in one sentence on standard error,
// and returns the exit code.
#pragma once

#include "cli/arguments.h"

namespace drover::cli {

int check(CheckRequest const& request);
int status(StatusRequest const& request);
int conns(ConnsRequest const& request);
int reload(ReloadRequest const& request);
int handover(HandoverRequest const& request);
int upgrade(UpgradeRequest const& request);
int ipvsadm(IpvsadmRequest const& request);
int real(RealRequest const& request);
/// Called as `lvs-dr`.
int lvs_dr(std::vector<std::string> const& words);

}  // namespace drover::cli
