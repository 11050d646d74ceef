#include "vrrp/refusal.h"

namespace drover::vrrp {

std::string_view name(Reason reason) {
    switch (reason) {
        case Reason::length: return "length";
        case Reason::ip_header: return "IP header";
        case Reason::destination: return "destination";
        case Reason::ttl: return "TTL";
        case Reason::version: return "version";
        case Reason::type: return "type";
        case Reason::checksum: return "checksum";
        case Reason::virtual_router: return "virtual router";
        case Reason::auth_type: return "authentication type";
        case Reason::password: return "password";
        case Reason::interval: return "interval";
        case Reason::source: return "source";
        case Reason::integrity: return "integrity";
        case Reason::replay: return "replay";
    }
    return "?";
}

}  // namespace drover::vrrp
