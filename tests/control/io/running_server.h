// A server with a made-up daemon on an event loop of its own thread, and a raw client that may misbehave.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <future>
#include <mutex>
#include <string>
#include <thread>

#include "control/io/client.h"
#include "control/io/server.h"
#include "control/observed_samples.h"
#include "loop/io/fd.h"

namespace drover::control {

class FakeDaemon final : public Daemon {
public:
    class Cursor final : public ConnectionCursor {
    public:
        explicit Cursor(FakeDaemon& daemon) : daemon_(daemon) { ++daemon_.cursors; }
        ~Cursor() override { --daemon_.cursors; }
        bool next(std::vector<model::ConnectionRow>& piece, std::size_t most) override {
            auto const first = at_;
            for (; at_ < daemon_.rows && piece.size() < most; ++at_) piece.push_back(sample_row(at_));
            daemon_.pulled += at_ - first;
            return at_ != first;
        }

    private:
        FakeDaemon& daemon_;
        std::uint32_t at_ = 0;
    };

    About about() override { return sample_status().about; }
    model::DataplaneObserved dataplane() override { return sample_dataplane(); }
    std::vector<model::InstanceObserved> instances() override { return sample_status().instances; }
    std::vector<model::CheckObserved> checks() override { return sample_status().checks; }
    model::SyncObserved sync() override { return sample_status().sync; }
    std::unique_ptr<ConnectionCursor> connections() override { return std::make_unique<Cursor>(*this); }
    Result<ReloadReport> reload() override {
        if (refuse_reload) return fail("keepalived.conf:3:5: `prority` is no number");
        return ReloadReport{{"service [172.51.97.175]:tcp:80: weight 1 -> 2"}, {}};
    }

    Result<ReloadReport> discard_changes() override { return ReloadReport{}; }
    Result<std::vector<model::EditOutcome>> edit(std::span<model::Edit const> asked, model::Author const& author) override {
        edits += asked.size();
        std::scoped_lock const lock(mutex);
        last_author = author;
        return std::vector<model::EditOutcome>(asked.size(), model::EditOutcome{refusal, refusal.empty() ? 0 : EEXIST});
    }

    Result<ZeroReport> zero(std::optional<ServiceKey> const&) override { return ZeroReport{2}; }
    Result<void> hand_over(HandoverRequest const& request) override {
        asked_handover = request;
        return {};
    }
    model::HandoverObserved handover() override { return last_handover; }
    Result<void> upgrade(UpgradeRequest const& request, model::Author const&) override {
        asked_upgrade = request;
        return {};
    }
    UpgradeReport upgrade_report() override { return last_upgrade; }


    std::atomic<std::uint32_t> rows = 0;
    std::atomic<std::uint32_t> pulled = 0;
    std::atomic<int> cursors = 0;
    std::atomic<std::size_t> edits = 0;
    std::mutex mutex;
    model::Author last_author;
    std::string refusal;  ///< of every edit
    // Looked at when the server has answered.
    HandoverRequest asked_handover;
    model::HandoverObserved last_handover;
    UpgradeRequest asked_upgrade;
    UpgradeReport last_upgrade;
    std::atomic<bool> refuse_reload = false;
};

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "drover-control-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path = name;
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

class RunningServer : public ::testing::Test {
protected:
    std::string socket_path() const { return (folder.path / "drover.sock").string(); }

    void start(ServerOptions options = {}) {
        options.path = socket_path();
        auto opened = Server::open(loop, daemon, options);
        ASSERT_TRUE(opened) << opened.error().message;
        server = std::move(*opened);
        thread = std::thread([this] { loop.run(); });
    }

    /// On the loop's thread, as the daemon does it.
    void end_server() {
        std::promise<void> done;
        boost::asio::post(loop, [&] {
            server.reset();
            done.set_value();
        });
        done.get_future().wait();
    }

    void TearDown() override {
        if (!thread.joinable()) return;
        if (server) end_server();
        work.reset();
        thread.join();  // also shows that nothing is left waiting
        EXPECT_EQ(daemon.cursors, 0);
    }

    TemporaryFolder folder;
    FakeDaemon daemon;
    boost::asio::io_context loop;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work = boost::asio::make_work_guard(loop);
    std::unique_ptr<Server> server;
    std::thread thread;
};

/// A socket that sends what it is told and reads what comes.
class RawClient {
public:
    explicit RawClient(std::string const& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        connected = ::connect(fd_.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0;
        timeval const limit{20, 0};
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    }
    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            auto const sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;  // the server has cut us off, which the test then sees
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    void end_sending() { ::shutdown(fd_.get(), SHUT_WR); }
    /// Until `marker` has come, or the end.
    std::string read_until(std::string_view marker) {
        std::string text;
        char piece[4096];
        while (text.find(marker) == std::string::npos) {
            auto const size = ::recv(fd_.get(), piece, sizeof piece, 0);
            if (size <= 0) break;
            text.append(piece, static_cast<std::size_t>(size));
        }
        return text;
    }
    /// Everything up to the end of the connection.
    std::string read_all() { return read_until("\x01 never sent \x01"); }
    bool has_an_answer() {
        char byte;
        return ::recv(fd_.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) > 0;
    }

    bool connected = false;

private:
    loop::Fd fd_;
};

}  // namespace drover::control
