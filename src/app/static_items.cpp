#include "app/static_items.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "loop/io/clock.h"

namespace drover::app {

namespace {

/// For what could not be set, or has gone silently, with the interface or the network of a gateway.
constexpr Duration kLookEvery = 5s;

}  // namespace

Result<void> StaticItems::open() {
    auto network = VrrpNetwork::open();
    if (!network) return std::unexpected(network.error());
    kernel_ = std::make_unique<Kernel>(std::move(*network));
    loop_.watch(kernel_->network.fd(), [this] { on_change(); });
    return {};
}

Result<void> StaticItems::apply(model::Holdings wanted) {
    bool const is_empty = wanted.addresses.empty() && wanted.routes.empty() && wanted.rules.empty();
    if (!kernel_ && is_empty) return {};
    if (!kernel_)
        if (auto done = open(); !done) return done;
    if (auto const followed = kernel_->network.follow(); !followed) return std::unexpected(followed.error());
    auto const before = std::exchange(held_, std::move(wanted));
    kernel_->holdings.drop_difference(before, held_);
    (void)kernel_->holdings.take(held_);
    problems_.clear();
    say_new_problems();
    look_later(kLookEvery);
    return {};
}

void StaticItems::on_change() {
    auto const changes = kernel_->network.follow();
    if (!changes) return log::error("static: {}", changes.error().message);
    if (changes->links || changes->holdings || kernel_->holdings.lacks_an_address(held_)) put_back();
}

void StaticItems::put_back() {
    auto const now = loop::now();
    if (restores_.waits(now)) return look_later(restores_.until() - now);
    auto const missing = kernel_->holdings.take(held_);
    say_new_problems();
    for (auto const& name : missing.names) log::warning("static: {} was missing: set again", name);
    if (!missing.names.empty() && restores_.restored(now))
        log::warning("static: what it holds is removed again and again: from now on it is set again every {} s",
                     vrrp::RestorePace::kPause / 1s);
    look_later(kLookEvery);
}

void StaticItems::look_later(Duration delay) {
    look_again_.after(delay, [this] { put_back(); });
}

void StaticItems::say_new_problems() {
    auto const& now = kernel_->holdings.problems();
    for (auto const& problem : now)
        if (std::ranges::find(problems_, problem) == problems_.end()) log::warning("static: {}", problem);
    problems_ = now;
}

void StaticItems::drop() {
    look_again_.cancel();
    if (kernel_) kernel_->holdings.drop(std::exchange(held_, {}));
}

}  // namespace drover::app
