#include "app/file_writer.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/log.h"
#include "loop/io/fd.h"

namespace drover::app {

namespace {

constexpr std::size_t kMostWaiting = 16;  // who asks faster than that is answered later

Result<void> write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        auto const written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail_errno("write it");
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace

Result<void> replace_file(std::string const& path, std::string const& content) {
    auto draft = path + ".XXXXXX";
    loop::Fd const fd(::mkostemp(draft.data(), O_CLOEXEC));  // O_EXCL, mode 0600
    if (!fd) return fail_errno("make a file beside " + path);
    auto done = write_all(fd.get(), content);
    if (done && std::rename(draft.c_str(), path.c_str()) != 0) done = fail_errno("put it in place");
    if (!done) ::unlink(draft.c_str());
    return done;
}

FileWriter::~FileWriter() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

void FileWriter::write(Job job) {
    std::scoped_lock const lock(mutex_);
    if (jobs_.size() >= kMostWaiting) return log::warning("{} is not written: too many files are waiting", job.path);
    jobs_.push_back(std::move(job));
    woken_.notify_one();
    if (thread_.joinable()) return;
    thread_ = std::jthread([this](std::stop_token const& stop) { run(stop); });
}

void FileWriter::run(std::stop_token stop) {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);  // signals are the main thread's
    while (true) {
        std::unique_lock lock(mutex_);
        woken_.wait(lock, stop, [this] { return !jobs_.empty(); });
        if (jobs_.empty()) return;
        auto const job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        if (auto const done = replace_file(job.path, job.make()); !done)
            log::error("{} cannot be written: {}", job.path, done.error().message);
    }
}

}  // namespace drover::app
