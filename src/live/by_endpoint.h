// A row of servers that keeps its order and finds each by its endpoint: by looking through a short one, by an index
// beside a long one.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/endpoint.h"

namespace drover::live {

/// T has a member `endpoint`, which is never changed.
template <class T>
class ByEndpoint {
public:
    ByEndpoint() = default;
    explicit ByEndpoint(std::vector<T> items) : items_(std::move(items)) {}

    T const* find(Endpoint const& endpoint) const {
        auto const position = position_of(endpoint);
        return position == items_.size() ? nullptr : &items_[position];
    }
    T* find(Endpoint const& endpoint) { return const_cast<T*>(std::as_const(*this).find(endpoint)); }

    /// No other of its endpoint may be there.
    void push_back(T item) {
        if (!index_.empty()) index_.emplace(item.endpoint, items_.size());
        items_.push_back(std::move(item));
    }
    void erase(Endpoint const& endpoint) {
        auto const position = position_of(endpoint);
        if (position == items_.size()) return;
        items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(position));
        index_.clear();
    }
    void clear() {
        items_.clear();
        index_.clear();
    }
    std::vector<T> const& items() const { return items_; }
    bool empty() const { return items_.empty(); }

private:
    static constexpr std::size_t kFew = 32;

    std::size_t position_of(Endpoint const& endpoint) const {
        if (items_.size() <= kFew) {
            std::size_t position = 0;
            while (position < items_.size() && items_[position].endpoint != endpoint) ++position;
            return position;
        }
        if (index_.empty())
            for (std::size_t i = 0; i < items_.size(); ++i) index_.emplace(items_[i].endpoint, i);
        auto const found = index_.find(endpoint);
        return found == index_.end() ? items_.size() : found->second;
    }

    std::vector<T> items_;
    mutable std::unordered_map<Endpoint, std::size_t> index_;  // of a long row, once it was asked; else empty
};

}  // namespace drover::live
