#include "daemon/page_route.h"

#include "base/ascii_text.h"
#include "daemon/page_text.h"
#include "exposition/negotiation.h"

namespace boxkited {

namespace {

// Proxies that pack or unpack the page make its tag a weak one.
bool names_tag(std::string_view if_none_match, std::string_view tag) {
    while (!if_none_match.empty()) {
        std::string_view each = trimmed(take_part(if_none_match, ','));
        if (each.substr(0, 2) == "W/") each.remove_prefix(2);
        if (each == tag || each == "*") return true;
    }
    return false;
}

}  // namespace

PageRoute::PageRoute()
    : html_(std::make_shared<const std::string>(kPageText.html)),
      gzip_(std::make_shared<const std::string>(kPageText.gzip)) {}

void PageRoute::operator()(const http::Request& request, http::Response& response) const {
    if (html_->empty()) {
        response = http::error_response(404, "this boxkited was built without the drift page");
        return;
    }
    response.content_type = "text/html; charset=utf-8";
    const bool packed = accepts_gzip(request.accept_encoding);
    response.shared_body = packed ? gzip_ : html_;
    if (packed) response.headers.emplace_back("Content-Encoding", "gzip");
    response.headers.emplace_back("Vary", "Accept-Encoding");
    response.headers.emplace_back("ETag", kPageText.etag);
    response.headers.emplace_back("Cache-Control", "no-cache");
    response.headers.emplace_back("Content-Security-Policy",
                                  std::string(kPageText.policy) + "; frame-ancestors 'none'");
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
    if (names_tag(request.if_none_match, kPageText.etag)) response.status = 304;
}

}  // namespace boxkited
