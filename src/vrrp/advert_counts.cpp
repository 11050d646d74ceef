#include "vrrp/advert_counts.h"

namespace drover::vrrp {

namespace {

constexpr std::size_t auth_type_at = 4;        // RFC 2338 5.1
constexpr std::uint8_t last_auth_type = 2;     // none, password, authentication header

bool is_unknown_auth_type(Packet const& packet) {
    return packet.payload.size() > auth_type_at && packet.payload[auth_type_at] > last_auth_type;
}

}  // namespace

void count_refused(model::AdvertCounts& counts, Packet const& packet, Reason reason) {
    switch (reason) {
        case Reason::length: ++counts.wrong_length; break;
        case Reason::ttl: ++counts.wrong_ttl; break;
        case Reason::type: ++counts.wrong_type; break;
        case Reason::interval: ++counts.wrong_interval; break;
        case Reason::password:
        case Reason::integrity:
        case Reason::replay: ++counts.wrong_password; break;
        case Reason::auth_type:
            ++(is_unknown_auth_type(packet) ? counts.unknown_authentication : counts.other_authentication);
            break;
        case Reason::ip_header:
        case Reason::destination:
        case Reason::version:
        case Reason::checksum:
        case Reason::virtual_router:
        case Reason::source: break;
    }
}

}  // namespace drover::vrrp
