#include "app/configuration_file.h"

#include <filesystem>

#include "config/io/host_files.h"

namespace drover::app {

std::optional<std::string> configuration_file(RunOptions const& options) {
    if (!options.configuration.empty()) return options.configuration;
    auto usual = usual_configuration();
    std::error_code ignored;
    if (!std::filesystem::exists(usual, ignored)) return std::nullopt;
    return usual;
}

config::Loaded load_configuration(std::optional<std::string> const& file, std::string const& config_id) {
    if (!file) return {};
    config::HostFiles files;
    config::ThisHost const host(config_id);
    return config::load(*file, files, host);
}

}  // namespace drover::app
