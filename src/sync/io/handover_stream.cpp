#include "sync/io/handover_stream.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace drover::sync {

Result<void> send_letter(SecureStream& stream, HandoverLetter const& letter) {
    auto const text = write(letter);
    if (text.size() > 0xffff) return fail("there are too many instances for one handover", EMSGSIZE);
    std::vector<std::uint8_t> bytes{static_cast<std::uint8_t>(text.size() >> 8),
                                    static_cast<std::uint8_t>(text.size())};
    bytes.insert(bytes.end(), text.begin(), text.end());
    return stream.write(bytes);
}

Result<HandoverLetter> receive_letter(SecureStream& stream) {
    std::array<std::uint8_t, 2> length{};
    if (auto done = stream.read(length); !done) return std::unexpected(done.error());
    std::string text(std::size_t{length[0]} << 8 | length[1], '\0');
    if (auto done = stream.read(std::span(reinterpret_cast<std::uint8_t*>(text.data()), text.size())); !done)
        return std::unexpected(done.error());
    return read_handover_letter(text);
}

}  // namespace drover::sync
