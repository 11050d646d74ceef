// Which services nobody can be reached for, told once each time that changes.
#pragma once

#include <unordered_map>

#include "base/endpoint.h"
#include "model/observed.h"

namespace drover::dataplane {

class Reach {
public:
    enum class News { none, lost, found };

    /// Lost: with the second look in succession that found every MAC address unknown; a server that was just configured
    /// is asked for its own first.
    News look(model::ServiceObserved const& service);

private:
    std::unordered_map<ServiceKey, int> unreachable_;  // and in how many looks
};

}  // namespace drover::dataplane
