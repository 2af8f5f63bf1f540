#include "histogram/category_bins.h"

#include <catch2/catch.hpp>

using namespace boxkited;

TEST_CASE("a number is in the bin that Python spells it as", "[histogram]") {
    const CategoryBins bins({"0.0", "1.0", "-0.0", "1e+16", "inf", "nan", "2"});

    CHECK(bins.find(0.0) == 0);
    CHECK(bins.find(1.0) == 1);
    CHECK(bins.find(-0.0) == 2);
    CHECK(bins.find(1e16) == 3);
    CHECK(bins.find(std::numeric_limits<double>::infinity()) == 4);
    CHECK(bins.find(2.0) == 6);
    CHECK_FALSE(bins.find(3.0));
}

TEST_CASE("a number without a bin of its own is in one that reads as it", "[histogram]") {
    const CategoryBins bins({"red", "01", "1", "2.0", "2", "1e3", "1_0", "NaN", "true"});

    CHECK(bins.find(1.0) == 2);
    CHECK(bins.find(2.0) == 3);
    CHECK(bins.find(1000.0) == 5);
    CHECK(bins.find(10.0) == 6);
    CHECK_FALSE(bins.find(std::numeric_limits<double>::quiet_NaN()));
    CHECK_FALSE(bins.find(3.0));
    CHECK(bins.find("01") == 1);
    CHECK_FALSE(bins.find("1.0"));
}

TEST_CASE("zero has one bin where the baseline has one", "[histogram]") {
    for (const char* zero : {"0.0", "-0.0", "0"}) {
        const CategoryBins bins({"1.0", zero});
        CAPTURE(zero);

        CHECK(bins.find(0.0) == 1);
        CHECK(bins.find(-0.0) == 1);
        CHECK(bins.find("-0") == 1);
    }
    const CategoryBins both({"-0.0", "0"});
    CHECK(both.find(0.0) == 1);
    CHECK(both.find(-0.0) == 0);
}

TEST_CASE("where all bins are numbers a text is read as one", "[histogram]") {
    const CategoryBins bins({"0.0", "1.0", "nan"});

    CHECK(bins.find("1") == 1);
    CHECK(bins.find(" 1.0 ") == 1);
    CHECK(bins.find("nan") == 2);
    CHECK(bins.find("-NaN") == 2);
    CHECK_FALSE(bins.find("one"));
    CHECK(bins.name_of("2") == "2.0");
    CHECK(bins.name_of("one") == "one");
}

TEST_CASE("where a bin is text a text is itself", "[histogram]") {
    const CategoryBins bins({"setosa", "1.0"});

    CHECK(bins.find("setosa") == 0);
    CHECK(bins.find("1.0") == 1);
    CHECK(bins.find(1.0) == 1);
    CHECK_FALSE(bins.find("1"));
    CHECK(bins.name_of("1") == "1");
}

TEST_CASE("a NUL never stands in the name of a bin", "[histogram]") {
    const CategoryBins bins({"setosa"});

    CHECK(bins.name_of(std::string_view("a\0b", 3)) == "a\\u0000b");
}
