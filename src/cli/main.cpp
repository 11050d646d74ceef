#include "cli/main.h"

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/output.h"

namespace drover::cli {

namespace {

/// One function a request.
struct Dispatch {
    Daemon const& daemon;

    int operator()(RunRequest const& request) const {
        for (auto const& remark : request.remarks) fmt::print(stderr, "drover: {}\n", remark);
        return daemon.run(request.options);
    }
    int operator()(CleanupRequest const& request) const { return daemon.cleanup(request.options); }
    int operator()(CheckRequest const& request) const { return check(request); }
    int operator()(StatusRequest const& request) const { return status(request); }
    int operator()(ConnsRequest const& request) const { return conns(request); }
    int operator()(ReloadRequest const& request) const { return reload(request); }
    int operator()(HandoverRequest const& request) const { return handover(request); }
    int operator()(UpgradeRequest const& request) const { return upgrade(request); }
    int operator()(TrialRequest const& request) const { return daemon.try_out(request.options); }
    int operator()(IpvsadmRequest const& request) const { return ipvsadm(request); }
    int operator()(RealRequest const& request) const { return real(request); }
    int operator()(Text const& text) const {
        if (!text.is_error()) {
            print(text.text);
            return finish(text.exit_code);
        }
        fmt::print(stderr, "{}", text.text);
        return text.exit_code;
    }
};

std::string_view program_name(char const* path) {
    std::string_view const name = path == nullptr ? "drover" : path;
    return name.substr(name.rfind('/') + 1);
}

}  // namespace

int main(int argc, char const* const* argv, Daemon const& daemon) {
    std::vector<std::string> const words(argv + (argc > 0 ? 1 : 0), argv + argc);
    auto const name = program_name(argc > 0 ? argv[0] : nullptr);
    if (name == "ipvsadm") return ipvsadm({default_socket(), words});
    if (name == "lvs-dr") return lvs_dr(words);
    return std::visit(Dispatch{daemon}, read_arguments(words));
}

}  // namespace drover::cli
