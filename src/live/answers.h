// IPVS's errors in ipvsadm's words, which depend on what was asked.
#pragma once

#include "model/edit.h"

namespace drover::live {

/// What ipvsadm 1.31 prints when IPVS answers `edit` with this errno.
model::EditOutcome refused(model::Edit const& edit, int code);

}  // namespace drover::live
