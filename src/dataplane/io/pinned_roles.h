// The role words that an earlier daemon left, mapped from their pin: VRRP can go on by them while the program, which takes
// the kernel a second or more to verify, is still being loaded. It is the same memory that the program has then.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>

#include "dataplane/io/pins.h"
#include "dataplane/roles.h"

namespace drover::dataplane {

/// Whether this version could take over what is pinned there, also while another daemon holds it; true where nothing is.
bool could_take_over(std::filesystem::path const& pin_directory);

class PinnedRoles {
public:
    /// Nothing if there are none, or none that this version could take over.
    static std::optional<PinnedRoles> open(Pins const& pins);

    PinnedRoles(PinnedRoles&&) noexcept = default;
    PinnedRoles& operator=(PinnedRoles&&) = delete;

    Roles& roles() { return roles_; }

private:
    struct Unmap {
        std::size_t bytes;
        void operator()(std::byte* memory) const;
    };
    using Memory = std::unique_ptr<std::byte, Unmap>;

    static Memory map_pinned(Pins const& pins, char const* name, std::size_t bytes);
    PinnedRoles(Memory roles, Memory rivals);

    Memory roles_memory_, rivals_memory_;
    Roles roles_;
};

}  // namespace drover::dataplane
