#include "control/io/server.h"

#include <grp.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "control/io/running_server.h"
#include "control/json.h"

namespace drover::control {
namespace {

constexpr std::string_view get_status = "GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view get_status_and_close = "GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

class ControlServer : public RunningServer {
protected:
    void expect_alive() {
        auto const answer = SocketClient(socket_path()).get("/v1/status");
        EXPECT_TRUE(answer) << answer.error().message;
    }
};

TEST_F(ControlServer, AnswersWithWhatTheDaemonKnows) {
    start();
    SocketClient const client(socket_path());
    auto const status = client.get("/v1/status");
    ASSERT_TRUE(status) << status.error().message;
    EXPECT_EQ(*status, to_json(sample_status()));
    EXPECT_EQ(client.get("/v1/services"), to_json(sample_dataplane()));
    EXPECT_EQ(reload_report_from_json(*client.post("/v1/reload"))->changes.size(), 1u);
}

TEST_F(ControlServer, TellsWhyAReloadWasRefused) {
    start();
    daemon.refuse_reload = true;
    auto const answer = SocketClient(socket_path()).post("/v1/reload");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().message, "keepalived.conf:3:5: `prority` is no number");
    EXPECT_EQ(answer.error().code, 422);
}

TEST_F(ControlServer, StreamsAHundredThousandRows) {
    start();
    daemon.rows = 100'000;
    std::uint32_t seen = 0, wrong = 0;
    auto const done = SocketClient(socket_path()).lines("/v1/connections", [&](std::string_view line) {
        if (line != to_json(sample_row(seen))) ++wrong;
        ++seen;
        return true;
    });
    EXPECT_TRUE(done) << done.error().message;
    EXPECT_EQ(seen, 100'000u);
    EXPECT_EQ(wrong, 0u);
}

TEST_F(ControlServer, HoldsLittleForAReaderThatDoesNotReadAndServesOthersMeanwhile) {
    start();
    daemon.rows = 100'000;
    RawClient sleeper(socket_path());
    sleeper.send("GET /v1/connections HTTP/1.1\r\n\r\n");
    EXPECT_NE(sleeper.read_until("\r\n\r\n").find("200 OK"), std::string::npos);
    for (int i = 0; i < 50; ++i) expect_alive();
    // What was pulled from the table has gone into the kernel's socket buffer (some 200 kB), plus one piece in our
    // hands.
    EXPECT_GT(daemon.pulled, 0u);
    EXPECT_LT(daemon.pulled, 10'000u);
    EXPECT_EQ(daemon.cursors, 1);
}

TEST_F(ControlServer, GivesAnEmptyTableAnEnd) {
    start();
    int seen = 0;
    EXPECT_TRUE(SocketClient(socket_path()).lines("/v1/connections", [&](std::string_view) { return ++seen > 0; }));
    EXPECT_EQ(seen, 0);
}

TEST_F(ControlServer, EndsTheRowsOfAnOldClientWithTheConnection) {
    start();
    daemon.rows = 300;
    RawClient client(socket_path());
    client.send("GET /v1/connections HTTP/1.0\r\n\r\n");
    auto const text = client.read_all();
    EXPECT_EQ(text.find("chunked"), std::string::npos);
    EXPECT_EQ(std::ranges::count(text.substr(text.find("\r\n\r\n") + 4), '\n'), 300);
}

TEST_F(ControlServer, LetsGoOfTheTableWhenTheReaderLeaves) {
    start();
    daemon.rows = 100'000;
    EXPECT_TRUE(SocketClient(socket_path()).lines("/v1/connections", [](std::string_view) { return false; }));
    for (int i = 0; i < 10'000 && daemon.cursors != 0; ++i) expect_alive();
    EXPECT_EQ(daemon.cursors, 0);
}

TEST_F(ControlServer, TellsTheReaderWhenItEndsInTheMiddle) {
    start();
    daemon.rows = 1'000'000;
    bool ended = false;
    auto const done = SocketClient(socket_path()).lines("/v1/connections", [&](std::string_view) {
        if (!std::exchange(ended, true)) end_server();
        return true;
    });
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().message.find("broke off before its end"), std::string::npos) << done.error().message;
}

TEST_F(ControlServer, RefusesWhatIsNoRequestAndLivesOn) {
    start();
    struct Case {
        std::string bytes;
        char const* status;
    };
    std::string const long_header = "GET /v1/status HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n";
    for (auto const& [bytes, status] : std::initializer_list<Case>{
             {"hello\r\n\r\n", "400"},
             {std::string("\0\0\0\0\r\n\r\n", 8), "400"},
             {"GET /v1/status HTTP/9.9\r\n\r\n", "400"},
             {"GET  HTTP/1.1\r\n\r\n", "400"},
             {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "400"},
             {long_header, "431"},
             {"GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n", "431"},
             {std::string(50'000, 'a'), "431"},
             {"POST /v1/reload HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n", "413"},
             {"POST /v1/edits HTTP/1.1\r\nContent-Length: 100000000\r\n\r\n", "413"},
             {"POST /v1/reload HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"},
             {"POST /v1/reload HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
             {"GET /nothing HTTP/1.1\r\nConnection: close\r\n\r\n", "404"},
             {"GET /v1/listing/nothing HTTP/1.1\r\nConnection: close\r\n\r\n", "404"},
             {"GET /v1/listing/stats/unsorted/exact HTTP/1.1\r\nConnection: close\r\n\r\n", "404"},
             {"POST /v1/listing/stats HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "405"},
             {"DELETE /v1/status HTTP/1.1\r\nConnection: close\r\n\r\n", "405"},
         }) {
        RawClient client(socket_path());
        client.send(bytes);
        client.end_sending();
        auto const text = client.read_all();
        EXPECT_TRUE(text.starts_with(std::string("HTTP/1.1 ") + status))
            << bytes.substr(0, 60) << " -> " << text.substr(0, 200);
        EXPECT_NE(text.find("application/problem+json"), std::string::npos) << text.substr(0, 200);
    }
    expect_alive();
}

TEST_F(ControlServer, SurvivesWhateverBytesCome) {
    start();
    std::mt19937 random(20261123);
    std::string const valid = "POST /v1/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde";
    for (int round = 0; round < 300; ++round) {
        std::string bytes = valid;
        for (int changes = 0; changes < 3; ++changes) bytes[random() % bytes.size()] = static_cast<char>(random());
        bytes.resize(random() % (bytes.size() + 1));
        RawClient client(socket_path());
        client.send(bytes);
        client.end_sending();
        client.read_all();
    }
    expect_alive();
}

TEST_F(ControlServer, AnswersAClientThatHasStoppedSending) {
    start();
    RawClient client(socket_path());
    client.send(get_status);
    client.end_sending();
    EXPECT_NE(client.read_all().find("master-dr"), std::string::npos);
}

TEST_F(ControlServer, AnswersRequestsThatComeInPiecesOrTogether) {
    start();
    RawClient pieces(socket_path());
    for (char const byte : get_status_and_close) pieces.send({&byte, 1});
    EXPECT_NE(pieces.read_all().find("master-dr"), std::string::npos);

    RawClient together(socket_path());
    together.send(std::string(get_status) + "GET /nothing HTTP/1.1\r\n\r\n" + std::string(get_status_and_close));
    auto const text = together.read_all();
    auto const first = text.find("200 OK"), second = text.find("404 Not Found");
    EXPECT_LT(first, second);
    EXPECT_NE(text.find("200 OK", second), std::string::npos);
}

TEST_F(ControlServer, CutsOffAClientThatSaysNothing) {
    start({.patience = std::chrono::milliseconds(50)});
    RawClient silent(socket_path()), dribbling(socket_path());
    dribbling.send("GET /v1/sta");
    EXPECT_EQ(silent.read_all(), "");
    EXPECT_EQ(dribbling.read_all(), "");
    expect_alive();
}

TEST_F(ControlServer, CutsOffAReaderThatRestsTooLong) {
    start({.reader_patience = std::chrono::milliseconds(50)});
    daemon.rows = 100'000;
    RawClient sleeper(socket_path());
    sleeper.send("GET /v1/connections HTTP/1.1\r\n\r\n");
    sleeper.read_until("\r\n\r\n");
    for (int i = 0; i < 100'000 && daemon.cursors != 0; ++i) expect_alive();
    EXPECT_EQ(daemon.cursors, 0);
}

TEST_F(ControlServer, LetsFurtherClientsWaitTheirTurn) {
    start({.most_clients = 1});
    auto first = std::make_unique<RawClient>(socket_path());
    first->send(get_status);
    EXPECT_NE(first->read_until("\"checks\"").find("200 OK"), std::string::npos);
    RawClient second(socket_path());
    second.send(get_status_and_close);
    EXPECT_FALSE(second.has_an_answer());
    first.reset();
    EXPECT_NE(second.read_all().find("master-dr"), std::string::npos);
}

TEST_F(ControlServer, MakesASocketThatStrangersCannotOpen) {
    start({.group = "no such group here"});
    struct stat found {};
    ASSERT_EQ(::stat(socket_path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777, 0600u);
    end_server();
    EXPECT_NE(::stat(socket_path().c_str(), &found), 0) << "the socket is removed at the end";
}

TEST_F(ControlServer, OpensTheSocketToItsGroup) {
    auto const* own = ::getgrgid(::getgid());
    ASSERT_NE(own, nullptr);
    start({.group = own->gr_name});
    struct stat found {};
    ASSERT_EQ(::stat(socket_path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777, 0660u);
    EXPECT_EQ(found.st_gid, ::getgid());
}

TEST_F(ControlServer, RefusesThePlaceOfALivingDaemon) {
    start();
    auto const second = Server::open(loop, daemon, {.path = socket_path()});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().message,
              "another drover answers on " + socket_path() + ": stop it first, or choose another path with --socket");
    expect_alive();
}

TEST_F(ControlServer, TakesThePlaceOfADeadOne) {
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        socket_path().copy(address.sun_path, sizeof address.sun_path - 1);
        loop::Fd const dead(::socket(AF_UNIX, SOCK_STREAM, 0));
        ASSERT_EQ(::bind(dead.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address), 0);
    }
    ASSERT_TRUE(std::filesystem::exists(socket_path()));
    start();
    expect_alive();
}

TEST_F(ControlServer, LeavesTheSocketOfItsSuccessorAlone) {
    start();
    std::filesystem::remove(socket_path());
    std::ofstream(socket_path()) << "somebody else's";
    end_server();
    EXPECT_TRUE(std::filesystem::exists(socket_path()));
}

TEST_F(ControlServer, SaysWhyItCannotListen) {
    std::ofstream(socket_path()) << "text";
    struct Case {
        std::string path;
        char const* says;
    };
    for (auto const& [path, says] :
         std::initializer_list<Case>{{socket_path(), "exists and is no socket"},
                                     {socket_path() + "/x", "making the folder"},
                                     {"/" + std::string(200, 'x'), "must have 1 to 107 characters"},
                                     {"", "must have 1 to 107 characters"},
                                     {"/proc/drover-control-test", "binding /proc/drover-control-test"}}) {
        auto const opened = Server::open(loop, daemon, {.path = path});
        ASSERT_FALSE(opened) << path;
        EXPECT_NE(opened.error().message.find(says), std::string::npos) << opened.error().message;
    }
    EXPECT_TRUE(std::filesystem::is_regular_file(socket_path()));
}

TEST(ServerWithoutALoop, LetsGoOfEverything) {
    TemporaryFolder const folder;
    FakeDaemon daemon;
    daemon.rows = 100'000;
    {
        boost::asio::io_context loop;
        auto server = std::move(*Server::open(loop, daemon, {.path = (folder.path / "drover.sock").string()}));
        RawClient client((folder.path / "drover.sock").string());
        client.send("GET /v1/connections HTTP/1.1\r\n\r\n");
        for (int i = 0; i < 1000 && daemon.cursors == 0; ++i) loop.run_one();
        EXPECT_EQ(daemon.cursors, 1);
        server.reset();
        EXPECT_EQ(daemon.cursors, 0) << "the daemon may go before the loop does";
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder.path));
}

TEST_F(RunningServer, TakesAHundredThousandEditsAndKnowsWhoAsks) {
    start();
    std::vector<model::Edit> const edits(100'000, model::edit::AddServer{});
    auto const answer = SocketClient(socket_path()).post("/v1/edits", to_json(std::span(edits)));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(outcomes_from_json(*answer, edits.size())->size(), edits.size());
    EXPECT_EQ(daemon.edits, edits.size());
    std::scoped_lock const lock(daemon.mutex);
    EXPECT_EQ(daemon.last_author.pid, ::getpid());
    EXPECT_EQ(daemon.last_author.uid, ::getuid());
    EXPECT_FALSE(daemon.last_author.user.empty());
}

TEST_F(RunningServer, TakesEditsThatComeInPieces) {
    start();
    RawClient client(socket_path());
    client.send("POST /v1/edits HTTP/1.1\r\nContent-Length: 48\r\n\r\n{\"edit\":\"cl");
    client.send("ear\"}\n{\"edit\":");
    client.send("\"zero\",\"service\":null}\n");
    EXPECT_NE(client.read_until("refused").find("200"), std::string::npos);
    EXPECT_EQ(daemon.edits, 2u);
}

}  // namespace
}  // namespace drover::control
