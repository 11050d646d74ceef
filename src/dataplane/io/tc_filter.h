// The packet path at tc ingress: a BPF filter with a handle of its own on the interface's clsact qdisc. It belongs to no
// process, so it stays when the daemon goes, and the next one puts its program in the same place in one step. Linux 5.15
// has no link for it (tcx came with 6.6).
//
// Filters of others stay where they are. Ours comes before them; what it does not balance goes on to them.
#pragma once

#include "base/result.h"

namespace drover::dataplane {

/// True if the filter there is the packet path, of whichever daemon.
bool is_tc_filter_on(int ifindex);

/// True if the interface has the qdisc that carries filters.
Result<bool> has_clsact(int ifindex);
Result<void> make_clsact(int ifindex);

/// `replace`: in the place of the one that is there, without a packet in between. Fails with the kernel's reason alone,
/// EEXIST when another drover's filter is there and is not to be replaced.
Result<void> put_tc_filter(int ifindex, int program_fd, bool replace);

/// Takes the packet path off, if it is there; with `clsact` the qdisc, too, unless others have filters on it.
void remove_tc_filter(int ifindex, bool clsact);

}  // namespace drover::dataplane
