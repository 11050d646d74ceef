#include "real/options.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace drover::real {
namespace {

std::optional<Verb> verb_of(std::string_view word) {
    if (word == "start") return Verb::start;
    if (word == "stop") return Verb::stop;
    if (word == "restart") return Verb::restart;
    if (word == "status") return Verb::status;
    return std::nullopt;
}

}  // namespace

Result<std::vector<Address>> parse_vips(std::string_view list) {
    constexpr std::string_view separators = " \t,";
    std::vector<Address> vips;
    for (auto start = list.find_first_not_of(separators); start != std::string_view::npos;) {
        auto const end = std::min(list.find_first_of(separators, start), list.size());
        auto const word = list.substr(start, end - start);
        auto const vip = Address::parse(word);
        if (!vip) return fail("'" + std::string(word) + "' is no IP address");
        if (std::ranges::find(vips, *vip) == vips.end()) vips.push_back(*vip);
        start = list.find_first_not_of(separators, end);
    }
    return vips;
}

Result<Options> parse_lvs_dr(std::span<std::string const> arguments, std::string_view vip) {
    auto const verb = arguments.size() == 1 ? verb_of(arguments.front()) : std::nullopt;
    if (!verb) return fail(std::string(lvs_dr_usage));
    auto vips = parse_vips(vip);
    if (!vips) return fail("VIP in the environment: " + vips.error().message);
    Options options;
    options.verb = *verb;
    options.vips = std::move(*vips);
    options.words = Words::init_script;
    return options;
}

}  // namespace drover::real
