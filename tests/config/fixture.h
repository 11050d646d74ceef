// A configuration and a host out of nothing: files and everything that checks ask the host for are values.
#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.h"

namespace drover::config {

class FakeFiles final : public FileSource {
public:
    std::map<std::string, std::string> files;

    Result<std::string> read(std::string const& path) override {
        auto const found = files.find(path);
        if (found == files.end()) return fail("cannot read " + path + ": No such file or directory", ENOENT);
        return found->second;
    }
    /// Knows "DIRECTORY/*" and plain names.
    std::vector<std::string> expand(std::string const& pattern, std::string const& directory) override {
        auto const whole = pattern.starts_with('/') ? pattern : directory + "/" + pattern;
        bool const all = whole.ends_with("/*");
        std::vector<std::string> paths;
        for (auto const& [path, bytes] : files)
            if (all ? path.starts_with(whole.substr(0, whole.size() - 1)) : path == whole) paths.push_back(path);
        return paths;
    }
};

class FakeHost final : public Host {
public:
    std::string id = "director";
    std::optional<std::set<std::string>> names;
    std::optional<std::set<Prefix>> own;
    std::set<Address> routers;
    std::map<std::string, ScriptState> scripts;
    std::set<std::string> users{"root"};

    std::string config_id() const override { return id; }
    std::optional<std::set<std::string>> interfaces() const override { return names; }
    std::optional<std::set<Prefix>> addresses() const override { return own; }
    std::set<Address> gateways() const override { return routers; }
    ScriptState script(std::string const& program) const override {
        auto const found = scripts.find(program);
        return found == scripts.end() ? ScriptState::missing : found->second;
    }
    std::string weak_part(std::string const& program) const override { return program + " is writable by everyone"; }
    bool has_user(std::string const& user) const override { return users.contains(user); }
    std::optional<std::string> variable(std::string const& name) const override {
        return name == "SITE" ? std::optional<std::string>("shanghai") : std::nullopt;
    }
    std::uint32_t random_seed() const override { return 1; }
};

inline Loaded load_text(std::string text, FakeHost const& host = {}, Limits const& limits = {}) {
    FakeFiles files;
    files.files["/etc/test.conf"] = std::move(text);
    return load("/etc/test.conf", files, host, limits);
}

/// "7:17 unknown-keyword" for each diagnostic.
inline std::vector<std::string> places(Loaded const& loaded) {
    std::vector<std::string> all;
    for (auto const& d : loaded.diagnostics)
        all.push_back(std::to_string(d.position.line) + ":" + std::to_string(d.position.column) + " " + d.code);
    return all;
}

inline Diagnostic const* find(Loaded const& loaded, std::string_view code) {
    auto const found = std::ranges::find(loaded.diagnostics, code, &Diagnostic::code);
    return found == loaded.diagnostics.end() ? nullptr : &*found;
}

inline std::size_t count(Loaded const& loaded, std::string_view code) {
    return static_cast<std::size_t>(std::ranges::count(loaded.diagnostics, code, &Diagnostic::code));
}

inline std::string contents(std::string const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline std::string const shared = std::string(DROVER_SOURCE_DIR) + "/../shared/";

/// An instance that keepalived has nothing to say about; `more` stands in its block.
inline std::string instance(std::string_view more = {}, std::string_view before = {}) {
    return std::string(before) +
           "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    virtual_ipaddress {\n        "
           "10.0.0.1\n    }\n" +
           std::string(more) + "}\n";
}

/// Likewise a service.
inline std::string service(std::string_view more = {}, std::string_view in_server = {}) {
    return "virtual_server 10.0.0.1 80 {\n    lb_algo rr\n    lb_kind DR\n    protocol TCP\n" + std::string(more) +
           "    real_server 10.0.0.2 80 {\n" + std::string(in_server) + "    }\n}\n";
}

}  // namespace drover::config
