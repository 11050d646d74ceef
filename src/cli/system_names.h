// Names as this host knows them: /etc/hosts, DNS, /etc/services. Answers are kept, since one listing asks the same
// question once a row.
#pragma once

#include <map>
#include <utility>

#include "control/names.h"

namespace drover::cli {

class SystemNames final : public control::Names {
public:
    std::optional<Address> address_of(std::string_view host) const override;
    std::optional<std::uint16_t> port_of(std::string_view service, Protocol protocol) const override;
    std::optional<std::string> host_name(Address const& address) const override;
    std::optional<std::string> service_name(std::uint16_t port, Protocol protocol) const override;

private:
    mutable std::map<Address, std::optional<std::string>> hosts_;
    mutable std::map<std::pair<std::uint16_t, Protocol>, std::optional<std::string>> services_;
};

}  // namespace drover::cli
