// Files that are written beside the daemon's work, whole or not at all: nobody reads half of one, and no link that
// somebody has put in its place leads elsewhere.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.h"

namespace drover::app {

class FileWriter {
public:
    struct Job {
        std::string path;
        std::function<std::string()> make;  ///< the content; called on the writer's thread
    };

    FileWriter() = default;
    /// What is waiting is still written.
    ~FileWriter();
    FileWriter(FileWriter const&) = delete;
    FileWriter& operator=(FileWriter const&) = delete;

    /// Returns at once. A file that cannot be written is a line in the log.
    void write(Job job);

private:
    void run(std::stop_token stop);

    std::mutex mutex_;
    std::condition_variable_any woken_;
    std::deque<Job> jobs_;
    std::jthread thread_;  // started with the first job
};

/// Readable by the daemon's user alone. Replaces what is there, be it a link.
Result<void> replace_file(std::string const& path, std::string const& content);

}  // namespace drover::app
