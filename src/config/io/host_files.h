// The real files and the real host behind a configuration.
#pragma once

#include "config/environment.h"

namespace drover::config {

class HostFiles final : public FileSource {
public:
    Result<std::string> read(std::string const& path) override;
    std::vector<std::string> expand(std::string const& pattern, std::string const& directory) override;
};

/// Interfaces, addresses and gateways are those of the moment when it was made.
class ThisHost final : public Host {
public:
    /// `config_id` empty: the short host name.
    explicit ThisHost(std::string config_id = {});
    std::string config_id() const override { return config_id_; }
    std::optional<std::set<std::string>> interfaces() const override { return interfaces_; }
    std::optional<std::set<Prefix>> addresses() const override { return addresses_; }
    std::set<Address> gateways() const override { return gateways_; }
    ScriptState script(std::string const& program) const override;
    std::string weak_part(std::string const& program) const override;
    bool has_user(std::string const& user) const override;
    std::optional<std::string> variable(std::string const& name) const override;
    std::uint32_t random_seed() const override;

private:
    std::string config_id_;
    std::optional<std::set<std::string>> interfaces_;
    std::optional<std::set<Prefix>> addresses_;
    std::set<Address> gateways_;
};

/// Gateways of the default routes in the text of /proc/net/route.
std::set<Address> default_gateways(std::string_view routes);

}  // namespace drover::config
