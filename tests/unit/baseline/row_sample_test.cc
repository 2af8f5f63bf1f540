#include "baseline/row_sample.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace boxkited;

TEST_CASE("a sampled row is read back cell by cell", "[row_sample]") {
    const std::string longest(RowSample::kLongestText, 'x');
    RowSample sample(1, 0);
    REQUIRE(sample.wants_row());

    sample.add_text("a,\n\"b\"");
    sample.add_number(-0.1);
    sample.add_missing();
    sample.add_text("");
    sample.add_text(longest);
    sample.add_text(longest + "x");
    sample.add_text({"a\0b", 3});
    sample.end_row();

    REQUIRE(sample.rows().size() == 1);
    SampledRow row(sample.rows()[0]);
    using Kind = SampledCell::Kind;
    CHECK(row.next().text == "a,\n\"b\"");
    CHECK(row.next().number == -0.1);
    CHECK(row.next().kind == Kind::kMissing);
    const SampledCell empty = row.next();
    CHECK((empty.kind == Kind::kText && empty.text.empty()));
    CHECK(row.next().text == longest);
    CHECK(row.next().kind == Kind::kLongText);
    CHECK(row.next().text == std::string_view("a\0b", 3));
}

TEST_CASE("a sample holds whole rows and no more than its capacity", "[row_sample]") {
    RowSample sample(10, 5);

    for (int i = 0; i < 1000; ++i) {
        const std::string text(static_cast<std::size_t>(i % 7), static_cast<char>('a' + i % 26));
        if (sample.wants_row()) {
            sample.add_number(i);
            sample.add_text(text);
        }
        sample.end_row();
    }

    CHECK(sample.rows().size() == 10);
    for (const std::string& bytes : sample.rows()) {
        SampledRow row(bytes);
        const int i = static_cast<int>(row.next().number);
        CHECK(row.next().text ==
              std::string(static_cast<std::size_t>(i % 7), static_cast<char>('a' + i % 26)));
    }
}
