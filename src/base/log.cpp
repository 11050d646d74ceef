#include "base/log.h"

#include <memory>

#include <syslog.h>

#include <spdlog/async.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace drover::log {

namespace {

constexpr std::size_t kQueueLength = 8192;

std::shared_ptr<spdlog::async_logger> logger;
std::string syslog_ident;  // syslog(3) keeps the pointer

// spdlog has no "notice": it travels as `info`, our info as `debug`, our debug as `trace`.
spdlog::level::level_enum carried_as(Level level) {
    switch (level) {
        case Level::debug: return spdlog::level::trace;
        case Level::info: return spdlog::level::debug;
        case Level::notice: return spdlog::level::info;
        case Level::warning: return spdlog::level::warn;
        case Level::error: return spdlog::level::err;
    }
    return spdlog::level::err;
}

/// %*: the sd-daemon(3) prefix that tells the journal the priority.
class JournalPriority final : public spdlog::custom_flag_formatter {
public:
    void format(spdlog::details::log_msg const& message, std::tm const&, spdlog::memory_buf_t& out) override {
        static constexpr char const* prefix[] = {"<7>", "<6>", "<5>", "<4>", "<3>", "<2>", "<2>"};
        std::string_view const text = prefix[message.level];
        out.append(text.data(), text.data() + text.size());
    }
    std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<JournalPriority>(); }
};

/// spdlog's own syslog sink has no LOG_NOTICE.
class SyslogSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    SyslogSink(std::string const& ident, int facility) { ::openlog(ident.c_str(), LOG_PID, facility); }
    ~SyslogSink() override { ::closelog(); }

protected:
    void sink_it_(spdlog::details::log_msg const& message) override {
        static constexpr int priority[] = {LOG_DEBUG, LOG_INFO, LOG_NOTICE, LOG_WARNING, LOG_ERR, LOG_CRIT, LOG_CRIT};
        ::syslog(priority[message.level], "%.*s", static_cast<int>(message.payload.size()), message.payload.data());
    }
    void flush_() override {}
};

std::shared_ptr<spdlog::sinks::sink> make_sink(Sink sink, int facility) {
    if (sink == Sink::syslog) return std::make_shared<SyslogSink>(syslog_ident, facility);
    auto out = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<JournalPriority>('*');
    formatter->set_pattern(sink == Sink::journal ? "%*%v" : "%a %b %d %H:%M:%S %Y: %v");
    out->set_formatter(std::move(formatter));
    return out;
}

}  // namespace

static_assert(facility_user == LOG_USER && facility_daemon == LOG_DAEMON && facility_local0 == LOG_LOCAL0);

void start(Sink sink, Level lowest, std::string_view ident, int facility) {
    if (sink == Sink::none) return;
    syslog_ident = ident;
    spdlog::init_thread_pool(kQueueLength, 1);
    logger = std::make_shared<spdlog::async_logger>("drover", make_sink(sink, facility), spdlog::thread_pool(),
                                                    spdlog::async_overflow_policy::overrun_oldest);
    logger->set_level(carried_as(lowest));
    logger->flush_on(spdlog::level::trace);
}

void stop() {
    logger.reset();
    spdlog::shutdown();
}

void write(Level level, std::string message) {
    if (logger) logger->log(carried_as(level), message);
}

}  // namespace drover::log
