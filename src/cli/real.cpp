#include <cstdlib>
#include <iostream>

#include "cli/commands.h"
#include "real/io/command.h"
#include "real/options.h"

namespace drover::cli {

namespace {

real::Verb verb_named(std::string_view word) {
    if (word == "start") return real::Verb::start;
    if (word == "stop") return real::Verb::stop;
    return word == "restart" ? real::Verb::restart : real::Verb::status;
}

}  // namespace

int real(RealRequest const& request) {
    real::Options options;
    options.verb = verb_named(request.verb);
    options.vips = request.vips;
    options.devices = request.devices;
    if (!request.state_file.empty()) options.state_file = request.state_file;
    if (!request.configuration_file.empty()) options.configuration_file = request.configuration_file;
    return static_cast<int>(real::run(options, std::cout, std::cerr));
}

int lvs_dr(std::vector<std::string> const& words) {
    auto const* vip = std::getenv("VIP");
    return static_cast<int>(real::run_lvs_dr(words, vip == nullptr ? "" : vip, std::cout, std::cerr));
}

}  // namespace drover::cli
