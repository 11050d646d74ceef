// The packet path's tables (DROVER_TABLE in bpf/maps.h) are array maps with one value, and the program shall have that
// value's address as a constant. C for BPF can name a map, but not what is in it: so instructions that load such a map
// are changed to load its value (BPF_PSEUDO_MAP_VALUE, Linux 5.2) just before libbpf hands a program to the kernel.
#pragma once

#include "base/result.h"

namespace drover::dataplane {

/// For every program of the sections "xdp" and "tc" that this process loads from now on. Calling it again does nothing.
Result<void> use_tables_directly();

}  // namespace drover::dataplane
