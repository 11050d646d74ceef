#include "base/version.h"

namespace drover {

char const* const version = DROVER_VERSION;

}  // namespace drover
