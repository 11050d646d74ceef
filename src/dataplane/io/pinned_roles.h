// The role words that an earlier daemon left, mapped from their pin: VRRP can go on by them while the program, which takes
// the kernel a second or more to verify, is still being loaded. It is the same memory that the program has then.
#pragma once

#include <optional>
#include <span>

#include "dataplane/io/pins.h"
#include "dataplane/roles.h"

namespace drover::dataplane {

class PinnedRoles {
public:
    /// Nothing if there are none, or none that this version could take over.
    static std::optional<PinnedRoles> open(Pins const& pins);

    PinnedRoles(PinnedRoles&& other) noexcept;
    PinnedRoles& operator=(PinnedRoles&&) = delete;
    ~PinnedRoles();

    Roles& roles() { return roles_; }

private:
    explicit PinnedRoles(std::span<std::byte> memory);

    std::span<std::byte> memory_;
    Roles roles_;
};

}  // namespace drover::dataplane
