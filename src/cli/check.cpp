#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "cli/commands.h"
#include "cli/output.h"
#include "config/diagnostic.h"
#include "config/io/host_files.h"
#include "config/load.h"

namespace drover::cli {

namespace {

/// Of two files' codes the one that matters more: a file that cannot be used before one that was put right.
int worse(int one, int other) {
    constexpr int order[] = {config::clean, config::insecure_scripts, config::corrected, config::missing_argument,
                             config::cannot_run};
    int worst = one;
    for (int const code : order)
        if (code == one || code == other) worst = code;
    return worst;
}

std::string summary(std::string const& file, config::Loaded const& loaded) {
    auto const count = [](std::size_t number, std::string_view noun) {
        return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
    };
    return fmt::format(
        "{}: {}, {}, {}\n", file, count(loaded.configuration.instances.size(), "instance"),
        count(loaded.configuration.services.size(), "service"),
        loaded.diagnostics.empty() ? "nothing to complain about" : count(loaded.diagnostics.size(), "remark"));
}

bool add_to(std::string const& path, std::string const& text) {
    std::ofstream file(path, std::ios::app);
    return static_cast<bool>(file << text << std::flush);
}

}  // namespace

int check(CheckRequest const& request) {
    config::HostFiles files;
    config::ThisHost const host(request.config_id);
    std::vector<config::Diagnostic> said;
    std::string log;
    int code = config::clean;
    for (auto const& file : request.files) {
        auto const loaded = config::load(file, files, host);
        auto const strict = request.strict && loaded.exit_code == config::clean && !loaded.diagnostics.empty();
        code = worse(code, strict ? config::corrected : loaded.exit_code);
        if (request.json) {
            said.insert(said.end(), loaded.diagnostics.begin(), loaded.diagnostics.end());
            continue;
        }
        if (!request.log_file.empty()) {
            log += config::render_text(loaded.diagnostics, false);
            continue;
        }
        print(config::render_text(loaded.diagnostics, colour_wanted()));
        if (loaded.exit_code != config::cannot_run) print(summary(file, loaded));
    }
    if (!request.log_file.empty() && !add_to(request.log_file, log))
        return complain("drover", Error{"cannot write " + request.log_file, 0});
    if (request.json) print(config::render_json(said, code));
    return finish(code);
}

}  // namespace drover::cli
