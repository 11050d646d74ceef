#include "dataplane/io/pinned_roles.h"

#include <bpf/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <span>
#include <utility>

#include "loop/io/fd.h"

namespace drover::dataplane {

namespace {

constexpr char const* kLayouts = "layouts";

struct PinnedMap {
    loop::Fd fd;
    bpf_map_info info{};
};

PinnedMap open_map(std::string const& path) {
    PinnedMap map{loop::Fd(bpf_obj_get(path.c_str())), {}};
    __u32 length = sizeof map.info;
    if (map.fd && bpf_obj_get_info_by_fd(map.fd.get(), &map.info, &length) != 0) map.fd.reset();
    return map;
}

/// What BpfObject::load() will find as well, and take over.
bool has_our_layout(std::string const& path) {
    auto const map = open_map(path);
    contract::layout found{};
    __u32 const zero = 0;
    return map.fd && map.info.value_size == sizeof found && bpf_map_lookup_elem(map.fd.get(), &zero, &found) == 0 &&
           found.version == contract::LAYOUT_VERSION;
}

template <class Row>
std::span<Row> rows_in(std::byte* memory) {
    return {reinterpret_cast<Row*>(memory), contract::MAX_ROLES};
}

}  // namespace

bool could_take_over(std::filesystem::path const& pin_directory) {
    auto const layouts = pin_directory / kLayouts;
    std::error_code error;
    return !std::filesystem::exists(layouts, error) || has_our_layout(layouts.string());
}

void PinnedRoles::Unmap::operator()(std::byte* memory) const { ::munmap(memory, bytes); }

/// The whole table is the map's one value.
PinnedRoles::Memory PinnedRoles::map_pinned(Pins const& pins, char const* name, std::size_t bytes) {
    auto const map = open_map(pins.map(name));
    if (!map.fd || map.info.value_size != bytes) return Memory(nullptr, Unmap{0});
    auto const page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    auto const mapped = (bytes + page - 1) / page * page;
    void* const memory = ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_SHARED, map.fd.get(), 0);
    if (memory == MAP_FAILED) return Memory(nullptr, Unmap{0});
    return Memory(static_cast<std::byte*>(memory), Unmap{mapped});
}

PinnedRoles::PinnedRoles(Memory roles, Memory rivals)
    : roles_memory_(std::move(roles)), rivals_memory_(std::move(rivals)),
      roles_(rows_in<contract::role>(roles_memory_.get()), rows_in<contract::rival>(rivals_memory_.get())) {}

std::optional<PinnedRoles> PinnedRoles::open(Pins const& pins) {
    if (!has_our_layout(pins.map(kLayouts))) return std::nullopt;
    auto roles = map_pinned(pins, "roles", contract::MAX_ROLES * sizeof(contract::role));
    auto rivals = map_pinned(pins, "rivals", contract::MAX_ROLES * sizeof(contract::rival));
    if (!roles || !rivals) return std::nullopt;
    return PinnedRoles(std::move(roles), std::move(rivals));
}

}  // namespace drover::dataplane
