// The real files and the real host behind a configuration.
#pragma once

#include "config/environment.h"

namespace drover::config {

class HostFiles final : public FileSource {
public:
    Result<std::string> read(std::string const& path) override;
    std::vector<std::string> expand(std::string const& pattern, std::string const& directory) override;
};

class ThisHost final : public Host {
public:
    /// `config_id` empty: the short host name.
    explicit ThisHost(std::string config_id = {});
    std::string config_id() const override { return config_id_; }
    std::optional<std::set<std::string>> interfaces() const override { return interfaces_; }
    std::optional<std::set<Address>> addresses() const override { return addresses_; }
    ScriptState script(std::string const& path) const override;

private:
    std::string config_id_;
    std::set<std::string> interfaces_;
    std::set<Address> addresses_;
};

}  // namespace drover::config
