#include "dataplane/io/pinned_roles.h"

#include <bpf/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <utility>

#include "loop/io/fd.h"

namespace drover::dataplane {

namespace {

struct PinnedMap {
    loop::Fd fd;
    bpf_map_info info{};
};

PinnedMap open_map(Pins const& pins, char const* name) {
    PinnedMap map{loop::Fd(bpf_obj_get(pins.map(name).c_str())), {}};
    __u32 length = sizeof map.info;
    if (map.fd && bpf_obj_get_info_by_fd(map.fd.get(), &map.info, &length) != 0) map.fd.reset();
    return map;
}

/// What BpfObject::load() will find as well, and take over.
bool has_our_layout(Pins const& pins) {
    auto const map = open_map(pins, "layouts");
    contract::layout found{};
    __u32 const zero = 0;
    return map.fd && map.info.value_size == sizeof found && bpf_map_lookup_elem(map.fd.get(), &zero, &found) == 0 &&
           found.version == contract::LAYOUT_VERSION;
}

std::span<contract::role> roles_in(std::span<std::byte> memory) {
    return {reinterpret_cast<contract::role*>(memory.data()), contract::MAX_ROLES};
}

}  // namespace

PinnedRoles::PinnedRoles(std::span<std::byte> memory) : memory_(memory), roles_(roles_in(memory)) {}

PinnedRoles::PinnedRoles(PinnedRoles&& other) noexcept
    : memory_(std::exchange(other.memory_, {})), roles_(other.roles_) {}

PinnedRoles::~PinnedRoles() {
    if (!memory_.empty()) ::munmap(memory_.data(), memory_.size());
}

std::optional<PinnedRoles> PinnedRoles::open(Pins const& pins) {
    if (!has_our_layout(pins)) return std::nullopt;
    auto const map = open_map(pins, "roles");
    if (!map.fd || map.info.value_size != contract::MAX_ROLES * sizeof(contract::role))
        return std::nullopt;
    auto const page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    auto const bytes = (contract::MAX_ROLES * sizeof(contract::role) + page - 1) / page * page;
    void* const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, map.fd.get(), 0);
    if (memory == MAP_FAILED) return std::nullopt;
    return PinnedRoles({static_cast<std::byte*>(memory), bytes});
}

}  // namespace drover::dataplane
