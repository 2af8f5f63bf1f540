#include "shipping/credentials.h"

#include <catch2/catch.hpp>

#include "base/utc_text.h"

namespace boxkited {

TEST_CASE("a credentials file gives the keys of its section [default]", "[shipping]") {
    const auto found = parse_credentials_file(
        "# mine\r\n[other]\naws_access_key_id=no\n\n[default]\r\n"
        "aws_access_key_id = AKIA\r\naws_secret_access_key=a/b+c=\naws_session_token = t\n"
        "region = eu\n[third]\naws_access_key_id=no\n");

    REQUIRE(found.has_value());
    CHECK(found->key_id == "AKIA");
    CHECK(found->secret == "a/b+c=");
    CHECK(found->session_token == "t");
    CHECK_FALSE(found->expires.has_value());
}

TEST_CASE("a credentials file without both keys, or with what ends a header, gives none",
          "[shipping]") {
    for (const auto* text :
         {"", "aws_access_key_id=a\naws_secret_access_key=b\n", "[default]\naws_access_key_id=a\n",
          "[default]\naws_secret_access_key=b\n", "\x01\x02[default",
          "[default]\naws_access_key_id=a\naws_secret_access_key=b c\n"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_credentials_file(text).has_value());
    }
}

TEST_CASE("a container's role gives keys that expire", "[shipping]") {
    const auto found = parse_container_credentials(
        R"({"AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"2024-05-01T13:15:02Z"})");

    REQUIRE(found.has_value());
    CHECK(found->key_id == "A");
    CHECK(found->secret == "S");
    CHECK(found->session_token == "T");
    CHECK(found->expires == parse_rfc3339("2024-05-01T13:15:02Z"));
}

TEST_CASE("what is no answer of a role gives no keys", "[shipping]") {
    for (const auto* json : {"", "[]", "null", "{", R"({"AccessKeyId":"A"})",
                             R"({"AccessKeyId":7,"SecretAccessKey":"S"})",
                             R"({"AccessKeyId":"A\r\nX: y","SecretAccessKey":"S"})",
                             R"({"AccessKeyId":"A","SecretAccessKey":"S","Expiration":"soon"})"}) {
        CAPTURE(json);
        CHECK_FALSE(parse_container_credentials(json).has_value());
    }
}

TEST_CASE("credentials are fetched over HTTPS or from this machine alone", "[shipping]") {
    for (const auto* good :
         {"https://anywhere/x", "http://127.0.0.1:80/x", "http://localhost/x", "http://[::1]/x",
          "http://169.254.170.2/x", "http://169.254.170.23/x", "http://[fd00:ec2::23]/v1"}) {
        CAPTURE(good);
        CHECK(may_give_credentials(good));
    }
    for (const auto* bad : {"", "http://example.com/", "http://169.254.169.254/latest",
                            "http://127.0.0.1@example.com/", "http://127.0.0.1.example.com/",
                            "http://localhost.example.com/", "file:///etc/passwd", "http://[::2]/",
                            "http://10.0.0.1?127.0.0.1"}) {
        CAPTURE(bad);
        CHECK_FALSE(may_give_credentials(bad));
    }
}

}  // namespace boxkited
