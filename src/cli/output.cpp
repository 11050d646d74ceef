#include "cli/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "cli/exit_code.h"
#include "control/io/client.h"
#include "loop/io/clock.h"

namespace drover::cli {

namespace {

std::string local_clock(std::int64_t unix_us) {
    auto const seconds = static_cast<std::time_t>(unix_us / 1'000'000);
    std::tm parts{};
    char text[32];
    if (::localtime_r(&seconds, &parts) == nullptr) return "?";
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts)};
}

}  // namespace

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

int finish(int code) {
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
    fmt::print(stderr, "drover: writing the output: {}\n", std::strerror(errno));
    return failed;
}

int complain(std::string_view program, Error const& error) {
    std::fflush(stdout);
    fmt::print(stderr, "{}: {}\n", program, error.message);
    return error.code == control::no_daemon ? no_daemon_answers : failed;
}

bool colour_wanted() {
    auto const* no_color = std::getenv("NO_COLOR");
    if (no_color != nullptr && *no_color != '\0') return false;
    auto const* terminal = std::getenv("TERM");
    return ::isatty(STDOUT_FILENO) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

control::Look look() {
    return {.colour = colour_wanted(), .now_unix_us = loop::unix_microseconds(), .clock_text = local_clock};
}

}  // namespace drover::cli
