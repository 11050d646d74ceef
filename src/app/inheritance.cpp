#include "app/inheritance.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "control/routes.h"

namespace drover::app {

namespace {

using Words = std::vector<std::string_view>;

constexpr char kBetween = '\t';

Words split(std::string_view text, char at) {
    Words words;
    while (true) {
        auto const end = text.find(at);
        words.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return words;
        text.remove_prefix(end + 1);
    }
}

std::optional<int> number_in(std::string_view word) {
    int number = 0;
    auto const [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
    return number;
}

std::optional<model::VrrpState> state_in(std::string_view word) {
    using enum model::VrrpState;
    for (auto const state : {init, backup, master, fault})
        if (model::name(state) == word) return state;
    return std::nullopt;
}

void read_told(Words const& words, bool of_group, Inheritance& into) {
    if (auto const state = state_in(words[2]))
        into.told.push_back({std::string(words[1]), of_group, *state, Address::parse(words[3])});
}

/// A real server is written as a service of its own, whose protocol says nothing.
void read_server(Words const& words, Inheritance& into) {
    auto const service = control::service_in_path(words[1]), server = control::service_in_path(words[2]);
    if (service && server) into.servers.push_back({*service, server->endpoint, words[3] == "up"});
}

void read_service(Words const& words, Inheritance& into) {
    if (auto const service = control::service_in_path(words[1])) into.services.push_back({*service, words[2] == "stands"});
}

void read_line(Words const& words, Inheritance& into) {
    auto const is = [&](std::string_view kind, std::size_t count) {
        return words.front() == kind && words.size() == count;
    };
    if (is("file", 2)) into.file = words[1];
    if (is("instance", 4)) read_told(words, false, into);
    if (is("group", 4)) read_told(words, true, into);
    if (is("server", 4)) read_server(words, into);
    if (is("service", 3)) read_service(words, into);
    if (is("script", 3))
        if (auto const value = number_in(words[2]))
            into.scripts.push_back({model::TrackKind::script, std::string(words[1]), value});
    if (is("arp_announce", 3))
        if (auto const value = number_in(words[2])) into.arp_announce.emplace(words[1], *value);
}

}  // namespace

std::optional<Told> told_of(std::vector<Told> const& all, bool of_group, std::string const& name) {
    auto const found =
        std::ranges::find_if(all, [&](Told const& told) { return told.of_group == of_group && told.name == name; });
    return found == all.end() ? std::nullopt : std::optional(*found);
}

std::string write(Inheritance const& inheritance) {
    std::string text;
    auto const line = [&](auto const&... words) {
        auto const before = text.size();
        ((text += (text.size() == before ? "" : std::string(1, kBetween)) + std::string(words)), ...);
        text += '\n';
    };
    if (inheritance.file) line("file", *inheritance.file);
    for (auto const& told : inheritance.told)
        line(told.of_group ? "group" : "instance", told.name, model::name(told.state),
             told.gave_to ? told.gave_to->text() : "");
    for (auto const& script : inheritance.scripts)
        if (script.value) line("script", script.name, std::to_string(*script.value));
    for (auto const& found : inheritance.servers)
        line("server", control::service_path(found.service),
             control::service_path({found.server, found.service.protocol}), found.up ? "up" : "down");
    for (auto const& told : inheritance.services)
        line("service", control::service_path(told.service), told.stands ? "stands" : "falls");
    for (auto const& [interface, value] : inheritance.arp_announce)
        line("arp_announce", interface, std::to_string(value));
    return text;
}

Inheritance read_inheritance(std::string_view text) {
    Inheritance read;
    for (auto const line : split(text, '\n')) read_line(split(line, kBetween), read);
    return read;
}

}  // namespace drover::app
