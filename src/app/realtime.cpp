#include "app/realtime.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace drover::app {
namespace {

// Above ordinary real-time work, below the kernel's own threads (watchdog, migration).
constexpr int real_time_priority = 50;
constexpr int best_nice = -20;

std::string why_refused(int code) {
    if (code == EPERM)
        return "SCHED_RR was refused: it needs CAP_SYS_NICE, and, where the kernel has real-time group scheduling, a "
               "cgroup with cpu.rt_runtime_us above 0";
    return std::string("SCHED_RR was refused: ") + std::strerror(code);
}

}  // namespace

Scheduling run_in_real_time() {
    sched_param parameter{};
    parameter.sched_priority = real_time_priority;
    if (::sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &parameter) == 0)
        return {"SCHED_RR " + std::to_string(real_time_priority), ""};
    auto reason = why_refused(errno);
    if (::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), best_nice) == 0) return {"nice -20", reason};
    return {"ordinary", reason + "; nice -20 was refused: " + std::strerror(errno)};
}

Result<void> lock_memory() {
    if (::mlockall(MCL_CURRENT | MCL_FUTURE) == 0) return {};
    auto const code = errno;
    if (code == EPERM || code == ENOMEM)
        return fail("lock the memory (needs CAP_IPC_LOCK or a larger RLIMIT_MEMLOCK): " +
                        std::string(std::strerror(code)),
                    code);
    return fail_errno("lock the memory", code);
}

}  // namespace drover::app
