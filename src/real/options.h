// What `drover real` and `lvs-dr` are asked to do.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/result.h"

namespace drover::real {

enum class Verb { start, stop, restart, status };

/// Whose words the answers are in.
enum class Words {
    plain,        ///< drover's: what was done, thing by thing
    init_script,  ///< those of the old /etc/init.d/lvs-dr
};

struct Options {
    Verb verb = Verb::status;
    std::vector<Address> vips;         ///< --vip; empty: those of the configuration file
    std::vector<std::string> devices;  ///< --dev; empty: those of the file, else every Ethernet interface that is up
    std::string state_file = "/run/drover/real.json";
    std::string configuration_file = "/etc/drover/real.conf";
    Words words = Words::plain;
};

/// Exit codes, those of LSB init scripts.
enum class Exit : int {
    ok = 0,              ///< done, or there was nothing to do; status: all there
    failed = 1,          ///< with a sentence that says what, and what was put back
    wrong_input = 2,     ///< an address, interface or line of the configuration file that cannot be
    incomplete = 3,      ///< status: something is missing
    not_permitted = 4,   ///< CAP_NET_ADMIN is missing
    not_configured = 6,  ///< neither an option nor the file names a VIP
};

/// The addresses in a list such as $VIP's: separated by blanks or commas. The error names the word that is none.
Result<std::vector<Address>> parse_vips(std::string_view list);

constexpr std::string_view lvs_dr_usage = "Usage: lvs-dr {start|stop|restart|status}";

/// `lvs-dr VERB`, with the value of the environment's VIP (empty: not set), which goes before the configuration file.
/// The error of anything but exactly one of the four verbs is the usage line.
Result<Options> parse_lvs_dr(std::span<std::string const> arguments, std::string_view vip);

}  // namespace drover::real
