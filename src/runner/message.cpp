#include "runner/message.h"

#include <fmt/core.h>

#include <cstring>

namespace drover::runner {

Request request_for(model::Script const& script, std::vector<std::string> const& arguments, std::string queue) {
    Request request;
    request.queue = std::move(queue);
    request.argv = script.argv;
    request.argv.insert(request.argv.end(), arguments.begin(), arguments.end());
    request.user = script.user;
    request.group = script.group;
    return request;
}

namespace {

// Both ends are one program on one host: fixed-width numbers in host order, strings with their length before them.
class Writer {
public:
    void number(std::uint64_t value) { bytes_.append(reinterpret_cast<char const*>(&value), sizeof value); }
    void string(std::string_view text) {
        number(text.size());
        bytes_.append(text);
    }
    Result<std::string> finish() && {
        if (bytes_.size() > kLargestMessage)
            return fail(
                fmt::format("{} bytes of script and arguments are more than {}", bytes_.size(), kLargestMessage));
        return std::move(bytes_);
    }

private:
    std::string bytes_;
};

class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}
    std::uint64_t number() {
        std::uint64_t value = 0;
        if (rest_.size() < sizeof value) {
            broken_ = true;
            return 0;
        }
        std::memcpy(&value, rest_.data(), sizeof value);
        rest_.remove_prefix(sizeof value);
        return value;
    }
    std::string string() {
        auto const size = number();
        if (size > rest_.size()) broken_ = true;
        if (broken_) return {};
        std::string text(rest_.substr(0, static_cast<std::size_t>(size)));
        rest_.remove_prefix(text.size());
        return text;
    }
    bool is_broken() const { return broken_; }
    bool is_whole() const { return !broken_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool broken_ = false;
};

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string ending_text(Finished const& f) {
    switch (f.ending) {
        case Ending::exited:
            return f.code == 0 ? "" : fmt::format("script {} exited with status {}", f.script, f.code);
        case Ending::killed:
            return fmt::format("script {} was killed by signal {} ({})", f.script, f.code, ::strsignal(f.code));
        case Ending::timed_out:
            return fmt::format("script {} did not end within {} s and was stopped", f.script, f.code);
        case Ending::not_started:
            return fmt::format("cannot run {}: {}", f.script, f.reason);
        case Ending::lost:
            return fmt::format("script {} was running when the script runner died: how it ends is not known", f.script);
    }
    return {};
}

}  // namespace

Result<std::string> encode(Request const& request) {
    Writer out;
    out.number(request.id);
    out.string(request.queue);
    out.number(request.argv.size());
    for (auto const& word : request.argv) out.string(word);
    out.string(request.user);
    out.string(request.group);
    out.number(static_cast<std::uint64_t>(request.timeout.count()));
    out.number(request.secure ? 1 : 0);
    return std::move(out).finish();
}

Result<Request> decode_request(std::string_view bytes) {
    Reader in(bytes);
    Request request;
    request.id = in.number();
    request.queue = in.string();
    auto const words = in.number();
    for (std::uint64_t i = 0; i < words && !in.is_broken(); ++i) request.argv.push_back(in.string());
    request.user = in.string();
    request.group = in.string();
    request.timeout = Duration(static_cast<Duration::rep>(in.number()));
    request.secure = in.number() != 0;
    if (!in.is_whole() || request.argv.empty()) return fail("a request to the script runner is malformed");
    return request;
}

Result<std::string> encode(Event const& event) {
    Writer out;
    out.number(event.index());
    std::visit(
        [&](auto const& e) {
            out.number(e.id);
            out.string(e.script);
            if constexpr (requires { e.text; }) out.string(e.text);
            if constexpr (requires { e.ending; }) {
                out.number(static_cast<std::uint64_t>(e.ending));
                out.number(static_cast<std::uint64_t>(e.code));
                out.string(e.reason);
            }
        },
        event);
    return std::move(out).finish();
}

Result<Event> decode_event(std::string_view bytes) {
    Reader in(bytes);
    auto const kind = in.number();
    auto const id = in.number();
    auto script = in.string();
    Event event;
    if (kind == 0) event = Output{id, std::move(script), in.string()};
    if (kind == 1) event = Remark{id, std::move(script), in.string()};
    if (kind == 2) event = Started{id, std::move(script)};
    if (kind == 3) {
        auto const ending = in.number();
        auto const code = in.number();
        if (ending > static_cast<std::uint64_t>(Ending::not_started))
            return fail("an event of the script runner is malformed");
        event = Finished{id, std::move(script), static_cast<Ending>(ending), static_cast<int>(code), in.string()};
    }
    if (kind > 3 || !in.is_whole()) return fail("an event of the script runner is malformed");
    return event;
}

std::string text(Event const& event) {
    if (auto const* finished = std::get_if<Finished>(&event)) return ending_text(*finished);
    if (auto const* output = std::get_if<Output>(&event))
        return fmt::format("{}: {}", base_name(output->script), output->text);
    if (auto const* remark = std::get_if<Remark>(&event))
        return fmt::format("script {}: {}", remark->script, remark->text);
    return {};
}

}  // namespace drover::runner
