#include "real/io/command.h"

#include <optional>
#include <ostream>
#include <utility>

#include "netlink/io/socket.h"
#include "real/configuration.h"
#include "real/io/carry_out.h"
#include "real/io/observe.h"
#include "real/io/privilege.h"
#include "real/io/state_file.h"
#include "real/plan.h"
#include "real/report.h"
#include "real/status.h"

namespace drover::real {
namespace {

/// An error with the exit code it leads to.
struct Failure {
    Exit exit = Exit::failed;
    std::string message;
};

template <class T>
using Answer = std::expected<T, Failure>;

std::unexpected<Failure> failure(Error const& error, Exit exit = Exit::failed) {
    return std::unexpected(Failure{error.code == EPERM ? Exit::not_permitted : exit, error.message});
}

struct Wanted {
    std::vector<Address> vips;
    std::vector<std::string> devices;
};

/// The options, and the configuration file for what they leave open. A restart or status that is told nothing is about
/// what was started.
Answer<Wanted> find_wanted(Options const& options, std::optional<State> const& state) {
    Wanted wanted{options.vips, options.devices};
    auto const text = read_text(options.configuration_file);
    if (!text) return failure(text.error());
    if (*text) {
        auto const configuration = parse_configuration(**text, options.configuration_file);
        if (!configuration) return failure(configuration.error(), Exit::wrong_input);
        if (wanted.vips.empty()) wanted.vips = configuration->vips;
        if (wanted.devices.empty()) wanted.devices = configuration->devices;
    }
    if (wanted.vips.empty() && options.verb != Verb::start && state) wanted.vips = state->vips;
    if (!wanted.vips.empty()) return wanted;
    return std::unexpected(Failure{
        Exit::not_configured, std::string("no VIP is named, neither by ") +
                                  (options.words == Words::plain ? "--vip" : "VIP in the environment") + " nor in " +
                                  options.configuration_file + (*text ? "" : " (there is no such file)")});
}

Answer<Plan> find_plan(Wanted const& wanted, netlink::Socket& socket, std::optional<State> const& state,
                       Scene const& scene) {
    auto const host = observe(socket);
    if (!host) return failure(host.error());
    auto plan = plan_start(wanted.vips, wanted.devices, *host, state, scene);
    if (!plan) return failure(plan.error(), Exit::wrong_input);
    return std::move(*plan);
}

/// One run of one verb.
class Command {
public:
    Command(Options const& options, netlink::Socket socket, StateFile file, Scene scene, std::optional<State> state)
        : options_(options),
          socket_(std::move(socket)),
          file_(std::move(file)),
          scene_(std::move(scene)),
          state_(std::move(state)) {}

    Answer<Exit> run(std::ostream& out) {
        switch (options_.verb) {
            case Verb::start: {
                auto const wanted = find_wanted(options_, state_);
                if (!wanted) return std::unexpected(wanted.error());
                return start(*wanted, out);
            }
            case Verb::stop:
                // The old script knew one VIP and took back everything.
                return stop(options_.words == Words::init_script ? std::vector<Address>{} : options_.vips, out);
            case Verb::restart:
                return restart(out);
            case Verb::status:
                return status(out);
        }
        return Exit::failed;
    }

private:
    Answer<Exit> start(Wanted const& wanted, std::ostream& out) {
        auto const plan = find_plan(wanted, socket_, state_, scene_);
        if (!plan) return std::unexpected(plan.error());
        // Written before anything is changed: a start that is killed half way can still be stopped.
        if (auto const stored = file_.store(plan->state); !stored) return failure(stored.error());
        if (auto done = carry_out_all(socket_, plan->changes); !done) {
            if (auto const back = file_.store(state_); !back) done.error().message += "; " + back.error().message;
            return failure(done.error());
        }
        state_ = plan->state;
        out << tell_started(options_.words, wanted.vips, *plan);
        return Exit::ok;
    }

    Answer<Exit> stop(std::vector<Address> const& vips, std::ostream& out) {
        if (!state_) {
            out << tell_not_started(options_.words, file_.path());
            return Exit::ok;
        }
        auto const host = observe(socket_);
        if (!host) return failure(host.error());
        auto const plan = plan_stop(vips, *host, *state_);
        if (auto done = carry_out_most(socket_, plan.changes); !done) {
            done.error().message += "; the rest was put back, and stop can be tried again";
            return failure(done.error());
        }
        if (auto const stored = file_.store(plan.state); !stored) return failure(stored.error());
        state_ = plan.state;
        out << tell_stopped(options_.words, plan);
        return Exit::ok;
    }

    /// Looks whether the start can be before it stops.
    Answer<Exit> restart(std::ostream& out) {
        auto const wanted = find_wanted(options_, state_);
        if (!wanted) return std::unexpected(wanted.error());
        if (auto const possible = find_plan(*wanted, socket_, state_, scene_); !possible)
            return std::unexpected(possible.error());
        if (auto const stopped = stop({}, out); !stopped) return stopped;
        auto started = start(*wanted, out);
        if (!started) started.error().message = "stopped, but not started again: " + started.error().message;
        return started;
    }

    Answer<Exit> status(std::ostream& out) {
        auto const wanted = find_wanted(options_, state_);
        if (!wanted && wanted.error().exit == Exit::not_configured)
            return std::unexpected(
                Failure{Exit::incomplete,
                        "this host is no DR real server: start has not run here, and " + wanted.error().message});
        if (!wanted) return std::unexpected(wanted.error());
        auto const host = observe(socket_);
        if (!host) return failure(host.error());
        auto const judged = judge(wanted->vips, wanted->devices, *host, state_);
        if (!judged) return failure(judged.error(), Exit::wrong_input);
        out << tell_status(options_.words, *judged);
        return judged->complete() ? Exit::ok : Exit::incomplete;
    }

    Options const& options_;
    netlink::Socket socket_;
    StateFile file_;
    Scene scene_;
    std::optional<State> state_;
};

Answer<Exit> run_verb(Options const& options, std::ostream& out) {
    bool const only_looks = options.verb == Verb::status;
    if (!only_looks && !may_administer_network())
        return std::unexpected(Failure{Exit::not_permitted,
                                       "CAP_NET_ADMIN is missing, which it takes to change addresses on lo and the ARP "
                                       "settings: run it as root"});
    auto scene = observe_scene();
    if (!scene) return failure(scene.error());
    auto socket = netlink::Socket::open();
    if (!socket) return failure(socket.error());
    auto file = only_looks ? StateFile::unlocked(options.state_file) : StateFile::lock(options.state_file);
    if (!file) return failure(file.error());
    auto state = file->load(*scene);
    if (!state) return failure(state.error());
    return Command(options, std::move(*socket), std::move(*file), std::move(*scene), std::move(*state)).run(out);
}

}  // namespace

Exit run(Options const& options, std::ostream& out, std::ostream& err) {
    auto const exit = run_verb(options, out);
    if (exit) return *exit;
    err << (options.words == Words::plain ? "drover real: " : "lvs-dr: ") << exit.error().message << '\n';
    return exit.error().exit;
}

Exit run_lvs_dr(std::span<std::string const> arguments, std::string_view vip, std::ostream& out, std::ostream& err) {
    auto const options = parse_lvs_dr(arguments, vip);
    if (options) return run(*options, out, err);
    if (options.error().message == lvs_dr_usage) {
        out << lvs_dr_usage << '\n';
        return Exit::failed;
    }
    err << "lvs-dr: " << options.error().message << '\n';
    return Exit::wrong_input;
}

}  // namespace drover::real
