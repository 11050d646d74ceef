#include "dataplane/load_count.h"

#include "dataplane/slot_ref.h"
#include "dataplane/words.h"

namespace drover::dataplane {

namespace {

__u32 contract::server_load::* load_member(std::uint64_t meta) {
    if (is_template(meta)) return &contract::server_load::persistent;
    return is_active(meta) ? &contract::server_load::active : &contract::server_load::inactive;
}

}  // namespace

bool is_active(std::uint64_t meta) { return (contract::ACTIVE_STATES >> contract::meta_state(meta) & 1) != 0; }

void count_load(Tables const& tables, std::uint32_t record, std::uint64_t from, std::uint64_t to) {
    if (record >= tables.loads.size()) return;
    auto& now = tables.loads[record];
    auto const was = from == 0 ? nullptr : load_member(from);
    auto const is = to == 0 ? nullptr : load_member(to);
    if (was == is) return;
    if (was != nullptr) add(now.*was, ~__u32{0});
    if (is != nullptr) add(now.*is, __u32{1});
    if (was == nullptr || is == nullptr) judge_load(tables, record, was == nullptr);
}

void judge_load(Tables const& tables, std::uint32_t record, bool begun) {
    auto& now = tables.loads[record];
    auto const& server = tables.servers[record];
    auto const was = load(now.overloaded);
    auto const total = load(now.active) + load(now.inactive);
    auto const is = contract::overloaded_after(was, begun, total, load(server.upper), load(server.lower));
    if (is != was) store(now.overloaded, is);
}

}  // namespace drover::dataplane
