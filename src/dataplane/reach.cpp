#include "dataplane/reach.h"

namespace drover::dataplane {

namespace {

constexpr int kLooks = 2;

}  // namespace

Reach::News Reach::look(model::ServiceObserved const& service) {
    if (service.unreachable) {
        auto& looks = unreachable_[service.key];
        if (looks == kLooks) return News::none;
        return ++looks == kLooks ? News::lost : News::none;
    }
    auto const known = unreachable_.find(service.key);
    if (known == unreachable_.end()) return News::none;
    auto const told = known->second == kLooks;
    unreachable_.erase(known);
    return told ? News::found : News::none;
}

}  // namespace drover::dataplane
