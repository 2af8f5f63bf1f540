#include "daemon/page_text.h"

#include <cassert>

namespace boxkited {

std::string page_with_report(std::string_view json) {
    constexpr std::string_view kPlace = R"(<script type="application/json" id="report">)";
    const auto place = kPageText.html.find(kPlace);
    assert(place != std::string_view::npos);
    const auto report = place + kPlace.size();
    std::string page(kPageText.html.substr(0, report));
    // Names hold what they hold; `</script>` in one must not end the element.
    for (const char each : json) {
        if (each == '<') {
            page += "\\u003c";
        } else {
            page += each;
        }
    }
    return page.append(kPageText.html.substr(report));
}

}  // namespace boxkited
