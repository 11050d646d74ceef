#include "vrrp/resume.h"

namespace drover::vrrp {

std::optional<TimePoint> may_resume(std::optional<SavedRole> const& saved, model::Instance const& instance,
                                    TimePoint now, std::uint64_t boot) {
    // An orderly stop is recorded as INIT.
    if (!saved || saved->state != model::VrrpState::master) return std::nullopt;
    if (saved->virtual_router_id != instance.virtual_router_id) return std::nullopt;
    // Boot time starts from zero again with each boot; the second test is for boards that cannot tell boots apart.
    if (saved->boot != boot || saved->last_advert > now) return std::nullopt;
    if (now - saved->last_advert > instance.down_adverts * saved->interval) return std::nullopt;
    return saved->last_advert;
}

}  // namespace drover::vrrp
