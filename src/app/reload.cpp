// The daemon's part in a change of its configuration: at the start, and on reload.
#include "app/configuration_file.h"
#include "app/daemon.h"
#include "app/script_users.h"
#include "base/log.h"
#include "loop/io/clock.h"
#include "runner/io/account.h"

namespace drover::app {

namespace {

/// One line for the log: "FILE:LINE:COLUMN: MESSAGE".
std::string line_of(config::Diagnostic const& diagnostic) {
    auto const& at = diagnostic.position;
    auto line = at.file;
    if (at.line > 0) line += ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
    line += ": " + diagnostic.message;
    return diagnostic.suggestion.empty() ? line : line + "; did you mean `" + diagnostic.suggestion + "`?";
}

}  // namespace

/// -P and -C leave one half of the configuration out.
void Daemon::take(config::Loaded loaded) {
    for (auto const& diagnostic : loaded.diagnostics) {
        auto const level = diagnostic.severity == config::Severity::note ? log::Level::info : log::Level::warning;
        log::write(level, line_of(diagnostic));
    }
    is_whole_ = loaded.whole();
    auto& configuration = loaded.configuration;
    fill_script_users(configuration, runner::default_script_user());
    if (options_.vrrp_only) configuration.services.clear();
    if (options_.checks_only) {
        configuration.instances.clear();
        configuration.fixed = {};
    }
    take(std::move(configuration));
    read_unix_us_ = loop::unix_microseconds();
}

void Daemon::take(model::Configuration configuration) {
    configuration_ = std::move(configuration);
    secure_scripts_ = configuration_.global.enable_script_security;
    configured_ = configured_state(configuration_);
}

/// Changed, added and removed services, servers and instances are brought in line; what is unchanged is not touched.
Result<control::ReloadReport> Daemon::reload() {
    // A file that is gone is an error, never a reason to read another one.
    auto file = file_ ? file_ : configuration_file(options_);
    log::notice("Reloading {}", file.value_or("without a configuration file"));
    auto loaded = load_configuration(file, options_.config_id);
    // Half a file, as an editor that is saving leaves it; a file that always was so is its owner's way.
    bool const is_torn = is_whole_ && !loaded.whole();
    if (!loaded.usable() || is_torn) return fail(config::render_text(loaded.diagnostics, false));
    if (auto done = claims_.add(loaded.configuration.instances); !done) return std::unexpected(done.error());
    auto const old_routers = virtual_routers();
    auto before = configuration_;
    auto const read_before = read_unix_us_;
    auto const was_whole = is_whole_;
    control::ReloadReport report;
    for (auto const& diagnostic : loaded.diagnostics) report.warnings.push_back(config::render_text(diagnostic, false));
    if (loaded.configuration.net_namespace != configuration_.net_namespace)
        report.warnings.push_back("net_namespace: it takes a restart to be in another one");
    take(std::move(loaded));
    if (auto done = bring_in_line(report); !done) {
        take(std::move(before));
        read_unix_us_ = read_before;
        is_whole_ = was_whole;
        control::ReloadReport back;
        if (auto undone = bring_in_line(back); !undone) log::error("and not all is as it was: {}", undone.error().message);
        return std::unexpected(done.error());
    }
    file_ = std::move(file);
    for (auto const& sentence : configured_.refused) log::warning("{}", sentence);
    sync_->apply(configuration_.global.sync);
    mails_.apply(configuration_);
    // Before the instances: what they track is known when they hear of it.
    trackers_->apply(configuration_);
    if (auto routers = virtual_routers(); routers.tell_states || routers != old_routers) {
        vrrp_->apply(std::move(routers));
        report.changes.push_back("VRRP instances brought in line");
    }
    open_fifos();
    service_events_->apply(configuration_);
    for (auto const& change : report.changes) log::info("{}", change);
    log::notice("Reload complete: {} changes", report.changes.size());
    return report;
}

/// What may fail of a reload.
Result<void> Daemon::bring_in_line(control::ReloadReport& report) {
    if (auto done = roles_->prepare(configuration_.instances); !done) return std::unexpected(done.error());
    auto const& ended = live_.configure(configured_);
    report.warnings.insert(report.warnings.end(), ended.begin(), ended.end());
    checks_->apply(configuration_.services);
    if (auto done = static_items_.apply(configuration_.fixed); !done) return std::unexpected(done.error());
    if (auto done = watch_claims(); !done) return std::unexpected(done.error());
    auto changes = programming_->all_with_network();
    if (!changes) return std::unexpected(changes.error());
    for (auto const& change : *changes) report.changes.push_back(plan::describe(change));
    return {};
}

}  // namespace drover::app
