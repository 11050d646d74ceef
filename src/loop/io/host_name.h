// What this host calls itself.
#pragma once

#include <unistd.h>

#include <string>

namespace drover::loop {

inline std::string host_name() {
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    return name;
}

}  // namespace drover::loop
