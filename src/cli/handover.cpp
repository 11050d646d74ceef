#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "control/io/client.h"
#include "control/json.h"

namespace drover::cli {

namespace {

using namespace std::chrono_literals;

/// It is a matter of milliseconds once the peer has the connections.
constexpr auto kAskAgainAfter = 10ms;

Result<model::HandoverObserved> carry_out(HandoverRequest const& request) {
    control::SocketClient const client(request.socket);
    auto body =
        client.post("/v1/handover", control::to_json(control::HandoverRequest{request.instances, request.only_ask}));
    while (true) {
        if (!body) return std::unexpected(body.error());
        auto handover = control::handover_from_json(*body);
        if (!handover) return fail("the daemon's answer is of another version: " + handover.error().message);
        if (!handover->running) return handover;
        std::this_thread::sleep_for(kAskAgainAfter);
        body = client.get("/v1/handover");
    }
}

}  // namespace

int handover(HandoverRequest const& request) {
    auto const ended = carry_out(request);
    if (!ended) return complain("drover handover", ended.error());
    if (request.json) print(control::to_json(*ended) + "\n");
    if (!ended->refusal.empty()) return complain("drover handover", {ended->refusal});
    if (!request.json)
        print(request.only_ask ? fmt::format("{} would take over {}\n", ended->peer, fmt::join(ended->instances, ", "))
                               : fmt::format("{} handed over to {} in {:.1f} ms\n", fmt::join(ended->instances, ", "),
                                             ended->peer, static_cast<double>(ended->took_us) / 1000));
    return finish(ok);
}

}  // namespace drover::cli
