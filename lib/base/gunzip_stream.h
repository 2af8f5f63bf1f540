#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace boxkited {

// Unpacks gzip (one member or several, and zeros behind them as tapes have) as it comes.
//
// Threads: one at a time.
class GunzipStream {
public:
    GunzipStream();
    ~GunzipStream();

    struct Step {
        std::size_t taken = 0;  // Of what was given.
        std::size_t made = 0;   // Of the room for what comes out.
        bool good = true;       // False: not gzip, or damaged.
    };
    // Goes on until the bytes given or the room end.
    Step unpack(std::string_view bytes, char* out, std::size_t room);

    // Whether the bytes so far are whole members: what may be cut off is seen here.
    bool is_whole() const { return is_whole_; }

private:
    struct Inflater;
    std::unique_ptr<Inflater> inflater_;
    bool is_whole_ = false;
    bool is_padded_ = false;  // Zeros behind the last member.
};

}  // namespace boxkited
