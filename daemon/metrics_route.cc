#include "daemon/metrics_route.h"

#include "base/gzip.h"
#include "base/gzip_member.h"
#include "exposition/families_text.h"
#include "exposition/name_filter.h"
#include "exposition/negotiation.h"

namespace boxkited {

MetricsRoute::MetricsRoute(const LiveDistributions& live, const DriftService& drift,
                           const PredictionLog& log, const OwnMetrics& metrics)
    : live_(live),
      drift_(drift),
      log_(log),
      metrics_(metrics),
      rendered_(std::make_shared<Guarded<std::shared_ptr<const DistributionsText>>>()) {}

void MetricsRoute::operator()(const http::Request& request, http::Response& response) const {
    const Scrape scrape = begin(request);
    response.content_type = content_type(scrape.format);
    response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
    if (accepts_gzip(request.accept_encoding)) {
        response.headers.emplace_back("Content-Encoding", "gzip");
        response.body = packed_text(scrape);
    } else {
        response.body = plain_text(scrape);
    }
}

MetricsRoute::Scrape MetricsRoute::begin(const http::Request& request) const {
    Scrape scrape{
        live_.snapshot(), {}, drift_.text(), negotiate(request.accept), NameFilter(request.query)};
    scrape.distributions = text_of(scrape.snapshot.layout);
    // Right after a reload drift is not evaluated yet.
    if (scrape.drift->layout() != scrape.snapshot.layout) scrape.drift = nullptr;
    return scrape;
}

// What is rendered anew all of it, and stands last.
std::string MetricsRoute::own_text(const Scrape& scrape) const {
    std::string text;
    append_families(text, metrics_.collect(log_.ledger(), scrape.snapshot.not_counted),
                    scrape.format, scrape.filter);
    append_end(text, scrape.format);
    return text;
}

std::string MetricsRoute::plain_text(const Scrape& scrape) const {
    std::string text;
    scrape.distributions->append(text, scrape.snapshot, scrape.format, scrape.filter);
    if (scrape.drift) scrape.drift->append(text, scrape.format, scrape.filter);
    return text += own_text(scrape);
}

std::string MetricsRoute::packed_text(const Scrape& scrape) const {
    const bool is_packed =
        scrape.distributions->is_packed() && (!scrape.drift || scrape.drift->is_packed());
    if (!is_packed) {
        constexpr int kFast = 1;
        return gzip(plain_text(scrape), kFast);
    }
    GzipMember member;
    scrape.distributions->append(member.text(), scrape.snapshot, scrape.format, scrape.filter);
    if (scrape.drift) scrape.drift->append(member.text(), scrape.format, scrape.filter);
    return std::move(member).finish(own_text(scrape));
}

std::shared_ptr<const DistributionsText> MetricsRoute::text_of(
    const std::shared_ptr<const Layout>& layout) const {
    auto rendered = rendered_->lock();
    if (auto packed = drift_.distributions(); packed && packed->layout() == layout) {
        rendered->reset();
        return packed;
    }
    if (*rendered == nullptr || (*rendered)->layout() != layout)
        *rendered = std::make_shared<const DistributionsText>(layout);
    return *rendered;
}

}  // namespace boxkited
