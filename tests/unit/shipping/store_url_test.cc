#include "shipping/store_url.h"

#include <catch2/catch.hpp>

#include "shipping/object_store.h"

namespace boxkited {

TEST_CASE("an endpoint is a scheme, a host and perhaps a port", "[shipping]") {
    for (const auto* good : {"https://s3.eu-central-1.amazonaws.com", "http://127.0.0.1:9000",
                             "http://[::1]:9000", "http://minio:1", "https://a.b:65535"}) {
        CAPTURE(good);
        CHECK(is_endpoint(good));
    }
    for (const auto* bad :
         {"", "s3.amazonaws.com", "ftp://host", "https://", "https://host/", "https://host/path",
          "https://user@host", "https://host?x", "https://host#x",
          "https://host:", "https://host:0", "https://host:65536", "https://host:9x",
          "https://ho st", "https://[::1", "https://[]", "HTTPS://host", "https://host\n"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_endpoint(bad));
    }
}

TEST_CASE("names of buckets are those of S3", "[shipping]") {
    for (const auto* good : {"abc", "my-logs", "a.b.c", "0ab"}) CHECK(is_bucket(good));
    for (const auto* bad : {"", "ab", "Abc", "a_b", "-abc", "abc-", "a..b", "a/b", "abc."}) {
        CAPTURE(bad);
        CHECK_FALSE(is_bucket(bad));
    }
    CHECK(is_bucket(std::string(63, 'a')));
    CHECK_FALSE(is_bucket(std::string(64, 'a')));
}

TEST_CASE("a prefix leaves no folder and needs little encoding", "[shipping]") {
    for (const auto* good : {"", "a", "a/b", "env=prod/logs_1.0"}) CHECK(is_prefix(good));
    for (const auto* bad : {"/", "/a", "a/", "a//b", ".", "a/../b", "a b", "ä", "a?b", "a%b"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_prefix(bad));
    }
}

TEST_CASE("the bucket stands in the path or in front of the host", "[shipping]") {
    ShipOptions options;
    options.endpoint = "http://store:9000";
    options.bucket = "logs";

    CHECK(object_url(options, "a=1/b.txt") == "http://store:9000/logs/a%3D1/b.txt");
    options.addressing = ShipOptions::Addressing::kVirtualHost;
    CHECK(object_url(options, "a=1/b.txt") == "http://logs.store:9000/a%3D1/b.txt");
}

TEST_CASE("plain HTTP to another machine can be read by others", "[shipping]") {
    CHECK(is_readable_by_others("http://store:9000"));
    CHECK(is_readable_by_others("http://10.0.0.1"));
    for (const auto* good :
         {"https://store", "http://127.0.0.1:9000", "http://[::1]:9000", "http://localhost"})
        CHECK_FALSE(is_readable_by_others(good));
}

TEST_CASE("what a store says stays on one line", "[shipping]") {
    CHECK(xml_text("<Error><Code>NoSuchKey</Code></Error>", "Code") == "NoSuchKey");
    CHECK(xml_text("<Message>a\nb\x1b</Message>", "Message") == "a b ");
    CHECK(xml_text("<Message>" + std::string(1000, 'x') + "</Message>", "Message").size() == 200);
    CHECK(xml_text("<Code>cut", "Code").empty());
    CHECK(xml_text("not xml", "Code").empty());
}

}  // namespace boxkited
