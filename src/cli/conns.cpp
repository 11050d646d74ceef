#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "control/io/client.h"
#include "control/json.h"
#include "control/status_text.h"

namespace drover::cli {

int conns(ConnsRequest const& request) {
    auto const appearance = look();
    std::optional<Error> misunderstood;
    bool first = true;
    auto const show = [&](std::string_view line) {
        if (request.json) {
            print(line);
            print("\n");
            return true;
        }
        auto const row = control::connection_from_json(line);
        if (!row) {
            misunderstood = Error{"the daemon's answer is of another version: " + row.error().message};
            return false;
        }
        if (std::exchange(first, false)) print(control::connections_heading(appearance));
        print(control::connection_text(*row, appearance));
        return true;
    };
    auto const done = control::SocketClient(request.socket).lines("/v1/connections", show);
    if (misunderstood) return complain("drover conns", *misunderstood);
    if (!done) return complain("drover conns", done.error());
    if (first && !request.json) print(control::connections_heading(appearance));
    return finish(ok);
}

}  // namespace drover::cli
