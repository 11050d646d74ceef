// Listings of Debian's ipvsadm 1.31 on a 6.1 kernel with traffic, made in the reference machine by its make-samples.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace drover::control::samples {

inline std::filesystem::path const folder = std::filesystem::path(DROVER_SOURCE_DIR) / "tests/control/ipvsadm/listings";

inline std::vector<std::string> lines(std::string const& name) {
    std::ifstream file(folder / name);
    std::vector<std::string> result;
    for (std::string line; std::getline(file, line);) result.push_back(line);
    return result;
}

/// The recorded output: without the command above it and the exit code below it.
inline std::vector<std::string> output(std::string const& name) {
    auto result = lines(name);
    if (!result.empty() && result.front().starts_with("$ ")) result.erase(result.begin());
    if (!result.empty() && result.back().starts_with("exit ")) result.pop_back();
    return result;
}

inline std::string joined(std::vector<std::string> const& lines) {
    std::string text;
    for (auto const& line : lines) text += line + "\n";
    return text;
}

inline std::vector<std::string> words(std::string const& line) {
    std::istringstream in(line);
    return {std::istream_iterator<std::string>(in), {}};
}

}  // namespace drover::control::samples
