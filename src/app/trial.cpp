#include "app/trial.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <iostream>

#include "app/configuration_file.h"
#include "base/version.h"
#include "config/diagnostic.h"
#include "dataplane/io/pinned_roles.h"
#include "loop/io/clock.h"
#include "loop/io/fd.h"

namespace drover::app {

namespace {

constexpr int kFailed = 1;
constexpr Duration kPatience = 20s;  // a large configuration on a busy machine
constexpr std::size_t kMostWords = 4096;
constexpr std::string_view kName = "drover ";

int refuse(std::string const& sentence, int code = kFailed) {
    std::cerr << sentence << "\n";
    return code;
}

std::string first_line(std::string const& text) { return text.substr(0, text.find('\n')); }

/// Standard output and standard error go into one pipe; nothing else of the daemon's is handed on.
class Pipe {
public:
    Pipe() {
        int ends[2] = {-1, -1};
        if (::pipe2(ends, O_CLOEXEC) != 0) return;
        reading_ = loop::Fd(ends[0]);
        writing_ = loop::Fd(ends[1]);
    }

    Result<pid_t> spawn(std::string const& binary, std::vector<std::string> const& words) {
        std::vector<char*> argv;
        for (auto const& word : words)
            argv.push_back(const_cast<char*>(word.c_str()));  // posix_spawn promises not to write
        argv.push_back(nullptr);
        posix_spawn_file_actions_t files;
        ::posix_spawn_file_actions_init(&files);
        for (int const fd : {STDOUT_FILENO, STDERR_FILENO})
            ::posix_spawn_file_actions_adddup2(&files, writing_.get(), fd);
        pid_t pid = -1;
        int const code = ::posix_spawn(&pid, binary.c_str(), &files, nullptr, argv.data(), environ);
        ::posix_spawn_file_actions_destroy(&files);
        writing_.reset();
        if (code != 0) return fail_errno("cannot run " + binary, code);
        return pid;
    }

    /// All that is said until the end, or until there is no patience left: false.
    bool read_all(std::string& said) {
        auto const until = loop::now() + kPatience;
        while (true) {
            pollfd end{reading_.get(), POLLIN, 0};
            auto const left = (until - loop::now()) / 1ms;
            if (left <= 0 || ::poll(&end, 1, static_cast<int>(left)) == 0) return false;
            std::array<char, 512> piece;
            auto const size = ::read(reading_.get(), piece.data(), piece.size());
            if (size <= 0) return true;
            if (said.size() < kMostWords) said.append(piece.data(), static_cast<std::size_t>(size));
        }
    }

private:
    loop::Fd reading_, writing_;
};

}  // namespace

int try_out(RunOptions const& options) {
    auto const file = configuration_file(options);
    auto const loaded = load_configuration(file, options.config_id);
    if (!loaded.usable())
        return refuse(config::render_text(loaded.diagnostics, false), loaded.exit_code);
    if (!dataplane::could_take_over(options.pin_directory))
        return refuse(fmt::format(
            "version {} has other tables in its packet path, and cannot take over these with their connections",
            version));
    std::cout << kName << version << "\n" << std::flush;
    return 0;
}

Result<std::string> try_binary(std::string const& binary, std::vector<std::string> const& command_line) {
    std::vector<std::string> words{binary, "upgrade", "--trial"};
    words.insert(words.end(), command_line.begin() + 1, command_line.end());
    Pipe pipe;
    auto const pid = pipe.spawn(binary, words);
    if (!pid) return std::unexpected(pid.error());
    std::string said;
    bool const has_ended = pipe.read_all(said);
    if (!has_ended) ::kill(*pid, SIGKILL);
    int status = 0;
    ::waitpid(*pid, &status, 0);
    if (!has_ended)
        return fail(fmt::format("{} did not say within {} s whether it can take over", binary, kPatience / 1s));
    bool const succeeded = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (succeeded && said.starts_with(kName)) return first_line(said).substr(kName.size());
    if (said.empty()) return fail(fmt::format("{} is no drover that could take over: it ended without a word", binary));
    return fail(fmt::format("{} cannot take over: {}", binary, first_line(said)));
}

}  // namespace drover::app
