#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/system_names.h"
#include "control/io/client.h"
#include "control/ipvsadm_grammar.h"
#include "control/ipvsadm_listing.h"
#include "control/json.h"
#include "control/routes.h"

namespace drover::cli {

namespace {

namespace grammar = control::ipvsadm;

Error of_another_version(Error const& error) { return {"the daemon's answer is of another version: " + error.message}; }

int list_connections(control::SocketClient const& client, grammar::Listing const& listing,
                     control::Names const& names) {
    std::optional<Error> misunderstood;
    bool begun = false;
    auto const begin = [&] {
        if (!std::exchange(begun, true) && !listing.json) print(grammar::connections_title(listing));
    };
    auto const show = [&](std::string_view line) {
        begin();
        if (listing.json) {
            print(line);
            print("\n");
            return true;
        }
        auto const row = control::connection_from_json(line);
        if (!row) {
            misunderstood = of_another_version(row.error());
            return false;
        }
        print(grammar::connection_line(*row, names));
        return true;
    };
    auto const done = client.lines("/v1/connections", show);
    if (misunderstood) return complain("ipvsadm", *misunderstood);
    if (!done) return complain("ipvsadm", done.error());
    begin();
    return finish(ok);
}

int list(control::SocketClient const& client, grammar::Listing const& listing, control::Names const& names) {
    if (listing.view == grammar::View::connections) return list_connections(client, listing, names);
    auto const body = client.get("/v1/services");
    if (!body) return complain("ipvsadm", body.error());
    if (listing.json) {
        print(*body + "\n");
        return finish(ok);
    }
    auto const observed = control::dataplane_from_json(*body);
    if (!observed) return complain("ipvsadm", of_another_version(observed.error()));
    auto const text = grammar::format(*observed, listing, names);
    if (!text) {
        fmt::print(stderr, "{}\n", text.error().message);
        return failed;
    }
    print(*text);
    return finish(ok);
}

constexpr int kRefusedByIpvs = 255, kNotFound = 404;

int zero(control::SocketClient const& client, grammar::Zero const& which) {
    auto const none = [] {
        fmt::print(stderr, "No such service\n");
        return kRefusedByIpvs;
    };
    if (which.fwmark) return none();
    auto const done = client.post(which.service ? "/v1/zero/" + control::service_path(*which.service) : "/v1/zero");
    if (done) return finish(ok);
    return done.error().code == kNotFound ? none() : complain("ipvsadm", done.error());
}

}  // namespace

int ipvsadm(IpvsadmRequest const& request) {
    SystemNames const system_names;
    auto const command = grammar::parse(request.words, system_names);
    if (!command) {
        fmt::print(stderr, "{}\n", command.error().message);
        return command.error().exit_code;
    }
    if (std::holds_alternative<grammar::ShowHelp>(*command)) {
        print(grammar::help_text());
        return finish(ok);
    }
    if (std::holds_alternative<grammar::ShowVersion>(*command)) {
        print(grammar::version_line() + "\n");
        return finish(ok);
    }
    control::SocketClient const client(request.socket);
    if (auto const* which = std::get_if<grammar::Zero>(&*command)) return zero(client, *which);
    auto const& listing = std::get<grammar::Listing>(*command);
    if (listing.numeric) return list(client, listing, control::NumbersOnly());
    return list(client, listing, system_names);
}

}  // namespace drover::cli
