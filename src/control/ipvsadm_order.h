// The order of ipvsadm's listings: by mark, family, protocol, address and port; servers by family, address and port.
// ipvsadm takes the difference of two numbers for their order, so 172.16.0.1 stands before 10.0.0.1 (the difference is
// more than half of all addresses), and three addresses may have no order at all: then it is the C library's merge
// sort that decides, and so it is done here.
#pragma once

#include <vector>

#include "model/observed.h"

namespace drover::control::ipvsadm {

void sort(std::vector<model::ServiceObserved const*>& services);
void sort(std::vector<model::ServerObserved const*>& servers);

}  // namespace drover::control::ipvsadm
