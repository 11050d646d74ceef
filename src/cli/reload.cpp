#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "control/io/client.h"
#include "control/json.h"

namespace drover::cli {

namespace {

Result<std::string> ask(ReloadRequest const& request) {
    control::SocketClient const client(request.socket);
    auto body = client.post("/v1/reload");
    if (!body || !request.discard_changes) return body;
    auto const discarded = client.post("/v1/discard-changes");
    if (!discarded) return discarded;
    auto report = control::reload_report_from_json(*body);
    auto const more = control::reload_report_from_json(*discarded);
    if (!report) return std::unexpected(report.error());
    if (!more) return std::unexpected(more.error());
    report->changes.insert(report->changes.end(), more->changes.begin(), more->changes.end());
    return control::to_json(*report);
}

}  // namespace

int reload(ReloadRequest const& request) {
    auto const body = ask(request);
    if (!body) return complain("drover reload", body.error());
    if (request.json) {
        print(*body + "\n");
        return finish(ok);
    }
    auto const report = control::reload_report_from_json(*body);
    if (!report)
        return complain("drover reload", {"the daemon's answer is of another version: " + report.error().message});
    for (auto const& warning : report->warnings) print(warning + "\n");
    for (auto const& change : report->changes) print(change + "\n");
    if (report->changes.empty()) print("nothing changed\n");
    return finish(ok);
}

}  // namespace drover::cli
