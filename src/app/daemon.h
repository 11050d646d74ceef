// The daemon of a director, from configuration to clean stop. It says in which order things come and go and who hears of
// what; what each step is lies in its own file.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/arp_announce.h"
#include "app/connection_sync.h"
#include "app/dump_files.h"
#include "app/handover.h"
#include "app/health_checks.h"
#include "app/inheritance.h"
#include "app/live_services.h"
#include "app/mail_alerts.h"
#include "app/network_watch.h"
#include "app/notify_fifo.h"
#include "app/programming.h"
#include "app/rivals.h"
#include "app/role_board.h"
#include "app/run_options.h"
#include "app/service_events.h"
#include "app/static_items.h"
#include "app/trackers.h"
#include "app/upgrade.h"
#include "app/vrrp_thread.h"
#include "base/result.h"
#include "config/load.h"
#include "control/daemon.h"
#include "control/io/server.h"
#include "dataplane/io/bpf_dataplane.h"
#include "dataplane/io/pinned_roles.h"
#include "loop/io/loop.h"
#include "loop/io/timer.h"
#include "model/configuration.h"
#include "runner/io/client.h"

namespace drover::app {

class Daemon final : public control::Daemon {
public:
    /// `file`: where `loaded` comes from; nothing: there is no configuration.
    /// `inherited`: from the daemon that this process was before an upgrade.
    Daemon(RunOptions options, std::optional<std::string> file, config::Loaded loaded, std::optional<Inheritance> inherited = {});
    ~Daemon() override;

    /// From nothing to forwarding. An error is one sentence, and what had been begun ends with this object; a packet path
    /// that an earlier daemon left goes on.
    Result<void> start();
    void run_until_stopped();
    /// --dump-conf: as it was read, a line of the log each.
    void log_configuration() { dumps_.log(); }
    /// Priority 0, VIPs gone, gates shut, scripts run, packet path removed.
    void stop();

    control::About about() override;
    model::DataplaneObserved dataplane() override;
    std::vector<model::InstanceObserved> instances() override { return vrrp_->observed(); }
    std::vector<model::CheckObserved> checks() override { return checks_->observed(); }
    std::unique_ptr<control::ConnectionCursor> connections() override;
    model::SyncObserved sync() override;
    Result<control::ReloadReport> reload() override;
    Result<control::ReloadReport> discard_changes() override;
    Result<std::vector<model::EditOutcome>> edit(std::span<model::Edit const> edits, model::Author const& author) override;
    Result<control::ZeroReport> zero(std::optional<ServiceKey> const& service) override;
    Result<void> hand_over(control::HandoverRequest const& request) override;
    model::HandoverObserved handover() override { return handover_.observed(); }
    Result<void> upgrade(control::UpgradeRequest const& request, model::Author const& author) override {
        return upgrade_.begin(request, author);
    }
    control::UpgradeReport upgrade_report() override { return upgrade_.report(); }

private:
    Result<void> claim();
    Result<void> resume_vrrp(dataplane::Pins const& pins);
    Result<void> open_dataplane(dataplane::Pins pins);
    Result<void> make_role_board(dataplane::Roles& roles);
    Result<void> watch_claims();
    void start_checks();
    ServiceEvents::Hooks service_event_hooks();
    void start_sync();
    Handover::Task handover_task();
    void hand_over_before_stop();
    Upgrade::Hooks upgrade_hooks();
    Result<void> may_leave();
    Inheritance what_is_left();
    Inheritance leave();
    void go_on(Inheritance left);
    Result<void> open_control();
    Result<void> start_vrrp();
    Trackers::Hooks tracker_hooks();
    VirtualRouters virtual_routers() const;
    void open_fifos();
    bool goes_on();
    void answer_signals();
    control::KeepalivedPicture picture() const;
    void on_signal(int signal);
    void on_new_peer(std::string const& interface, Mac const& mac, Address const& address);
    void take_turns();
    void tell(vrrp::StateChange const& change);
    void run_script(model::Script const& script, std::vector<std::string> const& arguments, std::string queue);
    void take(config::Loaded loaded);
    void take(model::Configuration configuration);
    Result<void> bring_in_line(control::ReloadReport& report);

    RunOptions options_;
    std::optional<std::string> file_;
    model::Configuration configuration_;
    ConfiguredState configured_;
    LiveServices live_;
    std::atomic<bool> secure_scripts_ = false;  // read by the VRRP thread, too
    std::set<std::string> gate_alone_;  // directors whose MAC is a gateway's, a sentence each
    std::int64_t started_unix_us_ = 0;
    std::int64_t read_unix_us_ = 0;
    bool is_whole_ = true;  // no block of the file in force is left open
    TimePoint started_;
    loop::Loop loop_;
    loop::Timer next_turn_{loop_.context()};
    Claims claims_;
    ArpAnnounce arp_announce_;  // its note stands beside the socket
    NotifyFifos fifos_;
    bool fifo_readers_started_ = false;
    MailAlerts mails_{loop_.context()};
    std::atomic<int> untold_ = 0;  // changes of state on their way to the FIFOs and mails
    std::unique_ptr<Trackers> trackers_;
    std::unique_ptr<runner::Client> scripts_;
    std::unique_ptr<dataplane::BpfDataplane> dataplane_;
    std::unique_ptr<NetworkWatch> network_;
    std::optional<dataplane::PinnedRoles> earlier_roles_;
    std::unique_ptr<PinnedRoleBoard> roles_;
    std::unique_ptr<HealthChecks> checks_;
    std::unique_ptr<ServiceEvents> service_events_;
    std::unique_ptr<Programming> programming_;
    StaticItems static_items_{loop_};
    std::optional<Inheritance> inherited_;  ///< until VRRP has it
    Handover handover_;
    std::unique_ptr<ConnectionSync> sync_;
    std::unique_ptr<VrrpThread> vrrp_;
    DumpFiles dumps_{[this] { return picture(); }};
    Upgrade upgrade_{loop_, upgrade_hooks()};
    std::unique_ptr<control::Server> server_;
};

}  // namespace drover::app
