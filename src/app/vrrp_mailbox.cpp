#include "app/vrrp_mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

namespace drover::app {

Result<std::unique_ptr<VrrpMailbox>> VrrpMailbox::open() {
    loop::Fd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake) return fail_errno("open an eventfd for the VRRP thread");
    return std::unique_ptr<VrrpMailbox>(new VrrpMailbox(std::move(wake)));
}

void VrrpMailbox::ring() const {
    std::uint64_t const one = 1;
    // It can only fail when the counter is full, and then it is readable.
    [[maybe_unused]] auto const written = ::write(wake_.get(), &one, sizeof one);
}

void VrrpMailbox::post(VrrpCommand command) {
    auto done = command.done.get_future();
    {
        std::scoped_lock const lock(mutex_);
        commands_.push_back(std::move(command));
    }
    ring();
    done.wait();
}

VrrpPicture VrrpMailbox::picture() const {
    std::shared_ptr<VrrpPicture const> held;
    {
        std::scoped_lock const lock(mutex_);
        held = picture_;
    }
    return *held;
}

std::vector<VrrpCommand> VrrpMailbox::take() {
    std::uint64_t count = 0;
    if (::read(wake_.get(), &count, sizeof count) < 0) return {};
    std::unique_lock const lock(mutex_, std::try_to_lock);
    if (lock) return std::exchange(commands_, {});
    ring();
    return {};
}

bool VrrpMailbox::publish(std::shared_ptr<VrrpPicture const> picture) {
    std::unique_lock const lock(mutex_, std::try_to_lock);
    if (!lock) return false;
    picture_.swap(picture);
    return true;
}

}  // namespace drover::app
