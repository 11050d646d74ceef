// What the daemon says while it runs. Messages are posted to a queue and written by a thread of their own, so that
// no caller (the VRRP thread above all) ever waits for a disk, a pipe or syslogd. Pure code does not log: it returns
// values which app/ turns into lines.
#pragma once

#include <string>
#include <string_view>

#include <fmt/core.h>

namespace drover::log {

enum class Level { debug, info, notice, warning, error };

enum class Sink {
    none,     ///< nothing is written: command-line tools and tests
    console,  ///< standard error, with a time (keepalived -l -n)
    journal,  ///< standard error with <priority> prefixes, as systemd reads them
    syslog,   ///< syslog(3)
};

/// Of syslog(3), as in <syslog.h>.
inline constexpr int facility_user = 1 << 3, facility_daemon = 3 << 3, facility_local0 = 16 << 3, facility_step = 1 << 3;

/// Starts the writing thread. Call it once, and no fork() without exec() after it.
void start(Sink sink, Level lowest, std::string_view ident = "drover", int facility = facility_daemon);
/// Writes what is queued and ends the thread.
void stop();

void write(Level level, std::string message);

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void notice(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::notice, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace drover::log
