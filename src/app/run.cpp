// `drover run`: what has to happen before there is a daemon, in the one order that works.
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <sys/resource.h>
#include <unistd.h>

#include "app/configuration_file.h"
#include "app/daemon.h"
#include "app/network_namespace.h"
#include "app/realtime.h"
#include "app/run_options.h"
#include "app/upgrade.h"
#include "base/log.h"
#include "config/diagnostic.h"

namespace drover::app {

namespace {

constexpr int kFailed = 1;

int refuse(std::string const& sentence, int code = kFailed) {
    std::cerr << "drover: " << sentence << "\n";
    return code;
}

/// Every check in progress holds a socket.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<void> write_pid_file(std::string const& path) {
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
    std::ofstream file(path, std::ios::trunc);
    file << ::getpid() << "\n";
    file.close();
    if (!file) return fail_errno("write " + path);
    return {};
}

int run_daemon(RunOptions const& options, std::optional<std::string> const& file, config::Loaded loaded,
               std::optional<Inheritance> inherited) {
    log::notice("{} drover with {}", inherited ? "Going on as" : "Starting",
                file.value_or("no configuration file: it serves what ipvsadm makes"));
    if (auto locked = lock_memory(); !locked) log::warning("{}", locked.error().message);
    Daemon daemon(options, file, std::move(loaded), std::move(inherited));
    if (auto started = daemon.start(); !started) {
        log::error("{}", started.error().message);
        log::stop();
        if (options.sink != log::Sink::console) return refuse(started.error().message);
        return kFailed;
    }
    if (options.dump_configuration) daemon.log_configuration();
    auto pid_files = options.more_pid_files;
    pid_files.push_back(options.pid_file);
    for (auto const& file_of_pid : pid_files)
        if (auto written = write_pid_file(file_of_pid); !written) log::warning("{}", written.error().message);
    daemon.run_until_stopped();
    daemon.stop();
    std::error_code error;
    for (auto const& file_of_pid : pid_files) std::filesystem::remove(file_of_pid, error);
    return 0;
}

/// Into the namespace that the command line or the file names, where the file is read again: what it is checked against,
/// interfaces for one, is in there.
Result<config::Loaded> load_in_namespace(RunOptions const& options, std::optional<std::string> const& file) {
    auto loaded = load_configuration(file, options.config_id);
    auto const& name = options.network_namespace.empty() ? loaded.configuration.net_namespace : options.network_namespace;
    if (name.empty()) return loaded;
    if (auto entered = enter_network_namespace(name); !entered) return std::unexpected(entered.error());
    return load_configuration(file, options.config_id);
}

}  // namespace

int run(RunOptions const& options) {
    auto inherited = take_inheritance();
    auto const file = inherited ? inherited->file : configuration_file(options);
    auto found = load_in_namespace(options, file);
    if (!found) return refuse(found.error().message);
    auto loaded = std::move(*found);
    if (!loaded.usable()) {
        std::cerr << config::render_text(loaded.diagnostics, ::isatty(STDERR_FILENO) == 1);
        return loaded.exit_code;
    }
    if (!options.foreground && !inherited && ::daemon(0, 0) != 0) return refuse("go to the background: " + std::string(std::strerror(errno)));
    raise_descriptor_limit();
    log::start(options.sink, options.lowest, "drover", options.syslog_facility);
    int const code = run_daemon(options, file, std::move(loaded), std::move(inherited));
    log::stop();
    return code;
}

}  // namespace drover::app
