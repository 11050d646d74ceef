#include "config/read_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace drover::config {

namespace {

constexpr auto longest_timeout = Duration(4'294'967'295);  // 2^32 - 1 microseconds
constexpr auto longest_delay = Duration(std::chrono::hours(24 * 365));
constexpr std::int64_t most_retries = 1'000'000;  // keepalived takes up to 2^32 - 1; nobody waits that long
constexpr int first_status = 100, last_status = 999;

std::optional<std::pair<int, int>> parse_statuses(std::string_view text) {
    auto const dash = text.find('-');
    auto const first = parse_number(text.substr(0, dash));
    auto const last = dash == std::string_view::npos ? first : parse_number(text.substr(dash + 1));
    if (!first || !last || *first < first_status || *last > last_status || *first > *last) return std::nullopt;
    return std::pair(static_cast<int>(*first), static_cast<int>(*last));
}

class UrlReader {
public:
    UrlReader(Reading& reading, Statement const& block) : reading_(reading), block_(block) {}

    std::optional<model::HttpUrl> read() {
        url_.origin = reading_.origin(block_);
        for (auto const& statement : block_.block)
            if (statement.known != nullptr && statement.argument(1) != nullptr) read_word(statement);
        if (!url_.path.empty()) return url_;
        reading_.reporter.warn(block_.keyword().position, "no-path", "this url has no path: it is ignored");
        return std::nullopt;
    }

private:
    void read_word(Statement const& s) {
        auto const& argument = *s.argument(1);
        if (s.name() == "path") url_.path = argument.text;
        if (s.name() == "virtualhost") url_.virtual_host = argument.text;
        if (s.name() == "status_code") read_statuses(s);
        if (s.name() == "digest") read_digest(argument);
    }

    void read_statuses(Statement const& s) {
        for (auto const& word : s.arguments()) {
            if (auto const range = parse_statuses(word.text))
                url_.status.push_back(*range);
            else
                reading_.reporter.warn(
                    word.position, "bad-status",
                    fmt::format("`{}` is no HTTP status such as 200 or 200-299: it is ignored", word.text));
        }
    }

    void read_digest(Token const& word) {
        constexpr std::size_t digits = 32;  // of an MD5
        auto const is_hex = [](unsigned char c) { return std::isxdigit(c) != 0; };
        if (word.text.size() != digits || !std::ranges::all_of(word.text, is_hex)) {
            reading_.reporter.warn(word.position, "bad-digest",
                                   fmt::format("a digest has {} hexadecimal digits: this one is ignored", digits));
            return;
        }
        std::string digest(word.text);
        for (char& c : digest) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        url_.digest = std::move(digest);
    }

    Reading& reading_;
    Statement const& block_;
    model::HttpUrl url_;
};

/// `nb_get_retry` is a word of HTTP_GET only; elsewhere it is known to be gone.
bool counts(Statement const& statement) {
    return statement.known != nullptr && !statement.is_void && statement.known->treatment != Treatment::gone;
}

class CheckReader {
public:
    CheckReader(Reading& reading, Statement const& block, CheckDefaults defaults, Endpoint const& server)
        : reading_(reading), block_(block), defaults_(std::move(defaults)) {
        check_.target = server;
        check_.origin = reading.origin(block);
    }

    std::optional<model::Check> read() {
        bool const is_http = block_.name() == "HTTP_GET";
        for (auto const& statement : block_.block)
            if (counts(statement) && !defaults_.take(reading_, statement)) read_word(statement);
        fill_timing(is_http);
        check_.alpha = defaults_.alpha.value_or(false);
        if (!is_http) return check_;
        if (http_.urls.empty()) {
            reading_.reporter.warn(
                block_.keyword().position, "no-url",
                "this HTTP_GET has no url: the check is ignored, and without another one the server counts as up");
            return std::nullopt;
        }
        http_.virtual_host = defaults_.virtual_host;
        check_.what = std::move(http_);
        return check_;
    }

private:
    void read_word(Statement const& s) {
        auto const name = s.name();
        if (name == "log_all_failures")
            check_.log_all_failures = read_switch(reading_, s).value_or(false);
        else if (name == "url")
            read_url(s);
        else if (s.argument(1) == nullptr)
            return;
        else if (name == "connect_ip")
            check_.target.address = read_address(reading_, s).value_or(check_.target.address);
        else if (name == "connect_port")
            check_.target.port = read_port(s).value_or(check_.target.port);
        else if (name == "bindto")
            read_bind_address(s);
        else if (name == "bind_port")
            read_bind_port(s);
        else if (name == "bind_if")
            check_.bind_interface = s.argument(1)->text;
        else if (name == "fwmark")
            check_.fwmark = static_cast<std::uint32_t>(read_number(reading_, s, 1, 4294967295).value_or(0));
        else if (name == "http_protocol")
            read_protocol(*s.argument(1));
        else if (name == "nb_get_retry")
            read_retry(s);
    }

    void read_url(Statement const& s) {
        if (!s.has_block) return;
        if (auto url = UrlReader(reading_, s).read()) http_.urls.push_back(std::move(*url));
    }

    std::optional<std::uint16_t> read_port(Statement const& s) {
        auto const port = read_number(reading_, s, 1, 65535);
        return port ? std::optional(static_cast<std::uint16_t>(*port)) : std::nullopt;
    }

    void read_bind_address(Statement const& s) {
        auto const address = read_address(reading_, s);
        if (address) check_.bind = Endpoint{*address, check_.bind ? check_.bind->port : std::uint16_t{0}};
    }

    void read_bind_port(Statement const& s) {
        auto const port = read_port(s);
        auto const anywhere = check_.target.address.is_v4() ? Address::v4(0) : Address{};
        if (port) check_.bind = Endpoint{check_.bind ? check_.bind->address : anywhere, *port};
    }

    void read_protocol(Token const& word) {
        using enum model::HttpProtocol;
        if (word.text == "1.0")
            http_.protocol = http_1_0;
        else if (word.text == "1.0C" || word.text == "1.0c")
            http_.protocol = http_1_0_with_connection_close;
        else if (word.text == "1.1")
            http_.protocol = http_1_1;
        else
            reading_.reporter.warn(word.position, "bad-word",
                                   fmt::format("`{}` is no http_protocol (1.0, 1.0C or 1.1): 1.0 is used", word.text));
    }

    void read_retry(Statement const& s) {
        if (auto const number = read_number(reading_, s, 0, most_retries)) defaults_.retry = static_cast<int>(*number);
    }

    void fill_timing(bool is_http) {
        auto& timing = check_.timing;
        timing.delay_loop = defaults_.delay_loop.value_or(timing.delay_loop);
        timing.connect_timeout = defaults_.connect_timeout.value_or(timing.connect_timeout);
        timing.delay_before_retry = defaults_.delay_before_retry.value_or(is_http ? 3s : 1s);
        timing.retry = defaults_.retry.value_or(1);
        timing.warmup = defaults_.warmup.value_or(timing.delay_loop);
    }

    Reading& reading_;
    Statement const& block_;
    CheckDefaults defaults_;
    model::Check check_;
    model::HttpCheck http_;
};

template <class T>
void keep(std::optional<T>& value, std::optional<T> const& read) {
    if (read) value = read;
}

}  // namespace

bool CheckDefaults::take(Reading& reading, Statement const& s) {
    auto const name = s.name();
    if (name == "delay_loop")
        keep(delay_loop, read_timer(reading, s, 1us, longest_delay));
    else if (name == "connect_timeout")
        keep(connect_timeout, read_timer(reading, s, 1us, longest_timeout));
    else if (name == "delay_before_retry")
        keep(delay_before_retry, read_timer(reading, s, 0us, longest_timeout));
    else if (name == "warmup")
        keep(warmup, read_timer(reading, s, 0us, longest_timeout));
    else if (name == "alpha")
        keep(alpha, read_switch(reading, s));
    else if (name == "retry") {
        if (auto const number = read_number(reading, s, 0, most_retries)) retry = static_cast<int>(*number);
    } else if (name == "virtualhost") {
        if (s.argument(1) != nullptr) virtual_host = s.argument(1)->text;
    } else {
        return false;
    }
    return true;
}

bool is_check(Statement const& s) {
    return s.known != nullptr && s.known->block != nullptr &&
           (s.name().ends_with("_CHECK") || s.name().ends_with("_GET"));
}

std::optional<model::Check> read_check(Reading& reading, Statement const& block, CheckDefaults defaults,
                                       Endpoint const& server) {
    bool const carried_out = block.name() == "TCP_CHECK" || block.name() == "HTTP_GET";
    if (!carried_out || !block.has_block || block.is_void) return std::nullopt;
    return CheckReader(reading, block, std::move(defaults), server).read();
}

}  // namespace drover::config
