// The VRRP thread alone, for trying it by hand against other implementations in a network namespace:
//
//   vrrp_probe INTERFACE VRID PRIORITY VIP/LEN [nopreempt] [pass=WORD] [track=IF[:WEIGHT]] [notrack] [source=A]
//              [delay=SECONDS] [saved=FILE]
//
// It logs to standard error and stops in order on SIGTERM or SIGINT. SIGHUP prints the state. With saved=FILE it keeps
// its role there, so that a killed probe can be resumed.
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include <fmt/core.h>

#include "app/memory_board.h"
#include "app/realtime.h"
#include "app/vrrp_thread.h"
#include "base/log.h"

namespace drover::app {
namespace {

class FileBoard : public MemoryBoard {
public:
    explicit FileBoard(std::string path) : path_(std::move(path)) {
        std::ifstream file(path_);
        std::string name;
        int state = 0;
        int vrid = 0;
        std::int64_t last = 0, interval = 0;
        vrrp::SavedRole role;
        if (file >> name >> state >> last >> interval >> vrid >> role.boot) {
            role.virtual_router_id = static_cast<std::uint8_t>(vrid);
            role.state = static_cast<model::VrrpState>(state);
            role.last_advert = TimePoint(Duration(last));
            role.interval = Duration(interval);
            MemoryBoard::record(name, role);
        }
    }
    void record(std::string_view instance, vrrp::SavedRole const& role) override {
        MemoryBoard::record(instance, role);
        if (path_.empty()) return;
        std::ofstream(path_) << instance << ' ' << static_cast<int>(role.state) << ' '
                             << role.last_advert.time_since_epoch().count() << ' ' << role.interval.count() << ' '
                             << int{role.virtual_router_id} << ' ' << role.boot << '\n';
    }

private:
    std::string path_;
};

struct Options {
    model::Instance instance;
    std::string saved;
};

Options options(int argc, char** argv) {
    if (argc < 5) {
        std::cerr << "usage: vrrp_probe INTERFACE VRID PRIORITY VIP/LEN [OPTION]...\n";
        std::exit(2);
    }
    Options o;
    auto& i = o.instance;
    i.name = "vi";
    i.interface = argv[1];
    i.virtual_router_id = static_cast<std::uint8_t>(std::atoi(argv[2]));
    i.priority = static_cast<std::uint8_t>(std::atoi(argv[3]));
    i.addresses.push_back({*Prefix::parse(argv[4]), "", {}, true, "", "", {}});
    for (int n = 5; n < argc; ++n) {
        std::string const word = argv[n];
        auto const value = word.substr(word.find('=') + 1);
        if (word == "nopreempt") i.preempt = false;
        if (word == "notrack") i.track_primary = false;
        if (word.starts_with("pass=")) i.authentication = {model::Authentication::Type::pass, value};
        if (word.starts_with("source=")) i.source = Address::parse(value);
        if (word.starts_with("delay=")) i.preempt_delay = std::chrono::seconds(std::stoi(value));
        if (word.starts_with("saved=")) o.saved = value;
        if (word.starts_with("track=")) {
            auto const colon = value.find(':');
            int const weight = colon == std::string::npos ? 0 : std::stoi(value.substr(colon + 1));
            i.track_interfaces.push_back({value.substr(0, colon), weight, false, {}});
        }
    }
    return o;
}

void show(VrrpThread const& thread) {
    for (auto const& o : thread.observed()) {
        fmt::print(stderr, "{}: {} ({}), priority {}/{}, sent {}, received {}, became master {}, late {}\n", o.name,
                   model::name(o.state), o.reason, o.effective_priority, o.priority, o.adverts_sent, o.adverts_received,
                   o.became_master, o.late);
        for (auto const& note : o.notes) fmt::print(stderr, "  note: {}\n", note);
    }
}

int run(int argc, char** argv) {
    auto const [instance, saved] = options(argc, argv);
    sigset_t signals;
    ::sigemptyset(&signals);
    for (int const s : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&signals, s);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    log::start(log::Sink::console, log::Level::debug);
    if (auto const locked = lock_memory(); !locked) log::warning("{}", locked.error().message);
    FileBoard board(saved);
    VrrpThread thread({{instance}, {}}, board, [](vrrp::StateChange const&) {});
    if (auto const started = thread.start(); !started) {
        std::cerr << started.error().message << '\n';
        return 1;
    }
    int signal = 0;
    while (::sigwait(&signals, &signal) == 0 && signal == SIGHUP) show(thread);
    thread.stop();
    log::stop();
    return 0;
}

}  // namespace
}  // namespace drover::app

int main(int argc, char** argv) { return drover::app::run(argc, argv); }
