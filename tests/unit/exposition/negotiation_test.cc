#include "exposition/negotiation.h"

#include <catch2/catch.hpp>

using namespace boxkited;

namespace {

std::string format_for(std::string_view accept) {
    return negotiate(accept) == TextFormat::kOpenMetrics100 ? "OpenMetrics" : "text";
}

}  // namespace

TEST_CASE("a scraper gets the format it likes best", "[exposition]") {
    const auto [accept, format] = GENERATE(table<std::string, std::string>({
        // Prometheus 2.42.
        {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
         "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         "OpenMetrics"},
        // Prometheus 2.42 with native histograms.
        {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding="
         "delimited,application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;"
         "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         "OpenMetrics"},
        // Prometheus 3.
        {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
         "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;"
         "escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
         "OpenMetrics"},
        // Prometheus 3 that was told to prefer text.
        {"text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,*/*;"
         "q=0.4",
         "text"},
        {"text/plain;version=1.0.0;escaping=underscores;q=0.7,application/openmetrics-text;q=0.6",
         "text"},
        // Browsers and curl.
        {"*/*", "text"},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text"},
        {"", "text"},
        // Versions that we do not have.
        {"application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.5", "text"},
        {"application/openmetrics-text; version=2.0.0", "text"},
        // Spellings.
        {"Application/OpenMetrics-Text ; Version=\"1.0.0\" ; Q=0.9 , text/plain;q=0.8",
         "OpenMetrics"},
        {"text/plain;note=\"a,application/openmetrics-text;q=1\";q=0.1,"
         "application/openmetrics-text;q=0.2",
         "OpenMetrics"},
        {"application/openmetrics-text", "OpenMetrics"},
        // Refusals and junk.
        {"application/openmetrics-text;q=0", "text"},
        {"application/openmetrics-text;q=0.000,*/*;q=0.1", "text"},
        {"application/openmetrics-text;q=2", "text"},
        {"application/openmetrics-text;q=nan", "text"},
        {"application/openmetrics-text;q=", "text"},
        {",,;;,=;q,\"", "text"},
        {"application/openmetrics-text;version=\"1.0.0", "text"},
    }));
    CAPTURE(accept);

    CHECK(format_for(accept) == format);
}

TEST_CASE("each format has its content type and its end", "[exposition]") {
    std::string text, openmetrics;
    append_end(text, TextFormat::kPrometheus004);
    append_end(openmetrics, TextFormat::kOpenMetrics100);

    CHECK(content_type(TextFormat::kPrometheus004) == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(content_type(TextFormat::kOpenMetrics100) ==
          "application/openmetrics-text; version=1.0.0; charset=utf-8");
    CHECK(text.empty());
    CHECK(openmetrics == "# EOF\n");
}

TEST_CASE("gzip is taken where the header says so", "[exposition]") {
    const auto [header, taken] = GENERATE(table<std::string, bool>({
        {"gzip", true},
        {"GZip", true},
        {"x-gzip", true},
        {"deflate, gzip;q=0.5, br", true},
        {"gzip ; q=1.0", true},
        {"*", true},
        {"*;q=0.1", true},
        {"identity;q=0, *", true},
        {"", false},
        {"identity", false},
        {"gzip;q=0", false},
        {"gzip;q=0.000", false},
        {"*, gzip;q=0", false},
        {"*;q=0", false},
        {"gzip;q=junk", false},
        {"gzipped", false},
    }));
    CAPTURE(header);

    CHECK(accepts_gzip(header) == taken);
}
