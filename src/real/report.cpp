#include "real/report.h"

namespace drover::real {
namespace {

std::string joined(std::vector<Address> const& vips) {
    std::string text;
    for (auto const& vip : vips) text += (text.empty() ? "" : ", ") + vip.text();
    return text;
}

std::string lines(Plan const& plan) {
    std::string text;
    for (auto const& change : plan.changes) text += done_text(change) + "\n";
    for (auto const& remark : plan.remarks) text += remark + "\n";
    return text;
}

}  // namespace

std::string tell_started(Words words, std::vector<Address> const& vips, Plan const& plan) {
    bool const nothing = plan.changes.empty();
    if (words == Words::init_script)
        return nothing ? "The LVS-DR-RIP Server is already running !\n" : "starting LVS-DR-RIP server is ok !\n";
    auto const role = "a DR real server for " + joined(vips);
    if (nothing) return lines(plan) + "nothing to do: this host is " + role + " already\n";
    return lines(plan) + "this host is " + role + "\n";
}

std::string tell_stopped(Words words, Plan const& plan) {
    if (words == Words::init_script) return "stopping LVS-DR-RIP server is ok !\n";
    if (plan.state) return lines(plan) + "this host is still a DR real server for " + joined(plan.state->vips) + "\n";
    return lines(plan) + "everything is as it was before start\n";
}

std::string tell_not_started(Words words, std::string_view state_file) {
    if (words == Words::init_script) return "The LVS-DR-RIP Server is not running !\n";
    return "nothing to stop: start has not run on this host (there is no " + std::string(state_file) + ")\n";
}

std::string tell_status(Words words, Status const& status) {
    std::string missing;
    for (auto const& thing : status.missing) missing += "missing: " + thing + "\n";
    if (words == Words::init_script) {
        if (status.complete()) return "The LVS-DR-RIP Server is already running !\n";
        return "The LVS-DR-RIP Server is not running !\n" + missing;
    }
    std::string text = "this host is " + std::string(status.complete() ? "" : "not fully ") + "a DR real server for " +
                       joined(status.vips) + "\n";
    for (auto const& thing : status.present) text += "there:   " + thing + "\n";
    return text + missing;
}

}  // namespace drover::real
