#pragma once

#include <string>
#include <string_view>

namespace boxkited {

// The drift page as it was bundled when the daemon was built: one file, with its scripts and styles
// in it. All is empty in a build without BOXKITED_PAGE.
struct PageText {
    std::string_view html;
    std::string_view gzip;    // The same, packed.
    std::string_view etag;    // With its quotation marks.
    std::string_view policy;  // The Content-Security-Policy that lets its own script and style run.
};

extern const PageText kPageText;

// The page with a report in it, which it shows instead of asking a daemon. `json` is
// {"version", "baseline", "drift"}, `drift` as drift_distributions_json() makes it.
//
// Threads: any.
std::string page_with_report(std::string_view json);

}  // namespace boxkited
