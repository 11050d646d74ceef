#include "sync/io/key.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace drover::sync {
namespace {

using ::testing::HasSubstr;

class KeyTest : public ::testing::Test {
protected:
    KeyTest() {
        std::string name = (std::filesystem::temp_directory_path() / "drover-key-XXXXXX").string();
        ::close(::mkstemp(name.data()));
        path_ = name;
    }
    ~KeyTest() override { std::filesystem::remove(path_); }

    Result<Key> key_of(std::string const& text, mode_t mode = 0600) {
        std::ofstream(path_) << text;
        ::chmod(path_.c_str(), mode);
        return read_key(path_);
    }
    std::string refusal(std::string const& text, mode_t mode = 0600) {
        auto const key = key_of(text, mode);
        return key ? "" : key.error().message;
    }

    std::string path_;
};

TEST_F(KeyTest, IsOfTheFilesTextWhateverEndsIt) {
    auto const key = key_of("correct horse battery");
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(*key, key_of("correct horse battery\n").value());
    EXPECT_NE(*key, key_of("correct horse batterz").value());
}

TEST_F(KeyTest, IsRefusedWhenItIsNoSecret) {
    EXPECT_THAT(refusal("short\n"), HasSubstr("less than 16 bytes"));
    EXPECT_THAT(refusal("correct horse battery", 0640), HasSubstr("others than its owner may read it"));
    std::filesystem::remove(path_);
    EXPECT_THAT(read_key(path_).error().message, HasSubstr(path_ + ": No such file or directory"));
}

}  // namespace
}  // namespace drover::sync
