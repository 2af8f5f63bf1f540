#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace boxkited {

// Where closed files of the prediction log are shipped to, and what becomes of them here.
struct ShipOptions {
    // "https://s3.eu-central-1.amazonaws.com". Empty: nothing is shipped.
    std::string endpoint;
    std::string bucket;
    // In front of the keys, which are the paths below `prediction_log.directory`.
    std::string prefix;
    std::string region = "us-east-1";

    // Whether the bucket stands in the path or in front of the host name.
    enum class Addressing { kPath, kVirtualHost };
    Addressing addressing = Addressing::kPath;

    enum class CredentialsFrom { kEnvironment, kFile, kContainer };
    CredentialsFrom credentials = CredentialsFrom::kEnvironment;
    std::filesystem::path credentials_file;

    // Authorities for the store's certificate; empty: those of the system.
    std::filesystem::path ca_file;

    enum class Compression { kNone, kZstd };
    Compression compression = Compression::kNone;

    // How long after the end of its partition a file waits for late events.
    std::chrono::minutes delay{5};

    // Keeps files that are shipped until their retention ends.
    bool keep_local = false;

    // The most that is sent in a second; 0 sets no bound.
    std::uint64_t bytes_per_second = 0;

    bool enabled() const { return !endpoint.empty(); }
};

}  // namespace boxkited
