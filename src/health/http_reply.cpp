#include "health/http_reply.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace drover::health {

namespace {

/// Three digits after "HTTP/x ", whatever x is: a check passes with every version that keepalived would let pass.
std::optional<int> status_of(std::string_view head) {
    if (!head.starts_with("HTTP/")) return std::nullopt;
    auto const blank = head.find(' ');
    if (blank == std::string_view::npos || blank > head.find('\n')) return std::nullopt;
    auto const digits = head.find_first_not_of(' ', blank);
    if (digits == std::string_view::npos || head.size() - digits < 4) return std::nullopt;
    int status = 0;
    auto const* const first = head.data() + digits;
    auto const [end, error] = std::from_chars(first, first + 3, status);
    bool const ends_well = head[digits + 3] == ' ' || head[digits + 3] == '\r' || head[digits + 3] == '\n';
    if (error != std::errc{} || end != first + 3 || !ends_well || status < 100) return std::nullopt;
    return status;
}

bool same_word(std::string_view a, std::string_view b) {
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
    auto const first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// The value of Content-Length; none when it is absent, repeated with another value, or no number, or when the body is
/// chunked: then the body ends with the connection.
std::optional<std::uint64_t> content_length(std::string_view head) {
    std::optional<std::uint64_t> found;
    while (!head.empty()) {
        auto const end = std::min(head.find('\n'), head.size());
        auto const line = head.substr(0, end);
        head.remove_prefix(std::min(end + 1, head.size()));
        auto const colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        auto const name = trimmed(line.substr(0, colon));
        if (same_word(name, "Transfer-Encoding")) return std::nullopt;
        if (!same_word(name, "Content-Length")) continue;
        auto const value = trimmed(line.substr(colon + 1));
        std::uint64_t number = 0;
        auto const [rest, error] = std::from_chars(value.data(), value.data() + value.size(), number);
        if (error != std::errc{} || rest != value.data() + value.size()) return std::nullopt;
        if (found && *found != number) return std::nullopt;
        found = number;
    }
    return found;
}

/// Where the body begins: after an empty line, with or without carriage returns. npos: not yet.
std::size_t body_begin(std::string_view head) {
    auto const with_return = head.find("\n\r\n");
    auto const without = head.find("\n\n");
    return std::min(with_return == std::string_view::npos ? with_return : with_return + 3,
                    without == std::string_view::npos ? without : without + 2);
}

/// The first bytes of something unexpected, fit to be shown to a person.
std::string excerpt(std::string_view bytes) {
    std::string text;
    for (char const c : bytes.substr(0, 40)) {
        if (c == '\r' || c == '\n') break;
        if (c >= ' ' && c < 0x7f)
            text += c;
        else
            text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    return text;
}

bool is_accepted(model::HttpUrl const& url, int status) {
    if (url.status.empty()) return status >= 200 && status <= 299;
    return std::ranges::any_of(url.status,
                               [&](auto const& range) { return range.first <= status && status <= range.second; });
}

std::string accepted_text(model::HttpUrl const& url) {
    if (url.status.empty()) return "200-299";
    std::string text;
    for (auto const& [low, high] : url.status) {
        if (!text.empty()) text += ' ';
        text += low == high ? fmt::format("{}", low) : fmt::format("{}-{}", low, high);
    }
    return text;
}

Outcome failed(std::string sentence) { return {Outcome::Kind::failed, std::move(sentence)}; }

}  // namespace

HttpReply::HttpReply(model::HttpUrl const& url) : url_(url) {
    if (url.digest) digest_.emplace();
}

bool HttpReply::feed(std::string_view bytes) {
    if (done()) return true;
    if (!head_complete_) bytes = read_head(bytes);
    if (head_complete_ && !done()) read_body(bytes);
    return done();
}

std::string_view HttpReply::read_head(std::string_view bytes) {
    auto const searched = head_.size() < 2 ? 0 : head_.size() - 2;  // the empty line may straddle two pieces
    auto const known = head_.size();
    head_.append(bytes.substr(0, kLargestHead - known));
    static constexpr std::string_view protocol = "HTTP/";
    if (!protocol.starts_with(std::string_view(head_).substr(0, protocol.size()))) {
        broken_ = fmt::format("the answer is not HTTP: \"{}\"", excerpt(head_));
        return {};
    }
    auto const after_blank = body_begin(std::string_view(head_).substr(searched));
    if (after_blank == std::string_view::npos) {
        if (head_.size() == kLargestHead) broken_ = fmt::format("the headers are longer than {} bytes", kLargestHead);
        return {};
    }
    head_.resize(searched + after_blank);
    head_complete_ = true;
    status_ = status_of(head_);
    if (!status_) broken_ = fmt::format("the answer has no status code: \"{}\"", excerpt(head_));
    length_ = content_length(head_);
    return bytes.substr(head_.size() - known);
}

void HttpReply::read_body(std::string_view bytes) {
    auto const room = length_ ? *length_ - received_ : bytes.size();
    auto const part = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(room, bytes.size())));
    received_ += part.size();
    if (digest_) digest_->add(part);
    if (received_ > kLargestBody) broken_ = fmt::format("the body is longer than {} bytes", kLargestBody);
}

bool HttpReply::done() const {
    if (broken_) return true;
    if (!head_complete_) return false;
    return !is_accepted(url_, *status_) || (length_ && received_ >= *length_);
}

Outcome HttpReply::outcome() {
    if (broken_) return failed(*broken_);
    if (head_.empty()) return failed("the connection ended before an answer");
    if (!head_complete_) return failed(fmt::format("the connection ended within the headers: \"{}\"", excerpt(head_)));
    if (!is_accepted(url_, *status_)) return failed(fmt::format("status {}, wanted {}", *status_, accepted_text(url_)));
    // A body shorter than announced is said, not failed: so does keepalived.
    auto note = length_ && received_ < *length_ ? fmt::format(", {} of {} bytes", received_, *length_) : std::string{};
    if (!digest_) return {Outcome::Kind::passed, fmt::format("status {}{}", *status_, note)};
    auto const digest = digest_->finish();
    if (!digest) return {Outcome::Kind::impossible, "OpenSSL refuses MD5 on this host"};
    if (*digest != *url_.digest)
        return failed(fmt::format("status {}{}, digest {}, wanted {}", *status_, note, *digest, *url_.digest));
    return {Outcome::Kind::passed, fmt::format("status {}{}, digest as wanted", *status_, note)};
}

}  // namespace drover::health
