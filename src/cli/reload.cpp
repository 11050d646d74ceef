#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "control/io/client.h"
#include "control/json.h"

namespace drover::cli {

int reload(ReloadRequest const& request) {
    auto const body = control::SocketClient(request.socket).post("/v1/reload");
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
