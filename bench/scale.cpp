// How drover carries what is large: ten thousand services of ten servers, and a million connections. Needs root; no
// interface is touched, and what is pinned has this process's number and is removed.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

#include <fmt/format.h>

#include "app/desired.h"
#include "app/live_services.h"
#include "bench/idle_daemon.h"
#include "bench/rows.h"
#include "config/io/host_files.h"
#include "config/load.h"
#include "control/io/server.h"
#include "dataplane/io/bpf_dataplane.h"
#include "dataplane/io/bpf_object.h"
#include "dataplane/programmer.h"
#include "dataplane/rows.h"
#include "dataplane/sweeper.h"
#include "loop/io/loop.h"

namespace drover::bench {

namespace {

namespace fs = std::filesystem;
using dataplane::BpfObject;
using dataplane::Programmer;

constexpr std::uint32_t kServices = 10'000, kServers = 10, kAddresses = 1000;
constexpr std::uint32_t kConnections = 1'000'000;
constexpr std::uint64_t kSlots = 2 * 1024 * 1024;
constexpr int kRounds = 5, kListings = 3;

/// Of this thread's CPU: other work of the machine does not count. For what one thread computes.
double cpu_seconds(std::function<void()> const& work) {
    auto const now = [] {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    };
    auto const start = now();
    work();
    return now() - start;
}

double cpu_of_children() {
    rusage used{};
    ::getrusage(RUSAGE_CHILDREN, &used);
    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

double seconds(std::function<void()> const& work) {
    auto const start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The best of some rounds: what else the machine does makes it longer, never shorter.
double best_of(int rounds, std::function<double()> const& measure) {
    auto best = measure();
    for (int i = 1; i < rounds; ++i) best = std::min(best, measure());
    return best;
}

/// A folder for this run's file and socket, gone at its end.
class Folder {
public:
    Folder() : path_(fs::temp_directory_path() / fmt::format("drover-scale-{}", ::getpid())) {
        fs::create_directory(path_);
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Folder(Folder const&) = delete;
    Folder& operator=(Folder const&) = delete;
    std::string file(std::string const& name) const { return path_ / name; }

private:
    fs::path path_;
};

std::string dotted(std::uint32_t address) { return Address::v4(address).text(); }

/// `changed`: the weight of one server in the midst of them.
void write_configuration(std::string const& path, int changed) {
    std::string text = "global_defs {\n}\n";
    for (std::uint32_t i = 0; i < kServices; ++i) {
        text += fmt::format("virtual_server {} 80 {{\n    lvs_sched wrr\n    lvs_method DR\n    protocol TCP\n", dotted(0x0a000001 + i));
        for (std::uint32_t j = 0; j < kServers; ++j)
            text += fmt::format("    real_server {} 80 {{\n        weight {}\n    }}\n", dotted(0x0b000001 + (i * kServers + j) % kAddresses),
                                i == kServices / 2 && j == 3 ? changed : 1);
        text += "}\n";
    }
    std::ofstream(path) << text;
}

model::Desired read(std::string const& path) {
    config::HostFiles files;
    config::ThisHost const host("scale");
    auto const loaded = config::load(path, files, host);
    auto const configured = app::configured_state(loaded.configuration);
    live::Table table([](std::string const&) { return std::nullopt; });
    table.configure(app::as_configured(configured));
    return app::desired_state(configured, table, [](ServiceKey const&, Endpoint const&) { return app::Pooled{}; }).desired;
}

Result<std::vector<BenchRow>> measure_services(Folder const& folder) {
    auto const path = folder.file("drover.conf");
    auto const object = BpfObject::load(nullptr, 1024);
    if (!object) return std::unexpected(object.error());
    Programmer programmer((*object)->tables(), **object, (*object)->ticks());
    std::vector<BenchRow> rows;
    Result<std::vector<plan::Change>> changes;

    write_configuration(path, 1);
    auto const load = cpu_seconds([&] { changes = programmer.apply(read(path)); });
    if (!changes) return std::unexpected(changes.error());
    if (changes->size() != kServices) return fail(fmt::format("{} services were loaded", changes->size()));
    rows.push_back({"load 10,000 services x 10 servers from file", load, "s", 2.0});

    int weight = 1;
    double reading = 0, applying = 0;
    auto const reload = best_of(kRounds, [&] {
        write_configuration(path, ++weight);
        model::Desired desired;
        auto const to_read = cpu_seconds([&] { desired = read(path); });
        auto const to_apply = cpu_seconds([&] { changes = programmer.apply(desired); });
        if (reading == 0 || to_read + to_apply < reading + applying) reading = to_read, applying = to_apply;
        return to_read + to_apply;
    });
    if (!changes) return std::unexpected(changes.error());
    if (changes->size() != 1) return fail(fmt::format("{} changes instead of one", changes->size()));
    rows.push_back({"change of one of 100,000 servers by reload", reload * 1000, "ms", 100.0});
    rows.push_back({"  of that: reading the file", reading * 1000, "ms", std::nullopt});
    rows.push_back({"  of that: carrying it out", applying * 1000, "ms", std::nullopt});
    return rows;
}

/// One service of sixteen servers, and a million established connections of it where the packet path would put them.
Result<void> fill(BpfObject& object, Programmer& programmer) {
    model::DesiredService service;
    service.key = {{Address::v4(0x0a000001), 80}, Protocol::tcp};
    for (std::uint32_t i = 0; i < 16; ++i) service.servers.push_back({{Address::v4(0x0b000001 + i), 80}, 1});
    if (auto done = programmer.apply({{}, {service}}); !done) return std::unexpected(done.error());
    auto const& tables = object.tables();
    auto const mask = static_cast<std::uint32_t>(tables.narrow.size() - 1);
    auto const now = object.now();
    auto const id = *programmer.book().find_service(service.key);
    for (std::uint32_t i = 0; i < kConnections; ++i) {
        auto const key = contract::narrow_key(0x0c0a0000 + i / 50'000, static_cast<__u16>(i % 50'000 + 1024), static_cast<__u16>(id));
        auto const server = i % 16;
        auto bucket = static_cast<std::uint32_t>(contract::narrow_hash(key, tables.layout->seed)) & mask;
        for (bool put = false; !put; bucket = (bucket + 1) & mask)
            for (auto& slot : tables.narrow[bucket].slot) {
                if (put || contract::meta_slot_state(slot.meta) != contract::SLOT_FREE) continue;
                slot.key = key;
                slot.meta = contract::make_meta(contract::SLOT_LIVE, 1, server, contract::STATE_ESTABLISHED, 0, now);
                put = true;
            }
        ++tables.loads[programmer.book().record_of(id, server)].active;
    }
    return {};
}

/// A daemon that knows its connections and nothing else.
class Connections final : public IdleDaemon {
public:
    Connections(BpfObject const& object, Programmer const& programmer) : object_(object), programmer_(programmer) {}

    std::unique_ptr<control::ConnectionCursor> connections() override {
        return std::make_unique<Cursor>(object_, programmer_);
    }

private:
    class Cursor final : public control::ConnectionCursor {
    public:
        Cursor(BpfObject const& object, Programmer const& programmer)
            : object_(object), rows_(object.tables(), programmer.book(), object.ticks()) {}
        bool next(std::vector<model::ConnectionRow>& rows, std::size_t most) override {
            return rows_.next(rows, most, object_.now());
        }

    private:
        BpfObject const& object_;
        dataplane::RowCursor rows_;
    };

    BpfObject const& object_;
    Programmer const& programmer_;
};

/// The lines that a command writes.
Result<std::size_t> lines_of(std::string const& command) {
    std::FILE* const out = ::popen(command.c_str(), "r");
    if (out == nullptr) return fail_errno("run " + command);
    std::size_t lines = 0;
    std::string piece(1 << 16, '\0');
    for (std::size_t size; (size = std::fread(piece.data(), 1, piece.size(), out)) > 0;)
        lines += static_cast<std::size_t>(std::count(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(size), '\n'));
    if (::pclose(out) != 0) return fail(command + " failed");
    return lines;
}

/// The rows of `drover ipvsadm -Lnc`, below a title of two lines.
Result<std::size_t> list(std::string const& drover, std::string const& socket) {
    auto const lines = lines_of(fmt::format("{} --socket {} ipvsadm -Lnc", drover, socket));
    if (!lines) return lines;
    return *lines - std::min<std::size_t>(*lines, 2);
}

/// Of this process, which is the daemon's.
double resident_mebibytes() {
    std::ifstream file("/proc/self/statm");
    std::size_t size = 0, resident = 0;
    file >> size >> resident;
    return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

Result<std::vector<BenchRow>> measure_connections(Folder const& folder, std::string const& drover) {
    auto const object = BpfObject::load(nullptr, kSlots);
    if (!object) return std::unexpected(object.error());
    Programmer programmer((*object)->tables(), **object, (*object)->ticks());
    if (auto done = fill(**object, programmer); !done) return std::unexpected(done.error());
    std::vector<BenchRow> rows;
    auto const bytes = (*object)->tables().narrow.size_bytes();
    rows.push_back({"table of a million connections, narrow", static_cast<double>(bytes) / (1 << 20), "MiB", 32.0});

    dataplane::Sweeper sweeper((*object)->tables(), (*object)->ticks());
    dataplane::SweepResult swept;
    auto const sweep = best_of(kRounds, [&] { return cpu_seconds([&] { swept = sweeper.sweep((*object)->now()); }); });
    if (swept.entries != kConnections) return fail(fmt::format("the sweep found {} entries", swept.entries));
    rows.push_back({"sweep of a million connections", sweep * 1000, "ms", 10.0});

    loop::Loop loop;
    Connections daemon(**object, programmer);
    auto const socket = folder.file("drover.sock");
    auto server = control::Server::open(loop.context(), daemon, {.path = socket});
    if (!server) return std::unexpected(server.error());
    double serving = 0;
    std::thread thread([&] { serving = cpu_seconds([&] { loop.run(); }); });
    Result<std::size_t> listed = 0;
    (void)list(drover, socket);  // what the first one needs, all have after it
    auto const resident = resident_mebibytes();
    auto const before = cpu_of_children();
    auto const listing = best_of(kListings, [&] { return seconds([&] { listed = list(drover, socket); }); });
    auto const reading = (cpu_of_children() - before) / kListings;
    auto const grown = resident_mebibytes() - resident;
    loop.post([&] { loop.stop(); });
    thread.join();
    if (!listed) return std::unexpected(listed.error());
    if (*listed != kConnections) return fail(fmt::format("{} rows were listed", *listed));
    rows.push_back({"ipvsadm -Lnc of a million connections", listing, "s", 3.0});
    rows.push_back({"  of that: CPU of the program that lists", reading, "s", std::nullopt});
    rows.push_back({"  of that: CPU of the daemon", serving / (kListings + 1), "s", std::nullopt});
    rows.push_back({"  memory the daemon gains by three of them", grown, "MiB", 1.0});
    return rows;
}

/// A daemon that has no network and no checks: what live commands cost.
class LiveDaemon final : public IdleDaemon {
public:
    LiveDaemon(dataplane::BpfDataplane& dataplane, std::string const& file) : dataplane_(dataplane), live_(file) {}

    model::DataplaneObserved dataplane() override {
        auto observed = dataplane_.observe();
        live_.add_changes(observed);
        return observed;
    }
    Result<std::vector<model::EditOutcome>> edit(std::span<model::Edit const> edits, model::Author const& author) override {
        return live_.edit(edits, author, [&](app::LiveServices::Touched const& touched) -> Result<void> {
            auto const healthy = [](ServiceKey const&, Endpoint const&) { return app::Pooled{}; };
            std::vector<model::DesiredService> wanted;
            for (auto const& key : touched.services)
                if (auto service = app::desired_service({}, live_.table(), healthy, key)) wanted.push_back(std::move(*service));
            auto changes = dataplane_.apply_some(touched.services, std::move(wanted));
            if (!changes) return std::unexpected(changes.error());
            return {};
        });
    }

private:
    dataplane::BpfDataplane& dataplane_;
    app::LiveServices live_;
};

void write_rules(std::string const& path) {
    std::string text;
    for (std::uint32_t i = 0; i < kServices; ++i) {
        text += fmt::format("-A -t {}:80 -s wrr\n", dotted(0x0a000001 + i));
        for (std::uint32_t j = 0; j < kServers; ++j)
            text += fmt::format("-a -t {}:80 -r {}:80 -g -w 1\n", dotted(0x0a000001 + i),
                                dotted(0x0b000001 + (i * kServers + j) % kAddresses));
    }
    std::ofstream(path) << text;
}

Result<std::vector<BenchRow>> measure_live(Folder const& folder, std::string const& drover) {
    auto pins = dataplane::Pins::open(fmt::format("/sys/fs/bpf/drover-scale-{}", ::getpid()));
    if (!pins) return std::unexpected(pins.error());
    auto const dataplane = dataplane::BpfDataplane::open(std::move(*pins), 1024);
    if (!dataplane) return std::unexpected(dataplane.error());
    loop::Loop loop;
    LiveDaemon daemon(**dataplane, folder.file("drover.live"));
    auto const socket = folder.file("live.sock");
    auto server = control::Server::open(loop.context(), daemon, {.path = socket});
    if (!server) return std::unexpected(server.error());
    write_rules(folder.file("rules"));
    double serving = 0;
    std::thread thread([&] { serving = cpu_seconds([&] { loop.run(); }); });
    auto const ipvsadm = fmt::format("{} --socket {} ipvsadm", drover, socket);
    Result<std::size_t> said = 0, listed = 0;
    auto const restoring = seconds([&] { said = lines_of(ipvsadm + " -R < " + folder.file("rules") + " 2>&1"); });
    auto const listing = best_of(kListings, [&] { return seconds([&] { listed = lines_of(ipvsadm + " -Ln"); }); });
    loop.post([&] { loop.stop(); });
    thread.join();
    server->reset();
    (*dataplane)->remove();
    if (!said) return std::unexpected(said.error());
    if (!listed) return std::unexpected(listed.error());
    if (*said != 0 || *listed != kServices * (kServers + 1) + 3)
        return fail(fmt::format("-R said {} lines, and {} were listed", *said, *listed));
    return std::vector<BenchRow>{{"ipvsadm -R of 10,000 services x 10 servers", restoring, "s", 3.0},
                                 {"ipvsadm -Ln of 10,000 services x 10 servers", listing, "s", 1.0},
                                 {"  CPU of the daemon for that restore and the listings", serving, "s", std::nullopt}};
}

}  // namespace

}  // namespace drover::bench

int main(int argc, char** argv) {
    bool const json = argc == 2 && std::string_view(argv[1]) == "--json";
    if (argc > 2 || (argc == 2 && !json)) {
        std::cerr << "usage: scale [--json]\n";
        return 2;
    }
    auto const drover = (std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "drover").string();
    drover::bench::Folder const folder;
    auto rows = drover::bench::measure_services(folder);
    for (auto const measure : {drover::bench::measure_live, drover::bench::measure_connections}) {
        auto const more = rows ? measure(folder, drover) : rows;
        if (!more) {
            std::cerr << "scale: " << more.error().message << "\n";
            return 1;
        }
        rows->insert(rows->end(), more->begin(), more->end());
    }
    drover::bench::print(*rows, json);
    return 0;
}
