// The files that were read, and places in them: cheap ones for every word, spelt out only for what is reported.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/diagnostic.h"

namespace drover::config {

/// A stretch of one line, in bytes.
struct Span {
    std::uint32_t file = 0;   ///< index in Sources
    std::uint32_t line = 0;   ///< from 1; 0: the file as a whole
    std::uint32_t begin = 0;  ///< offset in the line
    std::uint32_t length = 0;
    bool operator==(Span const&) const = default;
};

class Source {
public:
    /// `bytes` in any encoding and with any line ends; a byte order mark is dropped.
    Source(std::string file, std::string bytes);
    Source(Source const&) = delete;
    Source& operator=(Source const&) = delete;

    std::string const& file() const { return *file_; }
    /// For all that outlives the reading.
    std::shared_ptr<std::string const> const& shared_file() const { return file_; }
    std::size_t size() const { return bytes_.size(); }
    std::uint32_t line_count() const { return static_cast<std::uint32_t>(lines_.size()); }
    /// Without its line end; `number` from 1.
    std::string_view line(std::uint32_t number) const { return lines_[number - 1]; }
    /// The whole file is valid UTF-8: then C2 A0 is a no-break space; in GBK it is a letter.
    bool is_utf8() const { return utf8_; }
    bool has_byte_order_mark() const { return byte_order_mark_; }
    /// Characters in a stretch of a line.
    int characters(std::uint32_t line, std::size_t begin, std::size_t length) const;

private:
    std::shared_ptr<std::string const> file_;
    std::string bytes_;
    std::vector<std::string_view> lines_;
    bool utf8_ = false;
    bool byte_order_mark_ = false;
};

class Sources {
public:
    std::uint32_t add(std::string file, std::string bytes);
    Source const& operator[](std::uint32_t file) const { return sources_[file]; }

    Position position(Span const& span) const;
    /// As it stands in the file; empty for the file as a whole.
    std::string line_of(Position const& position) const;
    /// Files in the order in which they were first read.
    std::size_t order_of(std::string const& file) const;

private:
    std::deque<Source> sources_;
    std::unordered_map<std::string, std::uint32_t> numbers_;  // of the files, by name
};

/// Where a word stands, spelt out when somebody asks: nearly no word is ever reported.
struct Spot {
    Sources const* sources = nullptr;
    Span span;

    operator Position() const { return sources->position(span); }
    std::string const& file() const { return (*sources)[span.file].file(); }
    std::uint32_t line() const { return span.line; }
};

bool is_valid_utf8(std::string_view text);
/// Bytes of the character that begins at text[at]; a byte that begins none counts as one.
std::size_t utf8_length(std::string_view text, std::size_t at);

}  // namespace drover::config
