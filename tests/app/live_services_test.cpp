#include "app/live_services.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace drover::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

namespace edit = model::edit;

Endpoint at(char const* address) { return {*Address::parse(address), 80}; }
model::ServiceName web(char const* address = "10.0.0.100") { return {{at(address), Protocol::tcp}}; }
model::Edit add(model::ServiceName const& name) { return edit::AddService{{.name = name}}; }
model::Edit add(model::ServiceName const& name, char const* server) { return edit::AddServer{name, {.endpoint = at(server)}}; }

/// A daemon, and another one after it, with one file and an obedient packet path.
class LiveServicesTest : public testing::Test {
protected:
    LiveServicesTest() : folder_(std::filesystem::temp_directory_path() / ("drover-live-" + std::to_string(::getpid()))) {
        std::filesystem::create_directory(folder_);
    }
    ~LiveServicesTest() override { std::filesystem::remove_all(folder_); }

    std::string file() const { return folder_ / "drover.live"; }
    std::unique_ptr<LiveServices> daemon() {
        auto next = std::make_unique<LiveServices>(file());
        next->restore();
        next->configure({});
        return next;
    }
    Result<std::vector<model::EditOutcome>> type(LiveServices& daemon, std::vector<model::Edit> const& edits) {
        return daemon.edit(edits, {77, 0, "root", 1}, [this](LiveServices::Touched const& touched) {
            programmed_.push_back(touched);
            return programs_;
        });
    }
    static std::vector<std::string> seen(LiveServices const& daemon) {
        std::vector<std::string> lines;
        for (auto const& service : daemon.table().snapshot().services)
            lines.push_back(service.key.endpoint.text() + " " + std::to_string(service.servers.size()));
        return lines;
    }

    std::filesystem::path folder_;
    std::vector<LiveServices::Touched> programmed_;
    Result<void> programs_;
};

TEST_F(LiveServicesTest, AreThereForTheNextDaemon) {
    auto first = daemon();
    ASSERT_TRUE(type(*first, {add(web()), add(web(), "10.0.0.11"), add(web("10.0.0.101"))}));
    ASSERT_TRUE(type(*first, {add(web(), "10.0.0.12"), edit::RemoveService{web("10.0.0.101")}, edit::SetTimeouts{{7, 0, 0}}}));
    auto const second = daemon();
    EXPECT_THAT(seen(*second), ElementsAre("10.0.0.100:80 2"));
    EXPECT_EQ(second->table().timeouts().tcp, 7u);
    EXPECT_EQ(second->table().timeouts_by()->text(), "root (pid 77)");
}

TEST_F(LiveServicesTest, TellThePacketPathWhatWasTouchedAndNothingElse) {
    auto daemon = this->daemon();
    type(*daemon, {add(web()), add(web("10.0.0.101"))});
    programmed_.clear();
    type(*daemon, {add(web(), "10.0.0.11"), add(web(), "10.0.0.12"), add(web())});
    ASSERT_EQ(programmed_.size(), 1u);
    EXPECT_THAT(programmed_[0].services, ElementsAre(web().key));
    EXPECT_FALSE(programmed_[0].timeouts);
    auto const outcomes = type(*daemon, {add(web()), edit::Zero{}, edit::RemoveServer{web(), at("10.0.0.13")}});
    EXPECT_EQ(programmed_.size(), 1u) << "nothing to do";
    EXPECT_EQ(outcomes->at(0).refusal, "Service already exists");
    EXPECT_TRUE(outcomes->at(1).done());
    EXPECT_EQ(outcomes->at(2).refusal, "No such destination");
}

TEST_F(LiveServicesTest, AreAsBeforeWhereThePacketPathHasNoRoom) {
    auto first = daemon();
    type(*first, {add(web())});
    programs_ = fail("no more than 65535 services");
    auto const refused = type(*first, {add(web(), "10.0.0.11"), add(web("10.0.0.101")), edit::RemoveService{web()}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "no more than 65535 services");
    EXPECT_EQ(programmed_.size(), 3u) << "once for the batch, and once to go back";
    EXPECT_THAT(seen(*first), ElementsAre("10.0.0.100:80 0"));
    EXPECT_THAT(seen(*daemon()), ElementsAre("10.0.0.100:80 0"));
}

TEST_F(LiveServicesTest, AreAsBeforeWhereTheyCannotBeNoted) {
    auto first = daemon();
    std::filesystem::create_directory(file());
    ASSERT_FALSE(type(*first, {add(web())}));
    EXPECT_THAT(seen(*first), IsEmpty());
}

TEST_F(LiveServicesTest, RefuseWhatThePacketPathCannotDo) {
    auto daemon = this->daemon();
    type(*daemon, {add(web())});
    model::LiveServer masqueraded{.endpoint = at("10.0.0.11"), .forwarding = model::Forwarding::nat};
    auto const outcomes = type(*daemon, {edit::AddServer{web(), masqueraded}, edit::AddServer{web("10.0.0.1"), masqueraded}});
    EXPECT_EQ(outcomes->at(0).refusal, "masquerading (-m) is not carried out yet, only direct routing (-g) is");
    EXPECT_EQ(outcomes->at(1).refusal, "Service not defined") << "IPVS looks first";
    EXPECT_THAT(seen(*daemon), ElementsAre("10.0.0.100:80 0"));
}

TEST_F(LiveServicesTest, LoseNoMoreThanTheLineThatIsDamaged) {
    type(*daemon(), {add(web())});
    std::ofstream(file(), std::ios::app) << "damaged\n{\"record\":\"service\",\"service\":\"tcp/10.0.0.101:80\",\"chan";
    EXPECT_THAT(seen(*daemon()), ElementsAre("10.0.0.100:80 0"));
}

TEST_F(LiveServicesTest, KeepAFileThatDoesNotGrowWithoutEnd) {
    auto first = daemon();
    type(*first, {add(web())});
    for (int i = 0; i < 3000; ++i) {
        type(*first, {add(web(), "10.0.0.11")});
        type(*first, {edit::RemoveServer{web(), at("10.0.0.11")}});
    }
    EXPECT_LT(std::filesystem::file_size(file()), 400'000u);
    EXPECT_THAT(seen(*daemon()), ElementsAre("10.0.0.100:80 0"));
    type(*first, {edit::Clear{}});
    daemon();
    EXPECT_FALSE(std::filesystem::exists(file())) << "nothing is to be kept";
}

TEST_F(LiveServicesTest, SayWhoTookAwayWhatTheConfigurationHas) {
    model::Configuration configuration;
    configuration.services.emplace_back().key = web().key;
    configuration.services[0].servers.emplace_back().endpoint = at("10.0.0.11");
    LiveServices daemon(file());
    daemon.configure(configured_state(configuration));
    type(daemon, {edit::RemoveServer{web(), at("10.0.0.11")}});
    EXPECT_THAT(daemon.notes(), ElementsAre("service [10.0.0.100]:tcp:80: real server 10.0.0.11:80 of the configuration was taken "
                                            "away by root (pid 77) at 1970-01-01T00:00:00.000001Z"));
    type(daemon, {edit::Clear{}});
    EXPECT_THAT(daemon.notes(), ElementsAre("service [10.0.0.100]:tcp:80 of the configuration was taken away by root (pid 77) "
                                            "at 1970-01-01T00:00:00.000001Z"));
    EXPECT_THAT(daemon.discard_changes(),
                ElementsAre("service [10.0.0.100]:tcp:80 taken away by root (pid 77) is as configured again"));
    EXPECT_THAT(daemon.notes(), IsEmpty());
}

}  // namespace
}  // namespace drover::app
