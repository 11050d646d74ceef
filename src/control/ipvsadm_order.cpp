#include "control/ipvsadm_order.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace drover::control::ipvsadm {

namespace {

int difference(std::uint32_t a, std::uint32_t b) { return static_cast<int>(a - b); }

int difference(Address const& a, Address const& b) {
    if (a.is_v4() && b.is_v4()) return difference(a.v4(), b.v4());
    auto const order = a.bytes() <=> b.bytes();
    return order < 0 ? -1 : order > 0 ? 1 : 0;
}

int family_number(Address const& address) { return address.is_v4() ? 2 : 10; }  // AF_INET, AF_INET6

int compare(model::ServiceObserved const& a, model::ServiceObserved const& b) {
    auto const& [left, left_protocol] = a.key;
    auto const& [right, right_protocol] = b.key;
    if (auto const marks = difference(a.fwmark, b.fwmark)) return marks;
    if (auto const families = family_number(left.address) - family_number(right.address)) return families;
    if (auto const protocols = static_cast<int>(left_protocol) - static_cast<int>(right_protocol)) return protocols;
    if (auto const addresses = difference(left.address, right.address)) return addresses;
    return left.port - right.port;
}

int compare(model::ServerObserved const& a, model::ServerObserved const& b) {
    auto const& left = a.endpoint;
    auto const& right = b.endpoint;
    if (auto const families = family_number(left.address) - family_number(right.address)) return families;
    if (auto const addresses = difference(left.address, right.address)) return addresses;
    return left.port - right.port;
}

/// As qsort of the C library does it: halves, the smaller one first, merged from the left.
template <class T>
void merge_sort(std::span<T const*> items, std::span<T const*> room) {
    if (items.size() < 2) return;
    auto const left = items.first(items.size() / 2), right = items.subspan(items.size() / 2);
    merge_sort(left, room);
    merge_sort(right, room);
    std::size_t l = 0, r = 0, out = 0;
    while (l < left.size() && r < right.size())
        room[out++] = compare(*left[l], *right[r]) <= 0 ? left[l++] : right[r++];
    while (l < left.size()) room[out++] = left[l++];
    for (std::size_t i = 0; i < out; ++i) items[i] = room[i];  // what is left of the right half stands where it belongs
}

template <class T>
void sort_all(std::vector<T const*>& items) {
    std::vector<T const*> room(items.size());
    merge_sort(std::span(items), std::span(room));
}

}  // namespace

void sort(std::vector<model::ServiceObserved const*>& services) { sort_all(services); }

void sort(std::vector<model::ServerObserved const*>& servers) { sort_all(servers); }

}  // namespace drover::control::ipvsadm
