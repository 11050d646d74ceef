// What of that which ipvsadm can say this version's packet path cannot carry out.
#pragma once

#include <string>

#include "model/edit.h"

namespace drover::live {

/// One sentence; empty: it can.
std::string why_not_carried_out(model::Edit const& edit);

}  // namespace drover::live
