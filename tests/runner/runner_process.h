// A runner process and a directory of the test's own for the scripts that it runs.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "runner/io/start.h"
#include "runner/message.h"

namespace drover::runner {

constexpr Duration kDeadline = 20s;  // for what must happen; nothing waits for it to pass

class Runner : public testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/drover-runner-test-XXXXXX";
        directory_ = ::mkdtemp(name);
        ::chmod(directory_.c_str(), 0755);
        auto child = start();
        ASSERT_TRUE(child);
        child_ = std::move(*child);
    }
    void TearDown() override {
        leave();
        int const ignored = std::system(("rm -rf " + directory_).c_str());
        (void)ignored;
    }
    /// The daemon dies; the runner must follow once its scripts have ended.
    void leave() {
        child_.socket.reset();
        if (child_.pid > 0) EXPECT_EQ(::waitpid(child_.pid, nullptr, 0), child_.pid);
        child_.pid = -1;
    }

    std::string path(std::string const& name) const { return directory_ + "/" + name; }
    std::string script(std::string const& name, std::string const& body, unsigned mode = 0755,
                       std::string const& first_line = "#!/bin/sh\n") {
        std::ofstream(path(name)) << first_line << body << '\n';
        ::chmod(path(name).c_str(), mode);
        return path(name);
    }
    std::string content(std::string const& name) const {
        std::ostringstream all;
        all << std::ifstream(path(name)).rdbuf();
        return all.str();
    }

    std::uint64_t post(std::vector<std::string> argv, std::string queue = "q", Duration timeout = {},
                       std::string user = {}, bool secure = false) {
        Request request;
        request.id = ++last_id_;
        request.queue = std::move(queue);
        request.argv = std::move(argv);
        request.timeout = timeout;
        request.user = std::move(user);
        request.secure = secure;
        auto const bytes = *encode(request);
        EXPECT_EQ(::send(child_.socket.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
        return request.id;
    }
    std::optional<Event> next_event() {
        pollfd readable{child_.socket.get(), POLLIN, 0};
        if (::poll(&readable, 1, static_cast<int>(kDeadline / 1ms)) != 1) return std::nullopt;
        char buffer[kLargestMessage];
        auto const size = ::recv(child_.socket.get(), buffer, sizeof buffer, 0);
        if (size <= 0) return std::nullopt;
        return *decode_event(std::string_view(buffer, static_cast<std::size_t>(size)));
    }
    /// Everything said until `count` requests have ended, as the log would print it; a good end is "ok ID".
    std::vector<std::string> until_ended(int count = 1) {
        std::vector<std::string> said;
        while (count > 0) {
            auto const event = next_event();
            if (!event) return said.emplace_back("DEADLINE"), said;
            if (std::holds_alternative<Started>(*event)) continue;
            auto line = text(*event);
            auto const* finished = std::get_if<Finished>(&*event);
            if (finished != nullptr) --count;
            said.push_back(line.empty() ? "ok " + std::to_string(finished->id) : line);
        }
        return said;
    }

    std::string directory_;
    Child child_;
    std::uint64_t last_id_ = 0;
};

}  // namespace drover::runner
