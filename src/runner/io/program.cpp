#include "runner/io/program.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "runner/security.h"

namespace drover::runner {

namespace {

std::optional<std::string> obstacle(std::string const& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return errno == ENOENT ? "it does not exist" : std::strerror(errno);
    if (!S_ISREG(info.st_mode)) return S_ISDIR(info.st_mode) ? "it is a directory" : "it is not a regular file";
    if ((info.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0) return "it is not executable (chmod +x)";
    return std::nullopt;
}

void add_parts(std::string const& path, std::vector<PathPart>& parts) {
    for (std::size_t end = 0; end != std::string::npos;) {
        end = path.find('/', end + 1);
        auto const part = path.substr(0, end);
        struct stat info {};
        if (::lstat(part.c_str(), &info) == 0) parts.push_back({part, info.st_uid, info.st_gid, info.st_mode});
    }
}

}  // namespace

Result<std::string> find_program(std::string const& word) {
    if (word.empty()) return fail("its name is empty");
    if (word.find('/') != std::string::npos) {
        if (auto reason = obstacle(word)) return fail(*reason);
        return word;
    }
    char const* const variable = std::getenv("PATH");
    std::string_view rest = variable != nullptr ? variable : "/usr/bin:/bin";
    while (!rest.empty()) {
        auto const folder = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
        auto path = fmt::format("{}/{}", folder.empty() ? "." : folder, word);
        if (!obstacle(path)) return path;
    }
    return fail("it is not found on PATH");
}

std::optional<std::string> insecurity_of(std::string const& program) {
    std::vector<PathPart> parts;
    std::string path = program;
    char resolved[PATH_MAX];
    if (!path.starts_with('/') && ::getcwd(resolved, sizeof resolved) != nullptr)
        path = fmt::format("{}/{}", resolved, program);
    add_parts("/", parts);
    add_parts(path, parts);
    if (::realpath(path.c_str(), resolved) != nullptr) add_parts(resolved, parts);
    return insecure_part(parts);
}

}  // namespace drover::runner
