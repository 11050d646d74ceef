#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "health/http_reply.h"
#include "health/http_request.h"

namespace drover::health {
namespace {

using Kind = Outcome::Kind;

model::HttpUrl url_with(std::vector<std::pair<int, int>> status = {}, std::optional<std::string> digest = {}) {
    model::HttpUrl url;
    url.path = "/info.php";
    url.status = std::move(status);
    url.digest = std::move(digest);
    return url;
}

Outcome judge_at_once(model::HttpUrl const& url, std::string_view bytes) {
    HttpReply reply(url);
    reply.feed(bytes);
    return reply.outcome();
}

Outcome judge_byte_by_byte(model::HttpUrl const& url, std::string_view bytes) {
    HttpReply reply(url);
    for (char const c : bytes)
        if (reply.feed(std::string_view(&c, 1))) break;
    return reply.outcome();
}

TEST(HttpRequest, IsKeepalivedsByteForByte) {
    model::HttpCheck check;
    check.urls.push_back(url_with());
    Endpoint const target{*Address::parse("172.51.96.235"), 80};
    EXPECT_EQ(http_request(check, 0, target),
              "GET /info.php HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 172.51.96.235:80\r\n\r\n");
    check.protocol = model::HttpProtocol::http_1_0_with_connection_close;
    EXPECT_EQ(
        http_request(check, 0, target),
        "GET /info.php HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 172.51.96.235:80\r\n\r\n");
    check.protocol = model::HttpProtocol::http_1_1;
    EXPECT_EQ(
        http_request(check, 0, target),
        "GET /info.php HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 172.51.96.235:80\r\n\r\n");
}

TEST(HttpRequest, NamesTheMostParticularHost) {
    model::HttpCheck check;
    check.urls.push_back(url_with());
    Endpoint const v6{*Address::parse("2001:db8::5"), 8080};
    EXPECT_NE(http_request(check, 0, v6).find("Host: [2001:db8::5]:8080\r\n"), std::string::npos);
    check.virtual_host = "www.example.com";
    EXPECT_NE(http_request(check, 0, v6).find("Host: www.example.com\r\n"), std::string::npos);
    check.urls[0].virtual_host = "api.example.com";
    EXPECT_NE(http_request(check, 0, v6).find("Host: api.example.com\r\n"), std::string::npos);
}

// md5 of "hello\n"
constexpr char kHello[] = "b1946ac92492d2347c6235b4d2611184";
// md5 of "6\r\nhello\n\r\n0\r\n\r\n"
constexpr char kChunkedHello[] = "8aea47faa8ff765544508726bbcd3b9d";

TEST(HttpReply, IsJudgedByItsStatusAndDigest) {
    struct Case {
        char const* story;
        model::HttpUrl url;
        std::string bytes;
        Kind kind;
        char const* sentence;
    };
    auto const ok = [](char const* body) { return std::string("HTTP/1.1 200 OK\r\nServer: x\r\n\r\n") + body; };
    for (auto const& c : std::vector<Case>{
             {"plain", url_with(), ok("hi"), Kind::passed, "status 200"},
             {"204 is in the default range", url_with(), "HTTP/1.0 204 No Content\r\n\r\n", Kind::passed, "status 204"},
             {"a redirect is not", url_with(), "HTTP/1.0 302 Found\r\n\r\n", Kind::failed,
              "status 302, wanted 200-299"},
             {"unless it is wanted", url_with({{200, 200}, {300, 303}}), "HTTP/1.0 302 Found\r\n\r\n", Kind::passed,
              "status 302"},
             {"the seed's", url_with({{200, 200}}), "HTTP/1.0 404 Not Found\r\n\r\n", Kind::failed,
              "status 404, wanted 200"},
             {"several ranges are told", url_with({{200, 204}, {301, 301}}), "HTTP/1.0 500 X\r\n\r\n", Kind::failed,
              "status 500, wanted 200-204 301"},
             {"no reason phrase", url_with(), "HTTP/1.1 200\r\n\r\n", Kind::passed, "status 200"},
             {"no carriage returns", url_with(), "HTTP/1.0 200 OK\nA: b\n\nbody", Kind::passed, "status 200"},
             {"mixed line ends", url_with(), "HTTP/1.0 200 OK\nA: b\n\r\nbody", Kind::passed, "status 200"},
             {"a header without a colon", url_with(), "HTTP/1.0 200 OK\r\nnonsense\r\n\r\n", Kind::passed,
              "status 200"},
             {"right digest", url_with({}, kHello), ok("hello\n"), Kind::passed, "status 200, digest as wanted"},
             {"wrong digest", url_with({}, kHello), ok("hullo\n"), Kind::failed,
              "status 200, digest 8a387fac5645c619277b00f27cc590b9, wanted b1946ac92492d2347c6235b4d2611184"},
             {"digest of nothing", url_with({}, "d41d8cd98f00b204e9800998ecf8427e"), ok(""), Kind::passed,
              "status 200, digest as wanted"},
             {"digest up to Content-Length", url_with({}, kHello),
              "HTTP/1.0 200 OK\r\ncontent-length: 6\r\n\r\nhello\nand more", Kind::passed,
              "status 200, digest as wanted"},
             {"shorter than announced", url_with(), "HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\nhello\n",
              Kind::passed, "status 200, 6 of 10 bytes"},
             {"chunks are hashed as they come", url_with({}, kChunkedHello),
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n6\r\nhello\n\r\n0\r\n\r\n",
              Kind::passed, nullptr},
             {"a length that is no number is no length", url_with({}, kHello),
              "HTTP/1.0 200 OK\r\nContent-Length: 3x\r\n\r\nhello\n", Kind::passed, nullptr},
             {"two lengths that differ are none", url_with({}, kHello),
              "HTTP/1.0 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nhello\n", Kind::passed, nullptr},
             {"a length beyond 64 bits is none", url_with({}, kHello),
              "HTTP/1.0 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nhello\n", Kind::passed, nullptr},
             {"silence", url_with(), "", Kind::failed, "the connection ended before an answer"},
             {"half a head", url_with(), "HTTP/1.0 200 OK\r\nServer", Kind::failed,
              "the connection ended within the headers: \"HTTP/1.0 200 OK\""},
             {"ssh", url_with(), "SSH-2.0-OpenSSH_9.2\r\n", Kind::failed,
              "the answer is not HTTP: \"SSH-2.0-OpenSSH_9.2\""},
             {"TLS", url_with(), std::string("\x15\x03\x01\x00\x02", 5), Kind::failed,
              R"(the answer is not HTTP: "\x15\x03\x01\x00\x02")"},
             {"a page without a head (HTTP/0.9)", url_with(), "<html>", Kind::failed,
              "the answer is not HTTP: \"<html>\""},
             {"status of two digits", url_with(), "HTTP/1.0 20 OK\r\n\r\n", Kind::failed,
              "the answer has no status code: \"HTTP/1.0 20 OK\""},
             {"status of four digits", url_with(), "HTTP/1.0 2000 OK\r\n\r\n", Kind::failed,
              "the answer has no status code: \"HTTP/1.0 2000 OK\""},
             {"negative status", url_with(), "HTTP/1.0 -20 OK\r\n\r\n", Kind::failed,
              "the answer has no status code: \"HTTP/1.0 -20 OK\""},
             {"no status", url_with(), "HTTP/1.0\r\n\r\n", Kind::failed, "the answer has no status code: \"HTTP/1.0\""},
             {"a status on the next line", url_with(), "HTTP/1.0\r\n 200 OK\r\n\r\n", Kind::failed,
              "the answer has no status code: \"HTTP/1.0\""},
         }) {
        auto const outcome = judge_at_once(c.url, c.bytes);
        EXPECT_EQ(outcome.kind, c.kind) << c.story << ": " << outcome.sentence;
        if (c.sentence != nullptr) EXPECT_EQ(outcome.sentence, c.sentence) << c.story;
        EXPECT_EQ(judge_byte_by_byte(c.url, c.bytes).kind, c.kind) << c.story;
    }
}

TEST(HttpReply, NeedsNothingMoreOnceItsLengthHasCome) {
    auto const url = url_with();
    HttpReply reply(url);
    EXPECT_FALSE(reply.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"));
    EXPECT_FALSE(reply.feed("hell"));
    EXPECT_TRUE(reply.feed("o"));
    EXPECT_TRUE(reply.feed("more"));
    EXPECT_EQ(reply.outcome().sentence, "status 200");
}

TEST(HttpReply, NeedsNoBodyToRefuseAStatus) {
    auto const url = url_with();
    HttpReply reply(url);
    EXPECT_TRUE(reply.feed("HTTP/1.1 503 Busy\r\nContent-Length: 5000000\r\n\r\n"));
}

TEST(HttpReply, HoldsNoMoreThanItsLimits) {
    auto const url = url_with();
    std::string const block(4096, 'x');
    HttpReply endless_head(url);
    EXPECT_FALSE(endless_head.feed("HTTP/1.0 200 OK\r\nX: "));
    std::size_t fed = 0;
    while (!endless_head.feed(block)) ASSERT_LT(fed += block.size(), 2 * kLargestHead);
    EXPECT_EQ(endless_head.outcome().sentence, "the headers are longer than 65536 bytes");

    HttpReply endless_body(url);
    EXPECT_FALSE(endless_body.feed("HTTP/1.0 200 OK\r\n\r\n"));
    std::uint64_t body = 0;
    while (!endless_body.feed(block)) ASSERT_LT(body += block.size(), 2 * kLargestBody);
    EXPECT_EQ(endless_body.outcome().sentence, "the body is longer than 268435456 bytes");
}

TEST(HttpReply, TakesABodyThatBeginsInALargeFirstPiece) {
    auto const url = url_with({}, "7707d6ae4e027c70eea2a935c2296f21");  // a million times "a"
    EXPECT_EQ(judge_at_once(url, "HTTP/1.0 200 OK\r\n\r\n" + std::string(1'000'000, 'a')).sentence,
              "status 200, digest as wanted");
}

/// The same bytes must mean the same in every cutting, and no bytes may do harm (run it under the asan preset).
TEST(HttpReply, JudgesMutatedRepliesTheSameHoweverTheyAreCut) {
    std::vector<std::string> const seeds = {
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nServer: nginx\r\n\r\nhello\n",
        "HTTP/1.0 404 Not Found\nTransfer-Encoding: chunked\n\n6\r\nhello\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\nContent-Length: 6\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n",
    };
    std::mt19937 random(20261123);
    auto const url = url_with({{200, 399}}, kHello);
    int passed = 0;
    for (int round = 0; round < 60'000; ++round) {
        auto bytes = seeds[random() % seeds.size()];
        for (auto changes = random() % 6; changes-- > 0 && !bytes.empty();) {
            auto const at = random() % bytes.size();
            switch (random() % 4) {
                case 0:
                    bytes[at] = static_cast<char>(random());
                    break;
                case 1:
                    bytes.erase(at, random() % 8);
                    break;
                case 2:
                    bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 16));
                    break;
                case 3:
                    bytes.insert(at, 1, "\r\n :\0"[random() % 5]);
                    break;
            }
        }
        HttpReply cut(url);
        for (std::size_t at = 0; at < bytes.size();) {
            auto const size = 1 + random() % 9;
            if (cut.feed(std::string_view(bytes).substr(at, size))) break;
            at += size;
        }
        auto const whole = judge_at_once(url, bytes);
        ASSERT_EQ(cut.outcome().kind, whole.kind) << testing::PrintToString(bytes);
        ASSERT_FALSE(whole.sentence.empty());
        ASSERT_EQ(whole.sentence.find_first_of("\r\n\0"), std::string::npos);
        if (whole.kind == Kind::passed) ++passed;
    }
    EXPECT_GT(passed, 1000) << "the mutations leave some replies good";
}

}  // namespace
}  // namespace drover::health
