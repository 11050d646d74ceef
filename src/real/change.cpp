#include "real/change.h"

namespace drover::real {
namespace {

struct Opposite {
    Change operator()(SetLoopback const& c) const { return SetLoopback{!c.up}; }
    Change operator()(SetSysctl const& c) const { return SetSysctl{c.interface, c.name, c.former, c.value}; }
    Change operator()(AddAddress const& c) const { return DeleteAddress{c.prefix, c.label}; }
    Change operator()(DeleteAddress const& c) const { return AddAddress{c.prefix, c.label}; }
};

std::string labelled(std::string const& label) { return label.empty() ? "" : " (" + label + ")"; }

struct DoneText {
    std::string operator()(SetLoopback const& c) const { return c.up ? "lo set up" : "lo set down"; }
    std::string operator()(SetSysctl const& c) const {
        return "net.ipv4.conf." + c.interface + "." + c.name + " set to " + std::to_string(c.value) + " (was " +
               std::to_string(c.former) + ")";
    }
    std::string operator()(AddAddress const& c) const { return c.prefix.text() + " put on lo" + labelled(c.label); }
    std::string operator()(DeleteAddress const& c) const {
        return c.prefix.text() + " taken from lo" + labelled(c.label);
    }
};

}  // namespace

Change opposite(Change const& change) { return std::visit(Opposite{}, change); }

std::string done_text(Change const& change) { return std::visit(DoneText{}, change); }

std::string place_text(Prefix const& prefix, std::string const& label) {
    return prefix.text() + " on lo" + labelled(label);
}

}  // namespace drover::real
