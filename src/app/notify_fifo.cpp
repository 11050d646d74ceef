#include "app/notify_fifo.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "base/log.h"
#include "runner/io/account.h"

namespace drover::app {

namespace {

std::string why() { return std::generic_category().message(errno); }

loop::Fd open_fifo(model::NotifyFifo const& fifo) {
    if (::mkfifo(fifo.path.c_str(), S_IRUSR | S_IWUSR) == 0) {
        auto const account = runner::account_named(fifo.user, fifo.group);
        if (!account)
            log::warning("notify FIFO {}: {}", fifo.path, account.error().message);
        else if (::chown(fifo.path.c_str(), account->uid, account->gid) != 0)
            log::warning("notify FIFO {} cannot be given to its user: {}", fifo.path, why());
    } else if (errno != EEXIST) {
        log::error("notify FIFO {} cannot be made: {}", fifo.path, why());
        return {};
    }
    // For reading, too: so it opens without a reader, and stays when one goes.
    loop::Fd fd(::open(fifo.path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) {
        log::error("notify FIFO {} cannot be opened: {}", fifo.path, why());
        return {};
    }
    if (S_ISFIFO(status.st_mode)) return fd;
    log::error("notify FIFO {} is no FIFO: nothing is written to it", fifo.path);
    return {};
}

}  // namespace

void NotifyFifos::apply(std::vector<model::NotifyFifo> const& fifos) {
    std::vector<Fifo> now;
    for (auto const& fifo : fifos) {
        auto const known = std::ranges::find_if(fifos_, [&](Fifo const& f) { return f.configured == fifo && f.fd; });
        auto fd = known == fifos_.end() ? open_fifo(fifo) : std::move(known->fd);
        if (fd) now.push_back({fifo, std::move(fd)});
    }
    fifos_ = std::move(now);
}

void NotifyFifos::write(model::NotifyFifo::About about, std::string const& line) {
    using enum model::NotifyFifo::About;
    auto const bytes = line + "\n";
    for (auto& fifo : fifos_) {
        if (fifo.configured.about != everything && fifo.configured.about != about) continue;
        bool const written = ::write(fifo.fd.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
        if (!written && !fifo.is_full)
            log::warning("notify FIFO {}: nobody reads it, events are lost ({})", fifo.configured.path, why());
        fifo.is_full = !written;
    }
}

model::Script NotifyFifos::reader_of(model::NotifyFifo const& fifo) {
    auto script = fifo.script;
    if (!script.empty()) script.argv.push_back(fifo.path);
    return script;
}

}  // namespace drover::app
