#include "sync/io/key.h"

#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fcntl.h>

#include "loop/io/fd.h"

namespace drover::sync {

namespace {

constexpr std::size_t kLeast = 16, kMost = 65536;

}  // namespace

Result<Key> read_key(std::string const& path) {
    auto const doing = "read the sync key " + path;
    loop::Fd const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return fail_errno(doing);
    struct stat is {};
    if (::fstat(file.get(), &is) < 0) return fail_errno(doing);
    if ((is.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return fail(doing + ": others than its owner may read it (chmod 600 " + path + ")", EACCES);
    std::string text(kMost, '\0');
    auto const length = ::read(file.get(), text.data(), text.size());
    if (length < 0) return fail_errno(doing);
    text.resize(static_cast<std::size_t>(length));
    text.erase(text.find_last_not_of(" \t\r\n") + 1);
    if (text.size() < kLeast) return fail(doing + ": it has less than " + std::to_string(kLeast) + " bytes", EINVAL);
    Key key;
    unsigned size = 0;
    if (::EVP_Digest(text.data(), text.size(), key.bytes.data(), &size, ::EVP_sha256(), nullptr) != 1)
        return fail(doing + ": it cannot be hashed");
    return key;
}

}  // namespace drover::sync
