#include "config/read_check.h"

#include <algorithm>
#include <charconv>

namespace drover::config {

namespace {

constexpr Duration kLongest = 4294s;

std::optional<std::pair<int, int>> parse_codes(std::string_view text) {
    auto const dash = text.find('-');
    std::pair<int, int> range;
    auto const number = [](std::string_view digits, int& value) {
        auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return error == std::errc{} && end == digits.data() + digits.size() && value >= 100 && value <= 999;
    };
    if (!number(text.substr(0, dash), range.first)) return std::nullopt;
    range.second = range.first;
    if (dash != std::string_view::npos && !number(text.substr(dash + 1), range.second)) return std::nullopt;
    return range;
}

void read_codes(Reading& reading, Statement const& statement, model::HttpUrl& url) {
    for (std::size_t i = 1; i < statement.words.size(); ++i) {
        auto const range = parse_codes(statement.words[i].text);
        if (range) url.status.push_back(*range);
        else reading.reporter.warn(statement.words[i].position, "bad-status", "`" + statement.words[i].text + "` is no HTTP status (200 or 200-299); it is ignored");
    }
}

void read_digest(Reading& reading, Statement const& statement, model::HttpUrl& url) {
    auto digest = statement.argument(1)->text;
    std::ranges::transform(digest, digest.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (digest.size() == 32 && digest.find_first_not_of("0123456789abcdef") == std::string::npos) url.digest = digest;
    else reading.reporter.warn(statement.argument(1)->position, "bad-digest", "a digest has 32 hexadecimal digits (genhash prints it); it is ignored");
}

model::HttpUrl read_url(Reading& reading, Statement const& block) {
    model::HttpUrl url;
    url.origin = origin_of(block);
    for (auto const& statement : block.block) {
        auto const& word = statement.keyword().text;
        if (statement.argument(1) == nullptr) continue;
        if (word == "path") url.path = statement.argument(1)->text;
        if (word == "virtualhost") url.virtual_host = statement.argument(1)->text;
        if (word == "status_code") read_codes(reading, statement, url);
        if (word == "digest") read_digest(reading, statement, url);
    }
    if (url.path.empty()) {
        url.path = "/";
        reading.reporter.warn(block.keyword().position, "no-path", "this url has no path: / is asked for");
    }
    return url;
}

model::HttpProtocol read_http_protocol(Reading& reading, Statement const& statement) {
    auto const& word = statement.argument(1)->text;
    if (word == "1.1") return model::HttpProtocol::http_1_1;
    if (word == "1.0C" || word == "1.0c") return model::HttpProtocol::http_1_0_with_connection_close;
    if (word != "1.0") reading.reporter.warn(statement.argument(1)->position, "bad-word", "http_protocol is 1.0, 1.0C or 1.1; 1.0 is used");
    return model::HttpProtocol::http_1_0;
}

/// Where the check connects to and from.
void read_target(Reading& reading, Statement const& statement, model::Check& check) {
    auto const& word = statement.keyword().text;
    if (statement.argument(1) == nullptr) return;
    auto const address = word == "connect_ip" || word == "bindto" ? read_address(reading, statement) : std::nullopt;
    auto const number = word == "connect_port" || word == "bind_port" ? read_number(reading, statement, 1, 65535) : std::nullopt;
    if (word == "connect_ip" && address) check.target.address = *address;
    if (word == "connect_port" && number) check.target.port = static_cast<std::uint16_t>(*number);
    if (word == "bind_if") check.bind_interface = statement.argument(1)->text;
    if (word == "fwmark") check.fwmark = static_cast<std::uint32_t>(read_number(reading, statement, 1, 4294967295).value_or(0));
    if (!address && !number) return;
    if (!check.bind && word.starts_with("bind")) check.bind = Endpoint{check.target.address.is_v4() ? Address::v4(0) : Address{}, 0};
    if (word == "bindto") check.bind->address = *address;
    if (word == "bind_port") check.bind->port = static_cast<std::uint16_t>(*number);
}

void read_http(Reading& reading, Statement const& block, model::HttpCheck& http) {
    for (auto const& statement : block.block) {
        auto const& word = statement.keyword().text;
        if (word == "url" && statement.has_block) http.urls.push_back(read_url(reading, statement));
        if (word == "virtualhost" && statement.argument(1) != nullptr) http.virtual_host = statement.argument(1)->text;
        if (word == "http_protocol" && statement.argument(1) != nullptr) http.protocol = read_http_protocol(reading, statement);
    }
}

/// keepalived's defaults differ by kind: delay_before_retry 1 s for TCP_CHECK, 3 s for HTTP_GET.
model::CheckTiming timing_of(CheckDefaults const& given, bool http) {
    model::CheckTiming timing;
    timing.delay_loop = given.delay_loop.value_or(60s);
    timing.connect_timeout = given.connect_timeout.value_or(5s);
    timing.delay_before_retry = given.delay_before_retry.value_or(http ? 3s : 1s);
    timing.retry = given.retry.value_or(1);
    timing.warmup = given.warmup.value_or(timing.delay_loop);
    return timing;
}

}  // namespace

bool CheckDefaults::take(Reading& reading, Statement const& statement) {
    auto const& word = statement.keyword().text;
    if (word == "delay_loop") delay_loop = read_timer(reading, statement, 1us, kLongest);
    else if (word == "connect_timeout") connect_timeout = read_timer(reading, statement, 1us, kLongest);
    else if (word == "delay_before_retry") delay_before_retry = read_timer(reading, statement, 0us, kLongest);
    else if (word == "warmup") warmup = read_timer(reading, statement, 0us, kLongest);
    else if (word == "retry" || word == "nb_get_retry") {
        if (auto const number = read_number(reading, statement, 0, 4294967295)) retry = static_cast<int>(std::min<std::int64_t>(*number, 1'000'000));
    } else if (word == "alpha") alpha = read_switch(reading, statement);
    else if (word == "virtualhost" && statement.argument(1) != nullptr) virtual_host = statement.argument(1)->text;
    else return false;
    return true;
}

std::optional<model::Check> read_check(Reading& reading, Statement const& block, CheckDefaults defaults, Endpoint const& server) {
    auto const& kind = block.keyword().text;
    if (kind != "TCP_CHECK" && kind != "HTTP_GET") return std::nullopt;
    model::Check check;
    check.target = server;
    check.origin = origin_of(block);
    for (auto const& statement : block.block) {
        if (statement.keyword().text == "virtualhost" || defaults.take(reading, statement)) continue;
        if (statement.keyword().text == "log_all_failures") check.log_all_failures = read_switch(reading, statement);
        read_target(reading, statement, check);
    }
    check.timing = timing_of(defaults, kind == "HTTP_GET");
    check.alpha = defaults.alpha.value_or(false);
    if (kind == "TCP_CHECK") return check;
    model::HttpCheck http;
    http.virtual_host = defaults.virtual_host;
    read_http(reading, block, http);
    if (http.urls.empty()) {
        reading.reporter.warn(block.keyword().position, "no-url", "this HTTP_GET has no url; it is ignored");
        return std::nullopt;
    }
    check.what = std::move(http);
    return check;
}

}  // namespace drover::config
