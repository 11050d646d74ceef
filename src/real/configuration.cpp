#include "real/configuration.h"

#include <algorithm>

#include "real/options.h"

namespace drover::real {
namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trim(std::string_view text) {
    auto const start = text.find_first_not_of(blanks);
    if (start == std::string_view::npos) return {};
    return text.substr(start, text.find_last_not_of(blanks) - start + 1);
}

std::string_view unquoted(std::string_view text) {
    for (char const quote : {'"', '\''})
        if (text.size() >= 2 && text.front() == quote && text.back() == quote) return text.substr(1, text.size() - 2);
    return text;
}

void add_devices(std::vector<std::string>& devices, std::string_view list) {
    constexpr std::string_view separators = " \t,";
    for (auto start = list.find_first_not_of(separators); start != std::string_view::npos;) {
        auto const end = std::min(list.find_first_of(separators, start), list.size());
        devices.emplace_back(list.substr(start, end - start));
        start = list.find_first_not_of(separators, end);
    }
}

/// One line without its comment and the blanks around it.
Result<void> read_setting(Configuration& configuration, std::string_view line) {
    auto const equals = line.find('=');
    if (equals == std::string_view::npos) return fail("'" + std::string(line) + "' is no NAME=VALUE");
    auto const name = trim(line.substr(0, equals));
    auto const value = unquoted(trim(line.substr(equals + 1)));
    if (name == "DEV") {
        add_devices(configuration.devices, value);
        return {};
    }
    if (name != "VIP") return fail("'" + std::string(name) + "' is no setting: VIP or DEV");
    auto const vips = parse_vips(value);
    if (!vips) return std::unexpected(vips.error());
    if (vips->empty()) return fail("VIP has no address");
    for (auto const& vip : *vips)
        if (std::ranges::find(configuration.vips, vip) == configuration.vips.end()) configuration.vips.push_back(vip);
    return {};
}

}  // namespace

Result<Configuration> parse_configuration(std::string_view text, std::string_view path) {
    Configuration configuration;
    for (int number = 1; !text.empty(); ++number) {
        auto const end = std::min(text.find('\n'), text.size());
        auto const line = trim(text.substr(0, std::min(text.find('#'), end)));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty()) continue;
        if (auto const read = read_setting(configuration, line); !read)
            return fail(std::string(path) + ":" + std::to_string(number) + ": " + read.error().message);
    }
    return configuration;
}

}  // namespace drover::real
