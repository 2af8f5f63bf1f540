#include "daemon/metrics_route.h"

#include "base/gzip.h"
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
      rendered_(std::make_shared<Guarded<Rendered>>()) {}

void MetricsRoute::operator()(const http::Request& request, http::Response& response) const {
    const TextFormat format = negotiate(request.accept);
    const NameFilter filter(request.query);
    const LiveSnapshot snapshot = live_.snapshot();

    std::string text;
    text_of(snapshot.layout)->append(text, snapshot, format, filter);
    // Right after a reload drift is not evaluated yet.
    if (const auto drift = drift_.text(); drift->layout() == snapshot.layout)
        drift->append(text, format, filter);
    append_families(text, metrics_.collect(log_.ledger(), snapshot.not_counted), format, filter);
    append_end(text, format);

    response.content_type = content_type(format);
    response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
    if (accepts_gzip(request.accept_encoding)) {
        constexpr int kFast = 1;
        response.headers.emplace_back("Content-Encoding", "gzip");
        response.body = gzip(text, kFast);
    } else {
        response.body = std::move(text);
    }
}

std::shared_ptr<const DistributionsText> MetricsRoute::text_of(
    const std::shared_ptr<const Layout>& layout) const {
    auto rendered = rendered_->lock();
    if (rendered->layout != layout)
        *rendered = {layout, std::make_shared<const DistributionsText>(layout)};
    return rendered->text;
}

}  // namespace boxkited
