#include "dataplane/grace.h"

#include <utility>

namespace drover::dataplane {

contract::traffic negated(contract::traffic const& past) {
    return {0 - past.connections, 0 - past.packets, 0 - past.bytes};
}

void Grace::leave_ring(std::uint64_t word) {
    if (Rings::length(word) != 0) since_.rings.push_back(word);
}

void Grace::leave_records(std::uint32_t id, Book::Stretch const& old) {
    auto const first = tables_.service_names[id].server_base;
    Move move{id, old, {}};
    for (std::uint32_t i = 0; i < old.length; ++i) {
        move.counted.push_back(kernel_.server_traffic(old.first + i));
        carry(first + i, negated(kernel_.server_traffic(first + i)));
        carry(first + i, move.counted.back());
    }
    since_.moves.push_back(std::move(move));
}

void Grace::carry(std::uint32_t record, contract::traffic const& amount) {
    auto& carried = tables_.server_names[record].carried;
    carried.connections += amount.connections;
    carried.packets += amount.packets;
    carried.bytes += amount.bytes;
}

/// The vip table may hand out an entry that a packet under way has just read under its old key.
void Grace::before_new_vip() {
    if (since_.vips || waiting_.vips) kernel_.wait_for_readers();
    since_.vips = waiting_.vips = false;
}

bool Grace::begin() {
    if (!waiting_.is_empty() || since_.is_empty()) return false;
    waiting_ = std::exchange(since_, {});
    return true;
}

void Grace::end() {
    auto const past = std::exchange(waiting_, {});
    for (auto const word : past.rings) rings_.release(word);
    for (auto const& [id, old, counted] : past.moves) {
        for (std::uint32_t i = 0; i < old.length; ++i) {
            carry(book_.record_of(id, i), kernel_.server_traffic(old.first + i));
            carry(book_.record_of(id, i), negated(counted[i]));
        }
        book_.leave_room(id, old);
    }
}

void Grace::end_at_once() {
    if (since_.is_empty() && waiting_.is_empty()) return;
    kernel_.wait_for_readers();
    end();
    if (begin()) end();
}

}  // namespace drover::dataplane
