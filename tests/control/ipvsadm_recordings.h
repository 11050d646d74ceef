// Reads what ipvsadm/record.py wrote: commands given to the real ipvsadm, and what it answered.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/names.h"

namespace drover::control::recordings {

struct Answer {
    std::string out, err;
    int code = 0;
    bool operator==(Answer const&) const = default;
};

struct Step {
    std::string line;  ///< as a shell takes it
    std::string input;
    Answer answer;
    std::string reason;  ///< of a deviation: its key in docs/ipvsadm.md
};

struct Sequence {
    std::string title;
    std::vector<Step> steps;
};

/// The files of the machine that recorded.
class RecordedNames final : public Names {
public:
    void add_host(std::istringstream& words) {
        std::string address, name;
        words >> address;
        for (bool first = true; words >> name; first = false) {
            auto const parsed = *Address::parse(address);
            if (first) host_names_[parsed] = name;
            if (parsed.is_v4()) addresses_[name] = parsed;
        }
    }
    void add_service(std::istringstream& words) {
        std::string name, port;
        words >> name >> port;
        auto const slash = port.find('/');
        auto const number = static_cast<std::uint16_t>(std::stoi(port.substr(0, slash)));
        ports_[{name, port.substr(slash + 1)}] = number;
        service_names_[{number, port.substr(slash + 1)}] = name;
    }

    std::optional<Address> address_of(std::string_view host) const override {
        return find(addresses_, std::string(host));
    }
    std::optional<std::uint16_t> port_of(std::string_view service, Protocol protocol) const override {
        return find(ports_, std::pair(std::string(service), std::string(lower_name(protocol))));
    }
    std::optional<std::string> host_name(Address const& address) const override { return find(host_names_, address); }
    std::optional<std::string> service_name(std::uint16_t port, Protocol protocol) const override {
        return find(service_names_, std::pair(port, std::string(lower_name(protocol))));
    }

private:
    template <class Map, class Key>
    static std::optional<typename Map::mapped_type> find(Map const& map, Key const& key) {
        auto const found = map.find(key);
        return found == map.end() ? std::nullopt : std::optional(found->second);
    }

    std::map<std::string, Address> addresses_;
    std::map<Address, std::string> host_names_;
    std::map<std::pair<std::string, std::string>, std::uint16_t> ports_;
    std::map<std::pair<std::uint16_t, std::string>, std::string> service_names_;
};

struct Recordings {
    RecordedNames names;
    std::vector<Sequence> sequences;
};

inline std::string unescaped(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            result += text[i];
            continue;
        }
        result += static_cast<char>(std::stoi(std::string(text.substr(i + 2, 2)), nullptr, 16));
        i += 3;
    }
    return result;
}

/// Of a line such as "> text" or ">~text".
inline std::string text_of(std::string const& line) {
    return unescaped(std::string_view(line).substr(2)) + (line[1] == '~' ? "" : "\n");
}

inline Recordings read(std::filesystem::path const& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(path.string() + " cannot be read");
    Recordings result;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string first;
        words >> first;
        if (line.starts_with('#')) continue;
        if (first == "host") result.names.add_host(words);
        if (first == "service") result.names.add_service(words);
        if (first == "===") result.sequences.push_back({line.substr(4), {}});
        if (first == "$") result.sequences.back().steps.push_back({line.size() > 2 ? line.substr(2) : "", {}, {}, {}});
        if (line.starts_with('<')) result.sequences.back().steps.back().input += text_of(line);
        if (line.starts_with('>')) result.sequences.back().steps.back().answer.out += text_of(line);
        if (line.starts_with('!')) result.sequences.back().steps.back().answer.err += text_of(line);
        if (first == "=") words >> result.sequences.back().steps.back().answer.code;
        if (first == "because") words >> result.sequences.back().steps.back().reason;
    }
    return result;
}

/// As a shell cuts it; quotes, no expansions.
inline std::vector<std::string> shell_words(std::string const& line) {
    std::vector<std::string> words;
    bool in_word = false;
    char quote = 0;
    for (auto const c : line) {
        if (quote == 0 && (c == ' ' || c == '\t')) {
            in_word = false;
            continue;
        }
        if (!std::exchange(in_word, true)) words.emplace_back();
        if (quote == 0 && (c == '\'' || c == '"'))
            quote = c;
        else if (quote == c)
            quote = 0;
        else
            words.back() += c;
    }
    return words;
}

/// The lines of `text` as they stand in a file of recordings.
inline std::string shown(char mark, std::string const& text) {
    std::string result;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) result += fmt::format("{} {}\n", mark, line);
    return result;
}

}  // namespace drover::control::recordings
