#include "app/upgrade.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include "app/trial.h"
#include "base/log.h"
#include "loop/io/fd.h"

namespace drover::app {

namespace {

constexpr char const* kVariable = "DROVER_INHERITED";  // the number of a descriptor
constexpr int kFirstOfOurs = 3;

/// Where the daemon's own binary is: a package manager puts the new one in the place of the old one.
std::string own_binary() {
    std::error_code error;
    auto path = std::filesystem::read_symlink("/proc/self/exe", error).string();
    constexpr std::string_view gone = " (deleted)";
    if (path.ends_with(gone)) path.resize(path.size() - gone.size());
    return path;
}

std::vector<std::string> own_command_line() {
    std::ifstream file("/proc/self/cmdline");
    std::vector<std::string> words;
    for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
    return words;
}

Result<loop::Fd> put_down(std::string const& text) {
    loop::Fd fd(::memfd_create("drover-inheritance", MFD_CLOEXEC));
    if (!fd || ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::lseek(fd.get(), 0, SEEK_SET) != 0)
        return fail_errno("write down what the next daemon must know");
    return fd;
}

sigset_t all_signals() {
    sigset_t all;
    ::sigfillset(&all);
    return all;
}

/// Returns only if it is refused. A signal that comes meanwhile waits for the next daemon's handlers.
std::unexpected<Error> execute(std::string const& binary, std::vector<std::string> words, loop::Fd const& inheritance) {
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    ::setenv(kVariable, std::to_string(inheritance.get()).c_str(), 1);
    auto const all = all_signals();
    sigset_t before;
    ::pthread_sigmask(SIG_BLOCK, &all, &before);
    ::close_range(kFirstOfOurs, ~0U, CLOSE_RANGE_CLOEXEC);
    ::fcntl(inheritance.get(), F_SETFD, 0);
    ::execv(binary.c_str(), argv.data());
    auto refused = fail_errno("cannot execute " + binary);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::unsetenv(kVariable);
    return refused;
}

}  // namespace

Result<void> Upgrade::begin(control::UpgradeRequest const& request, model::Author const& author) {
    if (report_.running) return fail("an upgrade is under way already", EBUSY);
    if (!request.binary.empty() && author.uid != 0)
        return fail("root alone may name a binary: without one it is where the daemon's own is on disk", EPERM);
    if (auto may = hooks_.may_leave(); !may) return may;
    auto const binary = request.binary.empty() ? own_binary() : request.binary;
    log::notice("upgrade to {}, asked for by {}", binary, author.text());
    report_ = {.running = true};
    trial_ = std::jthread([this, binary, words = own_command_line()] {
        auto version = try_binary(binary, words);
        loop_.post([this, binary, version = std::move(version)] { tried(binary, version); });
    });
    return {};
}

void Upgrade::tried(std::string const& binary, Result<std::string> const& version) {
    report_.version = version.value_or("");
    auto const done = version ? replace(binary) : Result<void>(std::unexpected(version.error()));
    report_.running = false;
    report_.trouble = done.error().message;  // if it had been done, nobody would be here
    log::error("upgrade refused, this daemon goes on: {}", report_.trouble);
}

Result<void> Upgrade::replace(std::string const& binary) {
    if (auto may = hooks_.may_leave(); !may) return may;
    if (auto done = hooks_.bring_in_line(); !done) return done;
    auto words = own_command_line();
    auto inheritance = hooks_.leave();
    auto const paper = put_down(write(inheritance));
    auto const refused = paper ? execute(binary, std::move(words), *paper) : std::unexpected(paper.error());
    hooks_.go_on(std::move(inheritance));
    return refused;
}

std::optional<Inheritance> take_inheritance() {
    auto const* const variable = std::getenv(kVariable);
    if (variable == nullptr) return std::nullopt;
    std::string_view const word = variable;
    int number = -1;
    std::from_chars(word.data(), word.data() + word.size(), number);
    ::unsetenv(kVariable);
    loop::Fd const fd(number);
    std::string text;
    std::array<char, 4096> piece;
    for (ssize_t size = 0; (size = ::read(fd.get(), piece.data(), piece.size())) > 0;)
        text.append(piece.data(), static_cast<std::size_t>(size));
    return read_inheritance(text);
}

}  // namespace drover::app
