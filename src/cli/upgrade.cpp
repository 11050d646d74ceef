#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "control/io/client.h"
#include "control/json.h"

namespace drover::cli {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kAskAgainAfter = 50ms;
constexpr auto kPatience = 60s;

Result<control::About> who_answers(control::SocketClient const& client) {
    auto const body = client.get("/v1/status");
    if (!body) return std::unexpected(body.error());
    auto status = control::status_from_json(*body);
    if (!status) return fail("the daemon's answer is of another version: " + status.error().message);
    return status->about;
}

/// Why it was refused; empty: it was not, as far as that can be known while nobody answers.
std::string trouble_of(control::SocketClient const& client) {
    auto const body = client.get("/v1/upgrade");
    if (!body) return {};
    auto const report = control::upgrade_report_from_json(*body);
    return report ? report->trouble : std::string();
}

/// The daemon is another one when it says that it was started later.
Result<control::About> wait_for_the_next(control::SocketClient const& client, control::About const& before) {
    for (auto const until = Clock::now() + kPatience; Clock::now() < until;
         std::this_thread::sleep_for(kAskAgainAfter)) {
        if (auto now = who_answers(client); now && now->started_unix_us != before.started_unix_us) return now;
        if (auto const trouble = trouble_of(client); !trouble.empty()) return fail(trouble);
    }
    return fail(fmt::format("no daemon has answered anew within {} s: see its log", kPatience / 1s));
}

Result<std::string> upgrade_and_tell(UpgradeRequest const& request) {
    control::SocketClient const client(request.socket);
    std::error_code error;
    auto const binary =
        request.binary.empty() ? std::filesystem::path() : std::filesystem::canonical(request.binary, error);
    if (error) return fail(fmt::format("{}: {}", request.binary, error.message()));
    auto const before = who_answers(client);
    if (!before) return std::unexpected(before.error());
    if (auto const begun = client.post("/v1/upgrade", control::to_json(control::UpgradeRequest{binary.string()}));
        !begun)
        return std::unexpected(begun.error());
    auto const now = wait_for_the_next(client, *before);
    if (!now) return std::unexpected(now.error());
    return fmt::format("drover {} goes on as drover {}, pid {}\n", before->version, now->version, now->pid);
}

}  // namespace

int upgrade(UpgradeRequest const& request) {
    auto const told = upgrade_and_tell(request);
    if (!told) return complain("drover upgrade", told.error());
    print(*told);
    return finish(ok);
}

}  // namespace drover::cli
