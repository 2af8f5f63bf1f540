#include "daemon/metrics_route.h"

#include "base/gzip_member.h"
#include "exposition/families_text.h"
#include "exposition/name_filter.h"
#include "exposition/negotiation.h"

namespace boxkited {

namespace {

// What a scrape asks for, for as long as it is held.
struct KeptRequest {
    explicit KeptRequest(const http::Request& request)
        : query(request.query), accept(request.accept), accept_encoding(request.accept_encoding) {}

    http::Request view() const {
        http::Request request;
        request.query = query;
        request.accept = accept;
        request.accept_encoding = accept_encoding;
        return request;
    }

    std::string query, accept, accept_encoding;
};

}  // namespace

MetricsRoute::MetricsRoute(const LiveDistributions& live, DriftService& drift,
                           const PredictionLog& log, const OwnMetrics& metrics)
    : live_(live),
      drift_(drift),
      log_(log),
      metrics_(metrics),
      rendered_(std::make_shared<Guarded<std::shared_ptr<const DistributionsText>>>()) {}

void MetricsRoute::operator()(const http::Request& request, http::Response& response) const {
    if (drift_.text() == nullptr) {
        response.hold = hold(request);
    } else {
        answer(request, response);
    }
}

std::shared_ptr<http::Hold> MetricsRoute::hold(const http::Request& request) const {
    const auto answer_later = [route = *this,
                               kept = KeptRequest(request)](http::Response& response) {
        route.answer(kept.view(), response);
    };
    auto hold = std::make_shared<http::Hold>();
    hold->settled_or_wake = [&drift = drift_](std::function<void()> wake) {
        return drift.judged_or_wake(std::move(wake));
    };
    hold->on_settled = answer_later;
    hold->on_timeout = answer_later;
    return hold;
}

void MetricsRoute::answer(const http::Request& request, http::Response& response) const {
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
    if (scrape.drift != nullptr && scrape.drift->layout() != scrape.snapshot.layout)
        scrape.drift = nullptr;
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
    if (!is_packed) return gzip(plain_text(scrape));
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
