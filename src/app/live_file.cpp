#include "app/live_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include "control/json.h"
#include "loop/io/fd.h"

namespace drover::app {

namespace {

Result<void> write_whole(int file, std::string_view text, std::string const& path) {
    while (!text.empty()) {
        auto const size = ::write(file, text.data(), text.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return fail_errno("write " + path);
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return {};
}

/// What it has been given before is taken back when it cannot take all.
Result<void> write_or_nothing(std::string const& path, std::string_view text, int flags) {
    loop::Fd const file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600));
    if (!file) return fail_errno("open " + path);
    struct stat before {};
    if (::fstat(file.get(), &before) != 0) return fail_errno("look at " + path);
    auto written = write_whole(file.get(), text, path);
    if (!written) (void)!::ftruncate(file.get(), before.st_size);
    return written;
}

std::string lines_of(std::vector<model::LiveRecord> const& records) {
    std::string text;
    for (auto const& record : records) text += control::to_json(record) + "\n";
    return text;
}

}  // namespace

std::string LiveFile::beside(std::string const& socket) {
    return std::filesystem::path(socket).replace_extension(".live").string();
}

Result<LiveFile::Contents> LiveFile::read() {
    Contents contents;
    std::error_code error;
    if (!std::filesystem::exists(path_, error)) return contents;
    std::ifstream file(path_);
    std::stringstream whole;
    whole << file.rdbuf();
    if (!file) return fail_errno("read " + path_);
    auto const text = whole.str();
    std::string_view rest = text;
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        ++lines_;
        if (auto record = control::live_record_from_json(rest.substr(0, end)))
            contents.records.push_back(std::move(*record));
        else
            contents.damage.push_back(path_ + ":" + std::to_string(lines_) + ": " + record.error().message);
        rest.remove_prefix(end + 1);
    }
    return contents;
}

Result<void> LiveFile::append(std::vector<model::LiveRecord> const& records) {
    if (records.empty()) return {};
    auto done = write_or_nothing(path_, lines_of(records), O_APPEND);
    if (done) lines_ += records.size();
    return done;
}

Result<void> LiveFile::replace(std::vector<model::LiveRecord> const& records) {
    if (records.empty()) {
        if (::unlink(path_.c_str()) != 0 && errno != ENOENT) return fail_errno("remove " + path_);
        lines_ = 0;
        return {};
    }
    auto const fresh = path_ + ".new";
    if (auto done = write_or_nothing(fresh, lines_of(records), O_TRUNC); !done) return done;
    if (::rename(fresh.c_str(), path_.c_str()) != 0) return fail_errno("replace " + path_);
    lines_ = records.size();
    return {};
}

}  // namespace drover::app
