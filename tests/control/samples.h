// Recordings of Debian's ipvsadm 1.31 on a 6.1 kernel, which lie beside the checkout.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace drover::control::samples {

inline std::filesystem::path const folder =
    std::filesystem::path(DROVER_SOURCE_DIR) / "../shared/reference-vm/samples/listings";

inline bool present() { return std::filesystem::exists(folder / "list-n.txt"); }

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

/// Recordings are not part of the repository: a checkout without them skips the comparison and says so.
#define NEED_SAMPLES() \
    if (!drover::control::samples::present()) GTEST_SKIP() << "no recordings at " << drover::control::samples::folder
