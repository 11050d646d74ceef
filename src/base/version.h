#pragma once

namespace drover {

/// "1.2.3": the version of the project in CMakeLists.txt.
extern char const* const version;

}  // namespace drover
