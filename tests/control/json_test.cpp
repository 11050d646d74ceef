#include "control/json.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "control/observed_samples.h"
#include "control/printable.h"
#include "control/routes.h"
#include "control/timestamp.h"

namespace drover::control {
namespace {

TEST(Json, BringsAStatusBackAsItWas) {
    auto const text = to_json(sample_status());
    auto const status = status_from_json(text);
    ASSERT_TRUE(status) << status.error().message;
    EXPECT_EQ(to_json(*status), text);

    EXPECT_EQ(status->about.host, "master-dr");
    EXPECT_EQ(status->about.started_unix_us, noon - 7'380'000'000);
    EXPECT_EQ(status->about.notes.size(), 1u);
    ASSERT_EQ(status->instances.size(), 2u);
    EXPECT_EQ(status->instances[0].since_unix_us, noon - 185'000'001);
    EXPECT_EQ(status->instances[0].addresses[1].text(), "2001:db8::80");
    EXPECT_FALSE(status->instances[0].master_address);
    EXPECT_EQ(status->instances[1].master_address->text(), "172.51.96.105");
    EXPECT_EQ(status->instances[1].state, model::VrrpState::fault);
    ASSERT_EQ(status->checks.size(), 4u);
    EXPECT_EQ(status->checks[1].state, model::HealthState::down);
    EXPECT_EQ(status->checks[1].in_force_unix_us - status->checks[1].since_unix_us, 41);
    EXPECT_EQ(status->checks[1].service.endpoint.port, 80);

    auto const& services = status->dataplane.services;
    ASSERT_EQ(services.size(), 2u);
    EXPECT_EQ(services[0].scheduler, model::Scheduler::wrr);
    EXPECT_EQ(services[0].persistence_prefix, 24);
    EXPECT_EQ(services[0].counters.bytes, ~std::uint64_t{0});
    EXPECT_EQ(services[0].servers[0].counters.bytes, 9'007'199'254'740'993u);
    EXPECT_EQ(services[0].servers[0].next_hop->text(), "02:00:00:00:eb:01");
    EXPECT_FALSE(services[0].servers[1].next_hop);
    EXPECT_EQ(services[1].key.protocol, Protocol::udp);
    EXPECT_FALSE(services[1].gate_open);
    EXPECT_TRUE(services[1].servers[0].local);
    EXPECT_EQ(services[0].servers[0].rising_to, std::nullopt);
    EXPECT_EQ(services[1].servers[0].rising_to, 30);
}

TEST(Json, WritesCountersThatADoubleCannotHoldAsText) {
    auto const text = to_json(sample_dataplane());
    EXPECT_NE(text.find(R"("bytes":"9007199254740993")"), std::string::npos) << text;
    EXPECT_NE(text.find(R"("packets":61728394)"), std::string::npos);
}

TEST(Json, WritesAConnectionOnOneLine) {
    auto row = sample_row();
    EXPECT_EQ(to_json(row), R"({"protocol":"tcp","state":"ESTABLISHED","expires_s":899,"client":"198.51.100.0:1024",)"
                            R"("virtual":"172.51.97.175:80","server":"172.51.96.235:80","template":false})");
    row.client = endpoint("2001:db8::1", 0), row.is_template = true;
    for (int state = 0; state <= static_cast<int>(model::ConnectionState::assured); ++state) {
        row.state = static_cast<model::ConnectionState>(state);
        auto const back = connection_from_json(to_json(row));
        ASSERT_TRUE(back);
        EXPECT_EQ(back->state, row.state);
        EXPECT_EQ(back->client, row.client);
        EXPECT_TRUE(back->is_template);
    }
}

TEST(Json, SaysWhatIsWrongWithADocument) {
    struct Case {
        char const* text;
        char const* message;
    };
    for (auto const& [text, message] : std::initializer_list<Case>{
             {"", "this is no JSON"},
             {"{", "this is no JSON"},
             {"[]", "an object is expected"},
             {"{}", "field `protocol` is missing"},
             {R"({"protocol":"icmp"})", "protocol: `icmp` is not one of the known words"},
             {R"({"protocol":6})", "protocol: a text is expected"},
             {R"({"protocol":"tcp","state":"ESTABLISHED","expires_s":-1})",
              "expires_s: a whole number in range is expected"},
             {R"({"protocol":"tcp","state":"ESTABLISHED","expires_s":4294967296})",
              "expires_s: a whole number in range is expected"},
             {R"({"protocol":"tcp","state":"ESTABLISHED","expires_s":1.5})",
              "expires_s: a whole number in range is expected"},
             {R"({"protocol":"tcp","state":"NEW"})", "state: `NEW` is no connection state"},
             {R"({"protocol":"tcp","state":"UDP","expires_s":1,"client":"10.0.0.1"})",
              "client: ADDRESS:PORT is expected"},
             {R"({"protocol":"tcp","state":"UDP","expires_s":1,"client":"10.0.0.1:65536"})",
              "client: a whole number in range is expected"},
             {R"({"protocol":"tcp","state":"UDP","expires_s":1,"client":"10.0.0.300:1"})",
              "client: an IP address is expected"},
         }) {
        auto const row = connection_from_json(text);
        ASSERT_FALSE(row) << text;
        EXPECT_NE(row.error().message.find(message), std::string::npos) << text << ": " << row.error().message;
    }
}

TEST(Json, CarriesTextOfAnyEncoding) {
    Status status;
    status.about.host = "\xb0\xae";  // GBK
    status.about.notes = {"\xe7\x88\xb1", "a\x1b[2Jb"};
    auto const back = status_from_json(to_json(status));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->about.host, "\xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_EQ(back->about.notes[0], "\xe7\x88\xb1");
    EXPECT_EQ(back->about.notes[1], "a\xef\xbf\xbd[2Jb");
}

TEST(Printable, KeepsValidTextAndReplacesTheRest) {
    for (auto const* text :
         {"", "plain\n\ttext", "\xc3\xa9", "\xe7\x88\xb1", "\xf0\x9f\x90\x84", "\xf4\x8f\xbf\xbf", "\xc2\xa0"})
        EXPECT_EQ(printable(text), text);
    std::string const one = "\xef\xbf\xbd";
    EXPECT_EQ(printable("\x1b\r\x7f"), one + one + one);
    EXPECT_EQ(printable(std::string_view("\0", 1)), one);
    EXPECT_EQ(printable("\xc2\x9b"), one) << "CSI as one character";
    EXPECT_EQ(printable("\xc0\x80"), one + one) << "overlong";
    EXPECT_EQ(printable("\xed\xa0\x80"), one + one + one) << "surrogate";
    EXPECT_EQ(printable("\xe7\x88"), one + one) << "cut short";
    EXPECT_EQ(printable("\xf4\x90\x80\x80"), one + one + one + one) << "beyond Unicode";
}

TEST(Json, IgnoresFieldsOfALaterVersion) {
    auto text = to_json(ReloadReport{{"service added"}, {}});
    text.insert(1, R"("new":{"x":[1,null]},)");
    ASSERT_TRUE(reload_report_from_json(text));
    EXPECT_EQ(reload_report_from_json(text)->changes, std::vector<std::string>{"service added"});
}

TEST(Timestamp, IsRfc3339AndComesBack) {
    for (std::int64_t const time :
         {std::int64_t{0}, noon, noon + 345, std::int64_t{951'782'400'000'000}, std::int64_t{253'402'300'799'999'999}})
        EXPECT_EQ(parse_timestamp(timestamp(time)), time) << timestamp(time);
    EXPECT_EQ(timestamp(noon + 345), "2026-11-23T12:00:00.000345Z");
    for (auto const* text :
         {"", "2026-11-23", "2026-11-23T12:00:00.000345", "2026-13-23T12:00:00.000345Z", "2026-02-29T12:00:00.000000Z",
          "2026-11-23T25:00:00.000345Z", "2026-11-23 12:00:00.000345Z"})
        EXPECT_FALSE(parse_timestamp(text)) << text;
}

TEST(Span, HasTwoUnitsAtMost) {
    struct Case {
        std::int64_t seconds;
        char const* text;
    };
    for (auto const& [seconds, text] : std::initializer_list<Case>{{-3, "0 s"},
                                                                   {0, "0 s"},
                                                                   {59, "59 s"},
                                                                   {60, "1 min 0 s"},
                                                                   {3599, "59 min 59 s"},
                                                                   {3600, "1 h 0 min"},
                                                                   {86400, "1 d 0 h"},
                                                                   {8640000, "100 d 0 h"}})
        EXPECT_EQ(span_text(seconds), text);
}

class SilentDaemon final : public Daemon {
public:
    About about() override { return sample_status().about; }
    model::DataplaneObserved dataplane() override { return sample_dataplane(); }
    std::vector<model::InstanceObserved> instances() override { return sample_status().instances; }
    std::vector<model::CheckObserved> checks() override { return sample_status().checks; }
    model::SyncObserved sync() override { return sample_status().sync; }
    std::unique_ptr<ConnectionCursor> connections() override { return nullptr; }
    Result<ReloadReport> reload() override { return fail("keepalived.conf:12:3: no such word"); }
    Result<ReloadReport> discard_changes() override { return ReloadReport{{"the timeouts are as configured again"}, {}}; }
    Result<std::vector<model::EditOutcome>> edit(std::span<model::Edit const> edits, model::Author const& author) override {
        if (edits.size() > 2) return fail("no room for 3 services");
        author_ = author;
        std::vector<model::EditOutcome> outcomes(edits.size());
        if (!outcomes.empty()) outcomes.back() = {"Service already exists", 17};
        return outcomes;
    }
    model::Author author_;
    Result<ZeroReport> zero(std::optional<ServiceKey> const& service) override {
        auto const services = sample_dataplane().services;
        if (!service) return ZeroReport{services.size()};
        if (std::ranges::find(services, *service, &model::ServiceObserved::key) != services.end()) return ZeroReport{1};
        return fail("there is no service " + service->keepalived_text());
    }
    Result<void> hand_over(HandoverRequest const&) override { return fail("a handover is under way already"); }
    model::HandoverObserved handover() override { return {}; }
    Result<void> upgrade(UpgradeRequest const&, model::Author const&) override { return fail("root alone may name a binary"); }
    UpgradeReport upgrade_report() override { return {}; }
};

model::ServiceName tcp(char const* address, std::uint16_t port) { return {{endpoint(address, port), Protocol::tcp}}; }

/// One of each, with values that a careless codec would lose.
std::vector<model::Edit> sample_edits() {
    namespace edit = model::edit;
    model::LiveService odd;
    odd.name = model::ServiceName::of_mark(4'294'967'295, Family::v6);
    odd.scheduler = "averyverylongname", odd.flags = {.port = true, .third = true}, odd.one_packet = true;
    odd.persistence_timeout = 2'678'400, odd.persistence_mask = 64, odd.persistence_engine = "sip";
    model::LiveServer far;
    far.endpoint = endpoint("2001:db8::2", 0), far.forwarding = model::Forwarding::tunnel;
    far.tunnel = {model::Tunnel::Type::gue, 6080, model::Tunnel::Checksum::remote};
    far.weight = 2'147'483'647, far.upper_threshold = 500, far.lower_threshold = 400;
    model::SyncDaemon daemon{model::SyncRole::backup, "eth1", 255, 1000, Address::parse("ff02::81"), 8849, 3};
    return {edit::AddService{{.name = tcp("10.0.0.100", 80)}},
            edit::ChangeService{odd},
            edit::RemoveService{model::ServiceName::of_mark(5, Family::v4)},
            edit::AddServer{odd.name, far},
            edit::ChangeServer{tcp("10.0.0.100", 80), {.endpoint = endpoint("10.0.0.11", 80)}},
            edit::RemoveServer{tcp("2001:db8::1", 443), endpoint("2001:db8::2", 443)},
            edit::Clear{},
            edit::Zero{},
            edit::Zero{odd.name},
            edit::SetTimeouts{{1, 0, 3}},
            edit::StartSync{daemon},
            edit::StartSync{},
            edit::StopSync{model::SyncRole::backup}};
}

TEST(Edits, ComeBackAsTheyWere) {
    auto const lines = to_json(std::span<model::Edit const>(sample_edits()));
    auto const edits = edits_from_json(lines);
    ASSERT_TRUE(edits) << edits.error().message;
    EXPECT_EQ(*edits, sample_edits());
    EXPECT_EQ(edits_from_json("")->size(), 0u);
}

TEST(Edits, AreShortWhereNothingUnusualIsSaid) {
    auto const edits = sample_edits();
    EXPECT_EQ(to_json(std::span<model::Edit const>(edits).subspan(4, 1)),
              "{\"edit\":\"change_server\",\"service\":\"tcp/10.0.0.100:80\",\"server\":\"10.0.0.11:80\",\"weight\":1}\n");
}

TEST(Edits, AreRefusedWithTheLineAndWhatIsWrongThere) {
    std::string const good = "{\"edit\":\"clear\"}\n";
    struct Case {
        char const* line;
        char const* says;
    };
    for (auto const& [line, says] : std::initializer_list<Case>{
             {"nonsense", "line 2: this is no JSON"},
             {"", "line 2: this is no JSON"},
             {"[]", "line 2: an object is expected"},
             {"{}", "line 2: field `edit` is missing"},
             {"{\"edit\":\"explode\"}", "line 2: edit: `explode` is not one of the known words"},
             {"{\"edit\":7}", "line 2: a text is expected"},
             {"{\"edit\":\"remove_service\"}", "line 2: field `service` is missing"},
             {"{\"edit\":\"remove_service\",\"service\":\"fwm/0\"}", "line 2: service: a firewall mark is not 0"},
             {"{\"edit\":\"remove_service\",\"service\":\"tcp\"}", "line 2: service: ADDRESS:PORT is expected"},
             {"{\"edit\":\"remove_service\",\"service\":\"icmp/10.0.0.1:80\"}", "line 2: service: `icmp` is not one of"},
             {"{\"edit\":\"remove_service\",\"service\":\"tcp/10.0.0.1:99999\"}", "line 2: service: a whole number in range"},
             {"{\"edit\":\"add_server\",\"service\":\"tcp/10.0.0.1:80\",\"server\":\"10.0.0.2:80\",\"weight\":2147483648}",
              "line 2: weight: a whole number in range"},
         }) {
        auto const edits = edits_from_json(good + line + "\n" + good);
        ASSERT_FALSE(edits) << line;
        EXPECT_EQ(edits.error().message.find(says), 0u) << edits.error().message;
    }
}

TEST(Edits, HaveAnOutcomeEach) {
    std::vector<model::EditOutcome> outcomes(5);
    outcomes[1] = {"No such service", 3};
    outcomes[4] = {"masquerading is not carried out yet", 0};
    auto const text = to_json(std::span<model::EditOutcome const>(outcomes));
    EXPECT_EQ(outcomes_from_json(text, 5).value(), outcomes);
    EXPECT_FALSE(outcomes_from_json(text, 6)) << "an answer to another question";
    EXPECT_FALSE(outcomes_from_json("{\"edits\":1,\"refused\":[{\"number\":1,\"refusal\":\"\",\"errno\":0}]}", 1));
}

TEST(Records, ComeBackAsTheyWere) {
    model::Author const author{4711, 1001, "alice", noon};
    auto const edits = sample_edits();
    auto const& service = std::get<model::edit::ChangeService>(edits[1]).service;
    auto const& server = std::get<model::edit::AddServer>(edits[3]).server;
    for (model::LiveRecord const& record : std::initializer_list<model::LiveRecord>{
             model::ServiceRecord{service.name, true, true, service, std::nullopt, author},
             model::ServiceRecord{service.name, false, false, std::nullopt, std::nullopt, {}},
             model::ServerRecord{service.name, server.endpoint, true, std::nullopt, server, author},
             model::TimeoutsRecord{true, {1, 2, 3}, {4, 5, 6}, author},
             model::SyncRecord{model::SyncRole::backup, std::get<model::edit::StartSync>(edits[10]).daemon},
             model::SyncRecord{}}) {
        auto const back = live_record_from_json(to_json(record));
        ASSERT_TRUE(back) << back.error().message;
        EXPECT_EQ(*back, record);
    }
}

TEST(Routes, CarryOutEditsInTheNameOfWhoAsks) {
    SilentDaemon daemon;
    auto const ask = [&](std::string_view body) {
        return answer(daemon, {"POST", "/v1/edits", body, [] { return model::Author{77, 0, "root", 1}; }});
    };
    std::string const clear = "{\"edit\":\"clear\"}\n";
    auto const reply = ask(clear + clear);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(outcomes_from_json(reply.body, 2)->at(1).refusal, "Service already exists");
    EXPECT_EQ(daemon.author_.pid, 77);
    EXPECT_EQ(ask(clear + clear + clear).status, 507);
    auto const refused = ask(clear + "nonsense");
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(problem_from_json(refused.body)->detail.find("line 2: "), 0u);
}

TEST(Routes, SayWhyAHandoverOrAnUpgradeDoesNotBegin) {
    SilentDaemon daemon;
    struct Case {
        char const* target;
        std::string body;
        int status;
        char const* says;
    };
    for (auto const& [target, body, status, says] : std::initializer_list<Case>{
             {"/v1/handover", to_json(HandoverRequest{{"http"}, false}), 409, "a handover is under way already"},
             {"/v1/handover", "nonsense", 400, "this is no JSON"},
             {"/v1/upgrade", to_json(UpgradeRequest{"/opt/drover"}), 409, "root alone may name a binary"},
             {"/v1/upgrade", "[]", 400, "an object is expected"},
         }) {
        auto const reply = answer(daemon, {"POST", target, body, [] { return model::Author{77, 0, "root", 1}; }});
        EXPECT_EQ(reply.status, status) << target;
        EXPECT_NE(reply.body.find(says), std::string::npos) << reply.body;
    }
}

TEST(Routes, AnswerWhatTheyKnowAndSayWhatTheyDoNot) {
    SilentDaemon daemon;
    struct Case {
        char const* method;
        char const* target;
        int status;
        char const* says;
    };
    for (auto const& [method, target, status, says] : std::initializer_list<Case>{
             {"GET", "/v1/status", 200, "master-dr"},
             {"GET", "/v1/services", 200, "172.51.97.175"},
             {"POST", "/v1/status", 405, "/v1/status wants GET"},
             {"GET", "/v1/reload", 405, "/v1/reload wants POST"},
             {"POST", "/v1/reload", 422, "keepalived.conf:12:3: no such word"},
             {"GET", "/v1/edits", 405, "/v1/edits wants POST"},
             {"POST", "/v1/discard-changes", 200, "as configured again"},
             {"GET", "/v1/handover", 200, "\"running\":false"},
             {"GET", "/v1/upgrade", 200, "\"running\":false"},
             {"POST", "/v1/zero", 200, "{\"services\":2}"},
             {"POST", "/v1/zero/tcp/172.51.97.175:80", 200, "{\"services\":1}"},
             {"POST", "/v1/zero/udp/[2001:db8::53]:53", 200, "{\"services\":1}"},
             {"POST", "/v1/zero/udp/172.51.97.175:80", 404, "no service [172.51.97.175]:udp:80"},
             {"POST", "/v1/zero/tcp/172.51.97.175", 400, "does not end in tcp/ADDRESS:PORT"},
             {"POST", "/v1/zero/icmp/172.51.97.175:80", 400, "does not end in tcp/ADDRESS:PORT"},
             {"GET", "/v1/zero", 405, "/v1/zero wants POST"},
             {"GET", "/v1/zero/tcp/172.51.97.175:80", 405, "wants POST"},
             {"GET", "/", 404, "`/` is not known"},
             {"GET", "/v1/status?all=1", 400, "has a query"},
             {"GET", "", 404, "is not known"},
         }) {
        auto const reply = answer(daemon, {method, target, {}, {}});
        EXPECT_EQ(reply.status, status) << target;
        EXPECT_NE(reply.body.find(says), std::string::npos) << reply.body;
        if (status >= 400) EXPECT_EQ(problem_from_json(reply.body)->status, status);
    }
}

}  // namespace
}  // namespace drover::control
