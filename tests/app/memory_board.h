// A RoleBoard in memory, which also writes down the order of what was done to it.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "vrrp/role_board.h"

namespace drover::app {

class MemoryBoard : public vrrp::RoleBoard {
public:
    void open_gate(std::string_view instance) override {
        std::scoped_lock const lock(mutex_);
        open_.insert(std::string(instance));
    }
    void shut_gate(std::string_view instance) override {
        std::scoped_lock const lock(mutex_);
        open_.erase(std::string(instance));
    }
    void record(std::string_view instance, vrrp::SavedRole const& role) override {
        std::scoped_lock const lock(mutex_);
        saved_[std::string(instance)] = role;
    }
    std::optional<vrrp::SavedRole> saved(std::string_view instance) const override {
        std::scoped_lock const lock(mutex_);
        auto const found = saved_.find(std::string(instance));
        if (found == saved_.end()) return std::nullopt;
        return found->second;
    }
    vrrp::SeenClaim claim(std::string_view) const override {
        std::scoped_lock const lock(mutex_);
        return claim_;
    }
    void withdraw_surrender(std::string_view) override {
        std::scoped_lock const lock(mutex_);
        claim_.surrendered = false;
    }
    void peer_seen(std::string_view interface, Mac const& mac, Address const& address) override {
        std::scoped_lock const lock(mutex_);
        peers_.insert(std::string(interface) + " " + mac.text() + " " + address.text());
    }

    void put_claim(vrrp::SeenClaim const& claim) {
        std::scoped_lock const lock(mutex_);
        claim_ = claim;
    }
    bool is_open(std::string const& instance) const {
        std::scoped_lock const lock(mutex_);
        return open_.contains(instance);
    }
    std::set<std::string> peers() const {
        std::scoped_lock const lock(mutex_);
        return peers_;
    }

private:
    mutable std::mutex mutex_;
    std::set<std::string> open_;
    std::map<std::string, vrrp::SavedRole> saved_;
    std::set<std::string> peers_;
    vrrp::SeenClaim claim_;
};

}  // namespace drover::app
