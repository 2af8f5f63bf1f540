#include "shipping/object_body.h"

#include <zstd.h>

#include <catch2/catch.hpp>

#include "shipping/digest.h"
#include "support/temporary_directory.h"

namespace boxkited {

namespace {

std::string all_of(ObjectBody& body, std::size_t piece_bytes) {
    std::string all;
    std::string piece(piece_bytes, '\0');
    for (;;) {
        const auto got = body.read(piece.data(), piece.size());
        REQUIRE(got.has_value());
        if (*got == 0) return all;
        all.append(piece, 0, *got);
    }
}

std::string unpacked(const std::string& packed, std::size_t bytes) {
    std::string text(bytes, '\0');
    const auto size = ZSTD_decompress(text.data(), text.size(), packed.data(), packed.size());
    REQUIRE_FALSE(ZSTD_isError(size));
    text.resize(size);
    return text;
}

struct Fixture {
    TemporaryDirectory directory;
    DiskStorage storage;
    std::string text;

    Fixture() {
        for (long i = 0; i < 100'000; ++i) text += std::to_string(i * i) + "\n";
    }
    std::unique_ptr<File> file(const std::string& contents) {
        write_file(directory / "file", contents);
        return std::move(storage.open(directory / "file", Storage::Missing::kFail)).value();
    }
};

}  // namespace

TEST_CASE("a body is the first bytes of its file, however much is asked for", "[shipping]") {
    Fixture given;
    const auto file = given.file(given.text + "later");
    const auto piece = GENERATE(1000u, 1u << 20);
    ObjectBody body(*file, given.text.size(), ShipOptions::Compression::kNone);

    CHECK(all_of(body, piece) == given.text);
    body.rewind();
    CHECK(all_of(body, piece) == given.text);
}

TEST_CASE("a packed body unpacks to its file and is the same each time", "[shipping]") {
    Fixture given;
    const auto file = given.file(given.text + "later");
    const auto piece = GENERATE(1000u, 1u << 20);
    ObjectBody body(*file, given.text.size(), ShipOptions::Compression::kZstd);

    const auto packed = all_of(body, piece);

    CHECK(packed.size() < given.text.size());
    CHECK(unpacked(packed, given.text.size() + 1) == given.text);
    body.rewind();
    CHECK(all_of(body, 777) == packed);
}

TEST_CASE("a packed body whose file has become shorter is an error", "[shipping]") {
    Fixture given;
    const auto file = given.file("short");
    ObjectBody body(*file, 1000, ShipOptions::Compression::kZstd);
    char buffer[100];

    CHECK_FALSE(body.read(buffer, sizeof buffer).has_value());
}

TEST_CASE("checksums are those that are published", "[shipping]") {
    Digest md5(Digest::Kind::kMd5);
    Digest sha256(Digest::Kind::kSha256);
    for (const auto* piece : {"a", "bc"}) {
        md5.add(piece);
        sha256.add(piece);
    }

    CHECK(md5.hex() == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(sha256.hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace boxkited
