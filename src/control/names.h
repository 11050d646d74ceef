// Names for numbers and back, as /etc/hosts, DNS and /etc/services know them. Looking them up is input and output, so
// the real ones live in cli/; with -n, and in most tests, nothing is looked up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/endpoint.h"

namespace drover::control {

class Names {
public:
    virtual ~Names() = default;
    virtual std::optional<Address> address_of(std::string_view host) const = 0;
    virtual std::optional<std::uint16_t> port_of(std::string_view service, Protocol protocol) const = 0;
    virtual std::optional<std::string> host_name(Address const& address) const = 0;
    virtual std::optional<std::string> service_name(std::uint16_t port, Protocol protocol) const = 0;
};

class NumbersOnly final : public Names {
public:
    std::optional<Address> address_of(std::string_view) const override { return std::nullopt; }
    std::optional<std::uint16_t> port_of(std::string_view, Protocol) const override { return std::nullopt; }
    std::optional<std::string> host_name(Address const&) const override { return std::nullopt; }
    std::optional<std::string> service_name(std::uint16_t, Protocol) const override { return std::nullopt; }
};

}  // namespace drover::control
