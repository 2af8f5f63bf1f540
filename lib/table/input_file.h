#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/gunzip_stream.h"
#include "base/result.h"

namespace boxkited {

// The bytes of a file, or of standard input for "-", unpacked when they are gzip: told by their
// first two bytes, whatever the name.
//
// Threads: one at a time.
class InputFile {
public:
    // The error says why, without the name: "No such file or directory".
    static Result<std::unique_ptr<InputFile>, std::string> open(const std::string& path);
    ~InputFile();
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;

    // Fills `buffer` as far as the file goes: fewer bytes than `size` only at its end.
    Result<std::size_t, std::string> read(char* buffer, std::size_t size);

    // Read so far, packed as it is.
    std::uint64_t bytes_read() const { return bytes_read_; }

private:
    explicit InputFile(int descriptor) : descriptor_(descriptor) {}

    Result<std::size_t, std::string> read_some(char* buffer, std::size_t size);
    Result<std::size_t, std::string> read_plain(char* buffer, std::size_t size);
    Result<std::size_t, std::string> read_packed(char* buffer, std::size_t size);
    Result<void, std::string> fill_packed();

    const int descriptor_;
    std::uint64_t bytes_read_ = 0;
    std::vector<char> packed_;  // The first bytes of the file; all of it, bit by bit, when gzip.
    std::size_t packed_at_ = 0;
    std::size_t packed_end_ = 0;
    std::unique_ptr<GunzipStream> gunzip_;
};

// The size of what open() would read, nothing when that cannot be known.
std::optional<std::uint64_t> input_size(const std::string& path);

}  // namespace boxkited
