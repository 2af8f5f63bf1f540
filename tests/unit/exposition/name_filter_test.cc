#include "exposition/name_filter.h"

#include <catch2/catch.hpp>

using namespace boxkited;

TEST_CASE("without names all families are taken", "[exposition]") {
    const std::string query =
        GENERATE("", "name[]=", "&&", "name[]", "name=a", "names[]=a&x=name[]", "debug=1", "%zz=%");
    CAPTURE(query);

    CHECK(NameFilter(query).takes("feature_0_value"));
    CHECK(NameFilter(query).takes_all());
    CHECK(NameFilter().takes("anything"));
}

TEST_CASE("a family is taken by any of its names", "[exposition]") {
    const std::string name =
        GENERATE("feature_0_value", "feature_0_value_total", "feature_0_value_bucket",
                 "feature_0_value_sum", "feature_0_value_count", "feature_0_value_total_created");
    CAPTURE(name);
    const NameFilter filter("name[]=" + name);

    CHECK(filter.takes("feature_0_value"));
    CHECK(filter.takes("feature_0_value_total"));
    CHECK_FALSE(filter.takes("feature_0_value_baseline"));
    CHECK_FALSE(filter.takes("feature_00_value"));
    CHECK_FALSE(filter.takes_all());
}

TEST_CASE("parameters are decoded", "[exposition]") {
    const NameFilter filter("a=b&name%5B%5D=up&name%5b]=%75%70_2&name[]=a+b&name[]=c%4&name[]=d%");

    CHECK(filter.takes("up"));
    CHECK(filter.takes("up_2"));
    CHECK(filter.takes("a b"));
    CHECK(filter.takes("c%4"));
    CHECK(filter.takes("d%"));
    CHECK_FALSE(filter.takes("b"));
}
