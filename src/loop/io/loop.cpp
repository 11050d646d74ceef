#include "loop/io/loop.h"

#include <list>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

namespace drover::loop {

namespace asio = boost::asio;

struct Loop::State {
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    std::list<asio::signal_set> signals;
    std::list<asio::posix::stream_descriptor> descriptors;

    void wait_for_signal(asio::signal_set& set, std::function<void(int)> callback) {
        set.async_wait([this, &set, callback = std::move(callback)](boost::system::error_code error, int signal) {
            if (error) return;
            callback(signal);
            wait_for_signal(set, callback);
        });
    }
    void wait_for_data(asio::posix::stream_descriptor& descriptor, std::function<void()> readable) {
        descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                              [this, &descriptor, readable = std::move(readable)](boost::system::error_code error) {
                                  if (error) return;
                                  readable();
                                  wait_for_data(descriptor, readable);
                              });
    }
};

Loop::Loop() : state_(std::make_unique<State>()) {}

Loop::~Loop() {
    for (auto& descriptor : state_->descriptors) descriptor.release();  // they are their owners' to close
}

asio::io_context& Loop::context() { return state_->context; }

void Loop::run() { state_->context.run(); }

bool Loop::run_until(std::function<bool()> const& done, std::chrono::microseconds most) {
    auto const end = std::chrono::steady_clock::now() + most;
    state_->context.restart();
    while (!done() && std::chrono::steady_clock::now() < end)
        if (state_->context.run_one_until(end) == 0) break;
    return done();
}

void Loop::stop() { state_->context.stop(); }

void Loop::post(std::function<void()> work) { asio::post(state_->context, std::move(work)); }

void Loop::on_signals(std::vector<int> const& signals, std::function<void(int)> callback) {
    auto& set = state_->signals.emplace_back(state_->context);
    for (int const signal : signals) set.add(signal);
    state_->wait_for_signal(set, std::move(callback));
}

void Loop::watch(int fd, std::function<void()> readable) {
    auto& descriptor = state_->descriptors.emplace_back(state_->context, fd);
    state_->wait_for_data(descriptor, std::move(readable));
}

}  // namespace drover::loop
