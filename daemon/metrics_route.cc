#include "daemon/metrics_route.h"

#include <utility>

#include "base/gzip_member.h"
#include "exposition/families_text.h"
#include "exposition/name_filter.h"
#include "exposition/negotiation.h"

namespace boxkited {

namespace {

// Slots of counts whose text an I/O thread renders by itself, in a fraction of a millisecond.
constexpr std::uint32_t kFewSlots = 2000;

}  // namespace

MetricsRoute::Wish::Wish(const http::Request& request)
    : format(negotiate(request.accept)),
      gzip(accepts_gzip(request.accept_encoding)),
      filter(request.query) {}

MetricsRoute::MetricsRoute(const LiveDistributions& live, DriftService& drift,
                           const PredictionLog& log, const Shipper* shipper,
                           const OwnMetrics& metrics)
    : live_(live),
      drift_(drift),
      log_(log),
      shipper_(shipper),
      metrics_(metrics),
      rendered_(std::make_shared<Guarded<std::shared_ptr<const DistributionsText>>>()),
      waiters_(std::make_shared<Guarded<Waiters>>()) {}

void MetricsRoute::operator()(const http::Request& request, http::Response& response) const {
    const Wish wish(request);
    if (is_short(wish)) {
        answer(wish, response);
    } else {
        response.hold = hold(wish);
    }
}

bool MetricsRoute::is_short(const Wish& wish) const {
    const auto drift = drift_.text();
    if (drift == nullptr) return false;
    return drift->layout()->slots() <= kFewSlots || !wish.filter.takes_all();
}

std::shared_ptr<http::Hold> MetricsRoute::hold(const Wish& wish) const {
    const auto rendered = std::make_shared<http::Response>();
    auto hold = std::make_shared<http::Hold>();
    hold->settled_or_wake = [route = *this, wish, rendered](std::function<void()> wake) {
        (*route.waiters_->lock())[wish].push_back({rendered, std::move(wake)});
        route.drift_.run_soon([route] { route.answer_waiters(); });
        return false;
    };
    hold->on_settled = [rendered](http::Response& response) { response = std::move(*rendered); };
    hold->on_timeout = [route = *this, wish](http::Response& response) {
        route.answer(wish, response);
    };
    return hold;
}

// All who wait by now: each of them has asked for this, and the first time is enough.
void MetricsRoute::answer_waiters() const {
    const auto waiters = std::exchange(*waiters_->lock(), {});
    for (const auto& [wish, those_alike] : waiters) {
        http::Response response;
        answer(wish, response);
        response.shared_body = std::make_shared<const std::string>(std::move(response.body));
        response.body.clear();
        for (const Waiter& waiter : those_alike) {
            *waiter.response = response;
            waiter.wake();
        }
    }
}

void MetricsRoute::answer(const Wish& wish, http::Response& response) const {
    const Scrape scrape = begin();
    response.content_type = content_type(wish.format);
    response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
    if (wish.gzip) {
        response.headers.emplace_back("Content-Encoding", "gzip");
        response.body = packed_text(scrape, wish);
    } else {
        response.body = plain_text(scrape, wish);
    }
}

MetricsRoute::Scrape MetricsRoute::begin() const {
    Scrape scrape{live_.snapshot(), {}, drift_.text()};
    scrape.distributions = text_of(scrape.snapshot.layout);
    // Right after a reload drift is not evaluated yet.
    if (scrape.drift != nullptr && scrape.drift->layout() != scrape.snapshot.layout)
        scrape.drift = nullptr;
    return scrape;
}

// What is rendered anew all of it, and stands last.
std::string MetricsRoute::own_text(const Scrape& scrape, const Wish& wish) const {
    std::string text;
    const ShipLedger shipped = shipper_ != nullptr ? shipper_->ledger() : ShipLedger();
    append_families(text, metrics_.collect(log_.ledger(), shipped, scrape.snapshot.not_counted),
                    wish.format, wish.filter);
    append_end(text, wish.format);
    return text;
}

std::string MetricsRoute::plain_text(const Scrape& scrape, const Wish& wish) const {
    std::string text;
    scrape.distributions->append(text, scrape.snapshot, wish.format, wish.filter);
    if (scrape.drift) scrape.drift->append(text, wish.format, wish.filter);
    return text += own_text(scrape, wish);
}

std::string MetricsRoute::packed_text(const Scrape& scrape, const Wish& wish) const {
    const bool is_packed =
        scrape.distributions->is_packed() && (!scrape.drift || scrape.drift->is_packed());
    if (!is_packed) return gzip(plain_text(scrape, wish));
    GzipMember member;
    scrape.distributions->append(member.text(), scrape.snapshot, wish.format, wish.filter);
    if (scrape.drift) scrape.drift->append(member.text(), wish.format, wish.filter);
    return std::move(member).finish(own_text(scrape, wish));
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
