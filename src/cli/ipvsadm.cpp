#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <utility>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/system_names.h"
#include "control/io/client.h"
#include "control/ipvsadm_listing.h"
#include "control/ipvsadm_rules.h"
#include "control/ipvsadm_session.h"
#include "control/json.h"
#include "control/routes.h"

namespace drover::cli {

namespace {

namespace ipvs = control::ipvsadm;

Error of_another_version(Error const& error) { return {"the daemon's answer is of another version: " + error.message}; }

/// The daemon behind its socket.
class Daemon final : public ipvs::Director {
public:
    explicit Daemon(std::string const& socket) : client_(socket) {}

    Result<std::string> list(ipvs::Listing const& listing, control::Names const& names) override {
        // Of many services the daemon writes the text itself: reading them as objects takes longer than all the rest.
        if (auto const path = control::listing_path(listing)) return client_.get(*path);
        auto const observed = observe();
        if (!observed) return std::unexpected(observed.error());
        return ipvs::format(*observed, listing, names);
    }

    Result<std::string> save(ipvs::Save const& save, control::Names const& names) override {
        if (save.numeric) return client_.get(control::rules_path);
        auto const observed = observe();
        if (!observed) return std::unexpected(observed.error());
        return ipvs::rules(*observed, names);
    }

    Result<std::vector<model::EditOutcome>> apply(std::span<model::Edit const> edits) override {
        auto const body = client_.post("/v1/edits", control::to_json(edits));
        if (!body) return std::unexpected(body.error());
        auto outcomes = control::outcomes_from_json(*body, edits.size());
        if (!outcomes) return std::unexpected(of_another_version(outcomes.error()));
        return outcomes;
    }

    Result<void> list_connections(ipvs::Listing const& listing, control::Names const& names) override {
        auto const as_it_is = [](std::string_view line) { return print(line), print("\n"), Result<void>(); };
        if (listing.json) return rows("/v1/connections", {}, as_it_is);
        auto const title = ipvs::connections_title(listing);
        // The daemon writes the lines itself; reading a million objects would take seconds.
        if (listing.numeric && !listing.persistence_data) return rows("/v1/connection-lines", title, as_it_is);
        std::string text;
        return rows("/v1/connections", title, [&](std::string_view line) -> Result<void> {
            auto const row = control::connection_from_json(line);
            if (!row) return std::unexpected(of_another_version(row.error()));
            text.clear();
            ipvs::append_connection(text, *row, listing.persistence_data, names);
            print(text);
            return {};
        });
    }

    Result<void> list_as_json() override {
        auto const body = client_.get("/v1/services");
        if (!body) return std::unexpected(body.error());
        print(*body + "\n");
        return {};
    }

private:
    Result<model::DataplaneObserved> observe() const {
        auto const body = client_.get("/v1/services");
        if (!body) return std::unexpected(body.error());
        auto observed = control::dataplane_from_json(*body);
        if (!observed) return std::unexpected(of_another_version(observed.error()));
        return observed;
    }

    /// The title comes before the first row, or alone, but not before an error.
    Result<void> rows(std::string_view target, std::string const& title,
                      std::function<Result<void>(std::string_view)> const& show) {
        bool begun = false;
        Result<void> shown;
        auto const heard = client_.lines(target, [&](std::string_view line) {
            if (!std::exchange(begun, true)) print(title);
            shown = show(line);
            return shown.has_value();
        });
        if (!shown) return shown;
        if (heard && !begun) print(title);
        return heard;
    }

    control::SocketClient client_;
};

constexpr std::size_t kMostAtOnce = 4 << 20;  // of rules, about eighty thousand

bool more_at_hand() {
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    return ::poll(&input, 1, 0) == 1;
}

/// Waits for the first bytes only: what comes later is another piece.
std::string read_input() {
    std::string piece;
    std::array<char, 64 * 1024> part;
    do {
        auto const size = ::read(STDIN_FILENO, part.data(), part.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        piece.append(part.data(), static_cast<std::size_t>(size));
    } while (piece.empty() || (piece.size() < kMostAtOnce && more_at_hand()));
    return piece;
}

/// What was printed before stands before it, wherever the two go.
void write_error(std::string_view text) {
    std::fflush(stdout);
    std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

int ipvsadm(IpvsadmRequest const& request) {
    SystemNames const names;
    Daemon daemon(request.socket);
    ipvs::Terminal const terminal{.print = print, .complain = write_error, .read = read_input};
    auto const code = ipvs::run(request.words, daemon, terminal, names);
    if (!code) return complain("ipvsadm", code.error());
    return finish(*code);
}

}  // namespace drover::cli
