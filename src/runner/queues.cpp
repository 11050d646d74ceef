#include "runner/queues.h"

#include <algorithm>

namespace drover::runner {

bool Queues::push(Request request) {
    if (waiting_ >= limits_.waiting) return false;
    ++waiting_;
    auto& queue = queues_[request.queue];
    queue.waiting.push_back(std::move(request));
    return true;
}

bool Queues::may_start(Queue const& queue, TimePoint now) const {
    if (queue.waiting.empty()) return false;
    return !queue.last_is_running() || now >= queue.last_start + limits_.patience;
}

std::vector<Queues::Start> Queues::take(TimePoint now) {
    std::vector<Start> starts;
    while (!is_full()) {
        Queue* next = nullptr;
        for (auto& [name, queue] : queues_)
            if (may_start(queue, now) && (next == nullptr || queue.waiting.front().id < next->waiting.front().id))
                next = &queue;
        if (next == nullptr) break;
        starts.push_back({std::move(next->waiting.front()), next->last_is_running()});
        next->waiting.pop_front();
        next->last_id = starts.back().request.id;
        next->running.insert(next->last_id);
        next->last_start = now;
        --waiting_;
        ++running_;
    }
    return starts;
}

void Queues::ended(Request const& request) {
    auto const found = queues_.find(request.queue);
    if (found == queues_.end() || found->second.running.erase(request.id) == 0) return;
    --running_;
    if (found->second.running.empty() && found->second.waiting.empty()) queues_.erase(found);
}

std::optional<TimePoint> Queues::next_change() const {
    std::optional<TimePoint> soonest;
    if (is_full()) return soonest;
    for (auto const& [name, queue] : queues_) {
        if (queue.waiting.empty() || !queue.last_is_running()) continue;
        auto const when = queue.last_start + limits_.patience;
        soonest = std::min(soonest.value_or(when), when);
    }
    return soonest;
}

}  // namespace drover::runner
