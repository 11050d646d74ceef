#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "control/io/client.h"
#include "control/json.h"
#include "control/status_text.h"

namespace drover::cli {

int status(StatusRequest const& request) {
    auto const body = control::SocketClient(request.socket).get("/v1/status");
    if (!body) return complain("drover status", body.error());
    if (request.json) {
        print(*body + "\n");
        return finish(ok);
    }
    auto const status = control::status_from_json(*body);
    if (!status)
        return complain("drover status", {"the daemon's answer is of another version: " + status.error().message});
    print(control::status_text(*status, look()));
    return finish(ok);
}

}  // namespace drover::cli
