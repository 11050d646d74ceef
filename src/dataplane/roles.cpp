#include "dataplane/roles.h"

#include <array>
#include <bit>
#include <cstring>

#include "dataplane/words.h"

namespace drover::dataplane {

std::string Roles::name_of(std::uint32_t number) const {
    auto const& name = roles_[number].instance;
    return {name, strnlen(name, sizeof name)};
}

std::optional<std::uint32_t> Roles::find(std::string_view instance) const {
    for (std::uint32_t number = 1; number < roles_.size(); ++number)
        if (roles_[number].instance[0] != '\0' && name_of(number) == instance) return number;
    return std::nullopt;
}

Result<std::uint32_t> Roles::number_of(std::string_view instance) {
    if (auto const known = find(instance)) return *known;
    if (instance.empty() || instance.size() > sizeof(contract::role::instance))
        return fail("the name of vrrp_instance " + std::string(instance) + " is longer than " +
                    std::to_string(sizeof(contract::role::instance)) + " bytes");
    for (std::uint32_t number = 1; number < roles_.size(); ++number) {
        auto& role = roles_[number];
        if (role.instance[0] != '\0') continue;
        role = contract::role{};
        rivals_[number] = contract::rival{};
        std::memcpy(role.instance, instance.data(), instance.size());
        return number;
    }
    return fail("more than " + std::to_string(roles_.size() - 1) + " VRRP instances");
}

void Roles::forget(std::string_view instance) {
    auto const number = find(instance);
    if (!number) return;
    shut_gate(*number);
    std::memset(roles_[*number].instance, 0, sizeof roles_[*number].instance);
}

void Roles::open_gate(std::uint32_t number) { store(roles_[number].gate, __u32{1}); }

/// Who gives the addresses up in order has nothing to surrender.
void Roles::shut_gate(std::uint32_t number) {
    store(roles_[number].gate, __u32{0});
    withdraw_surrender(number);
}

bool Roles::is_open(std::uint32_t number) const { return load(roles_[number].gate) != 0; }

void Roles::save(std::uint32_t number, SavedRole const& saved) {
    auto& role = roles_[number];
    store(role.boot, __u64{saved.boot});
    store(role.virtual_router_id, __u32{saved.virtual_router_id});
    store(role.interval_us, static_cast<__u64>(saved.interval.count()));
    store(role.last_advert_us, static_cast<__u64>(saved.last_advert.time_since_epoch().count()));
    store(role.state, static_cast<__u32>(saved.state));
    store(rivals_[number].down_us, static_cast<__u64>(saved.down.count()));
}

SeenClaim Roles::claim(std::uint32_t number) const {
    auto const& claim = rivals_[number];
    SeenClaim seen;
    seen.answered = TimePoint(Duration(static_cast<std::int64_t>(load(claim.answered_us))));
    seen.surrendered = load(claim.surrendered) != 0;
    auto const mac = load(claim.mac);
    for (std::size_t i = 0; i < seen.mac.bytes.size(); ++i) seen.mac.bytes[i] = static_cast<std::uint8_t>(mac >> 8 * i);
    std::array<__u64, 2> const words{load(claim.address[0]), load(claim.address[1])};
    seen.address = std::bit_cast<Address>(std::bit_cast<Address::Bytes>(words));
    return seen;
}

void Roles::withdraw_surrender(std::uint32_t number) { store(rivals_[number].surrendered, __u32{0}); }

SavedRole Roles::saved(std::uint32_t number) const {
    auto const& role = roles_[number];
    SavedRole saved;
    saved.state = static_cast<model::VrrpState>(load(role.state) & 3);
    saved.last_advert = TimePoint(Duration(static_cast<std::int64_t>(load(role.last_advert_us))));
    saved.interval = Duration(static_cast<std::int64_t>(load(role.interval_us)));
    saved.virtual_router_id = static_cast<std::uint8_t>(load(role.virtual_router_id));
    saved.boot = load(role.boot);
    return saved;
}

}  // namespace drover::dataplane
