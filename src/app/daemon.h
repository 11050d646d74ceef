// The daemon of a director: reads as a table of contents, from configuration file to clean stop. What each step is lies in
// its own file; this one only says in which order things come and go, and who hears of what.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/desired.h"
#include "app/health_checks.h"
#include "app/network_watch.h"
#include "app/role_board.h"
#include "app/run_options.h"
#include "app/vrrp_thread.h"
#include "base/result.h"
#include "control/daemon.h"
#include "control/io/server.h"
#include "dataplane/io/bpf_dataplane.h"
#include "loop/io/loop.h"
#include "model/configuration.h"
#include "runner/io/client.h"

namespace drover::app {

/// Runs until it is told to stop; returns the exit status (cli/exit_codes.h).
int run(RunOptions const& options);

class Daemon final : public control::Daemon {
public:
    Daemon(RunOptions options, model::Configuration configuration, std::vector<std::string> warnings);
    ~Daemon() override;

    /// From nothing to forwarding; an error is one sentence, and what had been begun ends with this object.
    Result<void> start(runner::Child runner);
    void run_until_stopped();
    /// Priority 0, VIPs gone, gates shut, scripts run, packet path removed.
    void stop();

    control::About about() override;
    model::DataplaneObserved dataplane() override;
    std::vector<model::InstanceObserved> instances() override;
    std::vector<model::CheckObserved> checks() override;
    std::unique_ptr<control::ConnectionCursor> connections() override;
    Result<control::ReloadReport> reload() override;

private:
    Result<void> open_dataplane();
    Result<void> claim();
    Result<void> start_vrrp();
    void start_checks();
    Result<void> open_control();
    void answer_signals();
    void on_signal(int signal);
    void on_new_peer(std::string const& interface, Mac const& mac, Address const& address);
    void on_health_change();
    void run_script(model::Script const& script, std::vector<std::string> const& arguments, std::string queue);
    Result<std::vector<plan::Change>> program();
    std::vector<model::Instance> const& instances_in_force() const;

    RunOptions options_;
    model::Configuration configuration_;
    std::vector<std::string> warnings_;  // of the configuration file
    std::vector<std::string> refused_;   // services left out
    std::int64_t started_unix_us_ = 0;
    std::int64_t read_unix_us_ = 0;
    TimePoint started_;
    loop::Loop loop_;
    std::vector<loop::Fd> claims_;
    std::unique_ptr<runner::Client> scripts_;
    std::unique_ptr<dataplane::BpfDataplane> dataplane_;
    std::unique_ptr<NetworkWatch> network_;
    std::unique_ptr<PinnedRoleBoard> roles_;
    std::unique_ptr<HealthChecks> checks_;
    std::unique_ptr<VrrpThread> vrrp_;
    std::unique_ptr<control::Server> server_;
};

}  // namespace drover::app
