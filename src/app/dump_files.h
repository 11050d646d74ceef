// keepalived's signals for those who watch it: USR1 has keepalived.data written, USR2 keepalived.stats, 36 keepalived.json,
// 63 keepalived.stats once more and the counters begin at nought (those of these files: `drover status` counts on).
#pragma once

#include <array>
#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "app/file_writer.h"
#include "control/keepalived_picture.h"

namespace drover::app {

class DumpFiles {
public:
    /// The numbers are those that `keepalived --signum` names: SIGRTMIN + 2 and SIGRTMAX - 1 of glibc.
    static constexpr int data_signal = SIGUSR1, stats_signal = SIGUSR2, json_signal = 36, clear_signal = 63;
    static constexpr std::array signals{data_signal, stats_signal, json_signal, clear_signal};

    /// `look`: what is the case now. Called by answer() and log().
    explicit DumpFiles(std::function<control::KeepalivedPicture()> look) : look_(std::move(look)) {}

    static bool is_for_us(int signal);
    /// The file is written a moment later, beside the work of the daemon.
    void answer(int signal);
    /// --dump-conf: keepalived.data, a line of the log each.
    void log();

private:
    control::KeepalivedPicture look();
    void forget_counts();

    std::function<control::KeepalivedPicture()> look_;
    std::map<std::string, model::AdvertCounts> forgotten_;  ///< by instance: what was counted before
    FileWriter writer_;
};

}  // namespace drover::app
