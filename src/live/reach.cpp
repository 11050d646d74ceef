#include "live/reach.h"

#include "base/overloaded.h"
#include "live/rows.h"

namespace drover::live {

namespace {

namespace edit = model::edit;

std::string why_not(model::LiveService const& service) {
    if (service.name.fwmark != 0) return "services of firewall marks are not carried out yet";
    if (!service.persistence_engine.empty())
        return "persistence engine " + service.persistence_engine + " is not carried out yet";
    if (service.persistence_timeout != 0 && !prefix_length(service))
        return "persistent mask " + Address::v4(service.persistence_mask).text() +
               " is not carried out: only masks that are prefixes are";
    return {};
}

std::string why_not(model::ServiceName const& service, model::LiveServer const& server) {
    switch (server.forwarding) {
        case model::Forwarding::direct_routing:
            break;
        case model::Forwarding::nat:
            return "masquerading (-m) is not carried out yet, only direct routing (-g) is";
        case model::Forwarding::tunnel:
            return "tunneling (-i) is not carried out yet, only direct routing (-g) is";
        case model::Forwarding::reflect:
            return "this way of forwarding is the configuration's alone";
    }
    if (service.fwmark == 0 && server.endpoint.port != service.key.endpoint.port)
        return "direct routing leaves the port alone: real server " + server.endpoint.text() + " must have port " +
               std::to_string(service.key.endpoint.port);
    return {};
}

}  // namespace

std::string why_not_carried_out(model::Edit const& asked) {
    return std::visit(Overloaded{
                          [](edit::AddService const& e) { return why_not(e.service); },
                          [](edit::ChangeService const& e) { return why_not(e.service); },
                          [](edit::AddServer const& e) { return why_not(e.service, e.server); },
                          [](edit::ChangeServer const& e) { return why_not(e.service, e.server); },
                          [](auto const&) { return std::string{}; },
                      },
                      asked);
}

}  // namespace drover::live
