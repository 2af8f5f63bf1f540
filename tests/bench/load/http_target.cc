#include "http_target.h"

#include <deque>
#include <stdexcept>
#include <vector>

namespace load {
namespace {

constexpr std::uint32_t kScraper = ~0U;
constexpr int kPatienceMs = 10'000;
// Who is refused comes again after this; until then the server has time for what it took.
constexpr double kPauseSeconds = 0.01;

Requests scrape_request() {
    RequestForm form;
    form.method = "GET";
    form.path = "/metrics";
    form.accept_encoding = "gzip";
    return http_requests(form);
}

}  // namespace

// One slice under way.
class HttpTarget::Run {
public:
    Run(HttpTarget& target, const SliceOptions& options)
        : target_(target),
          options_(options),
          begin_(now()),
          measured_from_(begin_ + from_seconds(options.warm_seconds)),
          end_(measured_from_ + from_seconds(options.seconds)),
          next_due_(begin_),
          next_scrape_(begin_ + from_seconds(options.scrape_seconds) / 2) {}

    Slice to_its_end() {
        for (Connection& connection : target_.connections_) idle_.push_back(&connection);
        send_what_is_due(begin_);
        while (!stopped_ || unanswered_ > 0) {
            const int count = wait();
            const Nanoseconds time = now();
            keep_span(time);
            for (int i = 0; i < count; ++i) handle(events_[i], time);
            send_what_is_due(time);
            come_again(time);
        }
        return slice_;
    }

private:
    bool is_open_loop() const { return options_.rate > 0; }

    int wait() {
        const int timeout = is_open_loop() ? 0 : refused_.empty() ? kPatienceMs : 1;
        const int count = epoll_wait(target_.epoll_.get(), events_, kEvents, timeout);
        const Nanoseconds patience_end = end_ + Nanoseconds{kPatienceMs} * 1'000'000;
        if ((count == 0 && timeout == kPatienceMs) || now() > patience_end)
            throw std::runtime_error("the server does not answer");
        return count;
    }

    // Begins or ends the measured span when it is time.
    void keep_span(Nanoseconds time) {
        if (!measuring_ && !stopped_ && time >= measured_from_) {
            measuring_ = true;
            span_begin_ = time;
            cpu_begin_ = cpu_time(target_.options_.process);
            client_begin_ = read_clock(CLOCK_THREAD_CPUTIME_ID);
        }
        if (measuring_ && time >= end_) {
            slice_.seconds = to_seconds(time - span_begin_);
            slice_.cpu_seconds = to_seconds(cpu_time(target_.options_.process) - cpu_begin_);
            slice_.client_cpu_seconds =
                to_seconds(read_clock(CLOCK_THREAD_CPUTIME_ID) - client_begin_);
            measuring_ = false;
        }
        stopped_ = stopped_ || time >= end_;
    }

    void handle(const epoll_event& event, Nanoseconds time) {
        if (event.data.u32 == kScraper) {
            target_.scraper_->on_events(event.events, target_.buffer_, [&](int status) {
                check(status);
                --unanswered_;
                ++slice_.scrapes;
            });
            return;
        }
        Connection& connection = target_.connections_[event.data.u32];
        const std::size_t before = connection.unanswered();
        const std::uint64_t refused = slice_.refused;
        connection.on_events(event.events, target_.buffer_, [&](int status) {
            check(status);
            --unanswered_;
            ++slice_.all_requests;
            if (!measuring_) return;
            ++slice_.requests;
            slice_.latencies.add(time - connection.begin());
        });
        if (before == 0 || connection.unanswered() > 0) return;
        if (is_open_loop() || stopped_)
            idle_.push_back(&connection);
        else if (slice_.refused > refused)
            refused_.push_back({&connection, time + from_seconds(kPauseSeconds)});
        else
            send(connection, time);
    }

    void check(int status) {
        if (status / 100 == 2) return;
        if (!target_.options_.may_refuse || status != 503)
            throw std::runtime_error("answered with " + std::to_string(status));
        ++slice_.refused;
    }

    void send_what_is_due(Nanoseconds time) {
        if (stopped_) return;
        while (!idle_.empty() && (!is_open_loop() || next_due_ <= time)) {
            Connection* connection = idle_.back();
            idle_.pop_back();
            send(*connection, is_open_loop() ? next_due_ : time);
            if (is_open_loop()) next_due_ += from_seconds(1 / options_.rate);
        }
        if (options_.scrape_seconds > 0 && next_scrape_ <= time) scrape(time);
    }

    void come_again(Nanoseconds time) {
        while (!refused_.empty() && (stopped_ || refused_.front().due <= time)) {
            if (!stopped_) send(*refused_.front().connection, time);
            refused_.pop_front();
        }
    }

    void send(Connection& connection, Nanoseconds begin) {
        const auto run = target_.requests_.take(target_.next_, target_.options_.depth);
        slice_.all_bytes += run.bytes.size();
        unanswered_ += run.count;
        connection.send(run.bytes, run.count, begin);
    }

    void scrape(Nanoseconds time) {
        next_scrape_ += from_seconds(options_.scrape_seconds);
        if (!target_.scraper_)
            target_.scraper_.emplace(target_.options_.address, target_.epoll_.get(), kScraper);
        if (target_.scraper_->unanswered() > 0) return;
        std::size_t first = 0;
        const auto run = target_.scrape_.take(first, 1);
        ++unanswered_;
        target_.scraper_->send(run.bytes, run.count, time);
    }

    static constexpr int kEvents = 256;

    HttpTarget& target_;
    const SliceOptions options_;
    const Nanoseconds begin_;
    const Nanoseconds measured_from_;
    const Nanoseconds end_;
    Nanoseconds next_due_;
    Nanoseconds next_scrape_;

    struct Refused {
        Connection* connection;
        Nanoseconds due;
    };

    std::vector<Connection*> idle_;
    std::deque<Refused> refused_;  // The first of them is due first.
    std::size_t unanswered_ = 0;
    bool measuring_ = false;
    bool stopped_ = false;
    Nanoseconds span_begin_ = 0;
    Nanoseconds cpu_begin_ = 0;
    Nanoseconds client_begin_ = 0;
    Slice slice_;
    epoll_event events_[kEvents];
};

HttpTarget::HttpTarget(HttpTargetOptions options)
    : options_(std::move(options)),
      requests_(http_requests(options_.form)),
      scrape_(scrape_request()),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      buffer_(256 << 10, '\0') {
    for (std::uint32_t i = 0; i < options_.connections; ++i)
        connections_.emplace_back(options_.address, epoll_.get(), i);
}

Slice HttpTarget::run(const SliceOptions& slice) { return Run(*this, slice).to_its_end(); }

}  // namespace load
