// A director without a daemon and without packets, and `ipvsadm` run on it.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/ipvsadm_listing.h"
#include "control/ipvsadm_recordings.h"
#include "control/ipvsadm_rules.h"
#include "control/ipvsadm_session.h"
#include "live/table.h"

namespace drover::control::ipvsadm {

constexpr std::uint64_t kRecordedSize = 4096;  // of the kernel's connection table

/// The interfaces of the machine that recorded.
inline std::optional<std::uint32_t> mtu(std::string const& interface) {
    if (interface == "eth0") return 1500;
    return interface == "lo" ? std::optional<std::uint32_t>(65536) : std::nullopt;
}

/// A table alone, without a daemon around it and without packets.
class TableDirector final : public Director {
public:
    /// What packets would tell is added to each row that is shown.
    using Packets = std::function<void(model::DataplaneObserved&)>;
    TableDirector(std::string& printed, Packets packets) : printed_(printed), packets_(std::move(packets)) {}

    Result<std::string> list(Listing const& listing, Names const& names) override {
        return format(observe(), listing, names);
    }
    Result<std::string> save(Save const&, Names const& names) override { return rules(observe(), names); }
    Result<std::vector<model::EditOutcome>> apply(std::span<model::Edit const> edits) override {
        std::vector<model::EditOutcome> outcomes;
        for (auto const& edit : edits) outcomes.push_back(table_.apply(edit));
        return outcomes;
    }
    Result<void> list_connections(Listing const& listing, Names const&) override {
        printed_ += connections_title(listing);
        return {};
    }
    Result<void> list_as_json() override { return fail("no test asks for that"); }

private:
    model::DataplaneObserved observe() const {
        auto observed = table_.snapshot();
        observed.capacity = kRecordedSize;
        if (packets_) packets_(observed);
        return observed;
    }

    live::Table table_{mtu};
    std::string& printed_;
    Packets packets_;
};

/// One director, and the commands given to it one after the other.
class Play {
public:
    explicit Play(Names const& names, TableDirector::Packets packets = {})
        : names_(names), director_(answer_.out, std::move(packets)) {}

    /// `line` as a shell takes it.
    recordings::Answer give(std::string const& line, std::string input = {}) {
        answer_ = {};
        Terminal const terminal{.print = [this](std::string_view text) { answer_.out += text; },
                                .complain = [this](std::string_view text) { answer_.err += text; },
                                .read = [&input] { return std::exchange(input, {}); }};
        auto const words = recordings::shell_words(line);
        auto const code = run(words, director_, terminal, names_);
        EXPECT_TRUE(code) << line << ": " << (code ? "" : code.error().message);
        answer_.code = code.value_or(-1);
        return answer_;
    }

private:
    Names const& names_;
    recordings::Answer answer_;
    TableDirector director_;
};

}  // namespace drover::control::ipvsadm
