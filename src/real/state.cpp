#include "real/state.h"

#include <boost/json.hpp>
#include <exception>

namespace drover::real {
namespace {

namespace json = boost::json;

constexpr int version = 1;

Address address_from(json::value const& value) {
    auto const address = Address::parse(std::string_view(value.as_string()));
    if (!address) throw std::invalid_argument("an address is none");
    return *address;
}

AddedAddress added_from(json::value const& value) {
    auto const prefix = Prefix::parse(std::string_view(value.at("address").as_string()));
    if (!prefix) throw std::invalid_argument("an added address is none");
    return {*prefix, json::value_to<std::string>(value.at("label"))};
}

FormerSysctl former_from(json::value const& value) {
    return {json::value_to<std::string>(value.at("interface")), json::value_to<std::string>(value.at("name")),
            json::value_to<int>(value.at("value"))};
}

State state_from(json::value const& value) {
    if (json::value_to<int>(value.at("version")) != version)
        throw std::invalid_argument("it was written by another version of drover");
    State state;
    state.scene.boot = json::value_to<std::string>(value.at("boot"));
    state.scene.network = json::value_to<std::uint64_t>(value.at("network"));
    state.loopback_was_down = value.at("loopback_was_down").as_bool();
    for (auto const& vip : value.at("vips").as_array()) state.vips.push_back(address_from(vip));
    for (auto const& added : value.at("added").as_array()) state.added.push_back(added_from(added));
    for (auto const& former : value.at("former").as_array()) state.former.push_back(former_from(former));
    return state;
}

}  // namespace

std::string encode(State const& state) {
    json::array vips, added, former;
    for (auto const& vip : state.vips) vips.emplace_back(vip.text());
    for (auto const& a : state.added) added.push_back({{"address", a.prefix.text()}, {"label", a.label}});
    for (auto const& f : state.former)
        former.push_back({{"interface", f.interface}, {"name", f.name}, {"value", f.value}});
    json::object const object{{"version", version},
                              {"boot", state.scene.boot},
                              {"network", state.scene.network},
                              {"vips", vips},
                              {"added", added},
                              {"former", former},
                              {"loopback_was_down", state.loopback_was_down}};
    return json::serialize(object) + "\n";
}

Result<State> decode(std::string_view text) {
    // Boost.JSON tells of a wrong type or a missing member by exceptions; they end here.
    try {
        return state_from(json::parse(json::string_view(text.data(), text.size())));
    } catch (std::exception const& e) {
        return fail(e.what());
    }
}

}  // namespace drover::real
