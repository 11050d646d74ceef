#include "app/live_services.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/log.h"
#include "control/timestamp.h"
#include "live/reach.h"
#include "loop/io/fd.h"

namespace drover::app {

namespace {

constexpr std::size_t kLinesBeforeCompacting = 1000;  // and twice what was left the last time

std::optional<std::uint32_t> mtu_of(std::string const& interface) {
    ifreq request{};
    if (interface.empty() || interface.size() >= sizeof request.ifr_name) return std::nullopt;
    interface.copy(request.ifr_name, interface.size());
    loop::Fd const socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket || ::ioctl(socket.get(), SIOCGIFMTU, &request) != 0) return std::nullopt;
    return static_cast<std::uint32_t>(request.ifr_mtu);
}

std::string when_by(live::By const& by) {
    return by ? by->text() + " at " + control::timestamp(by->unix_us) : std::string("a command");
}

std::optional<model::Author> author_of(live::By const& by) { return by ? std::optional(*by) : std::nullopt; }

LiveServices::Touched touched_in(live::Table const& table) {
    LiveServices::Touched touched{{}, table.touched_timeouts()};
    for (auto const& name : table.touched_services())
        if (name.fwmark == 0) touched.services.push_back(name.key);
    return touched;
}

}  // namespace

LiveServices::LiveServices(std::string file) : table_(mtu_of), file_(std::move(file)) {}

void LiveServices::restore() {
    auto const contents = file_.read();
    if (!contents) return log::error("live changes of an earlier daemon are lost: {}", contents.error().message);
    for (auto const& sentence : contents->damage)
        log::warning("a live change of an earlier daemon is lost: {}", sentence);
    for (auto const& record : contents->records) table_.restore(record);
}

std::vector<std::string> const& LiveServices::configure(ConfiguredState const& state) {
    ended_ = table_.configure(as_configured(state));
    for (auto const& sentence : ended_) log::warning("{}", sentence);
    compact();
    return ended_;
}

Result<std::vector<model::EditOutcome>> LiveServices::edit(std::span<model::Edit const> edits,
                                                           model::Author const& author,
                                                           std::function<Result<void>(Touched const&)> const& program) {
    auto const by = std::make_shared<model::Author const>(author);
    std::vector<model::EditOutcome> outcomes;
    outcomes.reserve(edits.size());
    for (auto const& edit : edits) {
        auto outcome = table_.check(edit);
        if (outcome.done()) outcome.refusal = live::why_not_carried_out(edit);
        if (outcome.done()) outcome = table_.apply(edit, by);
        outcomes.push_back(std::move(outcome));
    }
    auto const touched = touched_in(table_);
    auto done = touched.empty() ? Result<void>{} : program(touched);
    if (done) done = file_.append(table_.touched());
    if (!done) {
        table_.undo();
        if (!touched.empty())
            if (auto back = program(touched); !back) log::error("{}", back.error().message);
        return std::unexpected(done.error());
    }
    table_.settle();
    if (file_.lines() > 2 * compact_lines_ + kLinesBeforeCompacting) compact();
    return outcomes;
}

std::vector<std::string> LiveServices::discard_changes() {
    auto said = table_.discard_changes();
    ended_.clear();
    compact();
    return said;
}

void LiveServices::compact() {
    if (auto done = file_.replace(table_.records()); !done)
        log::warning("live changes may not outlive the daemon: {}", done.error().message);
    compact_lines_ = file_.lines();
}

void LiveServices::add_changes(model::DataplaneObserved& observed) const {
    observed.timeouts_changed = author_of(table_.timeouts_by());
    for (auto& row : observed.services) {
        auto const* const service = table_.find({row.key});
        if (service == nullptr || service->now() == nullptr) continue;
        row.configured = service->configured().has_value();
        row.flags.third = service->now()->flags.third;
        if (service->change()) row.changed = author_of(service->change()->by);
        if (!row.configured || service->server_changes().empty()) continue;
        for (auto& server : row.servers)
            if (auto const* const change = service->server_change(server.endpoint))
                server.changed = author_of(change->by);
    }
}

std::vector<std::string> LiveServices::notes() const {
    auto notes = ended_;
    for (auto const* const service : table_.removed())
        notes.push_back(live::spelled(service->name()) + " of the configuration was taken away by " +
                        when_by(service->change()->by));
    for (auto const* const service : table_.services())
        for (auto const& change : service->server_changes())
            if (!change.now)
                notes.push_back(live::spelled(service->name()) + ": real server " + change.endpoint.text() +
                                " of the configuration was taken away by " + when_by(change.by));
    return notes;
}

}  // namespace drover::app
