#include "app/static_items.h"

#include <utility>

#include "base/log.h"

namespace drover::app {

Result<void> StaticItems::apply(model::Holdings wanted) {
    bool const is_empty = wanted.addresses.empty() && wanted.routes.empty() && wanted.rules.empty();
    if (!kernel_ && is_empty) return {};
    if (!kernel_) {
        auto network = VrrpNetwork::open();
        if (!network) return std::unexpected(network.error());
        kernel_ = std::make_unique<Kernel>(std::move(*network));
    }
    if (auto const followed = kernel_->network.follow(); !followed) return std::unexpected(followed.error());
    auto const before = std::exchange(held_, std::move(wanted));
    kernel_->holdings.drop_difference(before, held_);
    (void)kernel_->holdings.take(held_);
    for (auto const& problem : kernel_->holdings.problems()) log::warning("static: {}", problem);
    return {};
}

void StaticItems::drop() {
    if (kernel_) kernel_->holdings.drop(std::exchange(held_, {}));
}

}  // namespace drover::app
