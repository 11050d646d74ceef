#include "config/read_scheduler.h"

#include <fmt/core.h>

#include <cctype>
#include <string>

namespace drover::config {

namespace {

/// `none` is a word of ipvsadm only.
std::optional<model::Scheduler> lb_algo(std::string_view word) {
    auto const scheduler = model::scheduler_named(word);
    return scheduler == model::Scheduler::none ? std::nullopt : scheduler;
}

bool is_scheduler_word(Statement const& s) { return s.name() == "lb_algo" || s.name() == "lvs_sched"; }

void read_scheduler(Reading& reading, Token const& word, model::Service& service) {
    if (auto const scheduler = lb_algo(word.text)) {
        service.scheduler = *scheduler;
        return;
    }
    auto lower = std::string(word.text);
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    reading.reporter.warn(word.position, "bad-word", fmt::format("`{}` is no lb_algo: this line is ignored", word.text),
                          lb_algo(lower) ? lower : std::string{});
}

/// IPVS has one flag for the port and one for the fallback; sh and mh have their words in common, as for keepalived.
bool* flag_named(std::string_view word, model::SchedulerFlags& flags) {
    if (word == "sh-port" || word == "mh-port" || word == "flag-2") return &flags.port;
    if (word == "sh-fallback" || word == "mh-fallback" || word == "flag-1") return &flags.fallback;
    return nullptr;
}

}  // namespace

bool read_scheduler_word(Reading& reading, Statement const& s, model::Service& service) {
    if (is_scheduler_word(s)) {
        if (s.argument(1) != nullptr) read_scheduler(reading, *s.argument(1), service);
        return true;
    }
    auto* const flag = flag_named(s.name(), service.flags);
    if (flag == nullptr) return false;
    bool const takes_flags = service.scheduler == model::Scheduler::sh || service.scheduler == model::Scheduler::mh;
    if (takes_flags || s.name().starts_with("flag-"))
        *flag = true;
    else
        reading.reporter.warn(s.keyword().position, "no-effect",
                              fmt::format("`{}` must stand below an lb_algo sh or mh: it is ignored", s.name()));
    return true;
}

bool names_scheduler(Statement const& s) {
    return is_scheduler_word(s) && s.argument(1) != nullptr && lb_algo(s.argument(1)->text).has_value();
}

}  // namespace drover::config
