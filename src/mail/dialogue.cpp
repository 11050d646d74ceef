#include "mail/dialogue.h"

#include <charconv>

#include <fmt/format.h>

namespace drover::mail {

namespace {

constexpr std::size_t longest_line = 4096;  // RFC 5321 4.5.3.1.5 allows 512

int code_of(std::string_view line) {
    int code = 0;
    auto const digits = line.substr(0, 3);
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code);
    return error == std::errc{} && end == digits.data() + 3 ? code : 0;
}

/// "250-..." is not the last line of its answer.
bool is_last(std::string_view line) { return line.size() < 4 || line[3] != '-' || code_of(line) == 0; }

std::string visible(std::string_view line) {
    std::string text(line.substr(0, 200));
    for (auto& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = '?';
    return text;
}

Dialogue::Step fail_with(std::string trouble) { return {Dialogue::State::failed, {}, std::move(trouble)}; }

}  // namespace

Dialogue::Step Dialogue::feed(std::string_view bytes) {
    received_ += bytes;
    Step sum;
    while (sum.state == State::goes_on) {
        auto const end = received_.find('\n');
        if (end == std::string::npos) break;
        auto line = received_.substr(0, end);
        received_.erase(0, end + 1);
        if (line.ends_with('\r')) line.pop_back();
        if (!is_last(line)) continue;
        auto step = answer(code_of(line), line);
        sum = {step.state, sum.send + step.send, std::move(step.trouble)};
    }
    if (received_.size() > longest_line) return fail_with("it sends lines that do not end");
    return sum;
}

Dialogue::Step Dialogue::answer(int code, std::string_view line) {
    bool const is_good = waiting_ == Waiting::data ? code == 354 : code / 100 == 2;
    if (waiting_ == Waiting::recipient) {
        accepted_ += is_good ? 1 : 0;
        if (asked_ == envelope_.to.size() && accepted_ == 0)
            return fail_with(fmt::format("it takes no mail for these recipients: {}", visible(line)));
        return next_recipient();
    }
    if (!is_good) return fail_with(fmt::format("it answered: {}", visible(line)));
    switch (waiting_) {
        case Waiting::greeting:
            waiting_ = Waiting::helo;
            return {State::goes_on, fmt::format("HELO {}\r\n", envelope_.helo_name), {}};
        case Waiting::helo:
            waiting_ = Waiting::sender;
            return {State::goes_on, fmt::format("MAIL FROM:<{}>\r\n", envelope_.from), {}};
        case Waiting::sender:
            waiting_ = Waiting::recipient;
            return next_recipient();
        case Waiting::data:
            waiting_ = Waiting::message;
            return {State::goes_on, message_ + ".\r\n", {}};
        case Waiting::message: return {State::delivered, "QUIT\r\n", {}};
        case Waiting::recipient: break;
    }
    return {};
}

Dialogue::Step Dialogue::next_recipient() {
    if (asked_ < envelope_.to.size()) return {State::goes_on, fmt::format("RCPT TO:<{}>\r\n", envelope_.to[asked_++]), {}};
    waiting_ = Waiting::data;
    return {State::goes_on, "DATA\r\n", {}};
}

}  // namespace drover::mail
