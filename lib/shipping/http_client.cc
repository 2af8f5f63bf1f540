#include "shipping/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <new>

#include "base/storage.h"
#include "shipping/credentials.h"
#include "shipping/object_body.h"

namespace boxkited {

namespace {

using Reason = ShipError::Reason;

constexpr std::size_t kMostBody = 64 << 10;
constexpr std::size_t kMostHeaders = 100;
constexpr long kConnectSeconds = 10;
constexpr long kSilentSeconds = 60;
constexpr long kAnswerSeconds = 120;  // For a request without a body: its answer is small.
constexpr int kPollMs = 1000;

void initialize_library() {
    static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (done != CURLE_OK) throw std::bad_alloc();
}

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

HeaderList make_list(const std::vector<std::string>& headers) {
    HeaderList list;
    for (const std::string& header : headers) {
        curl_slist* const longer = curl_slist_append(list.get(), header.c_str());
        if (longer == nullptr) throw std::bad_alloc();
        (void)list.release();
        list.reset(longer);
    }
    return list;
}

// What a request takes and gives while it runs.
struct Exchange {
    ObjectBody* body;
    HttpAnswer answer;
    std::optional<IoError> read_error;
};

std::size_t send_body(char* buffer, std::size_t size, std::size_t count, void* data) {
    auto& exchange = *static_cast<Exchange*>(data);
    const auto got = exchange.body->read(buffer, size * count);
    if (got) return *got;
    exchange.read_error = got.error();
    return CURL_READFUNC_ABORT;
}

int rewind_body(void* data, curl_off_t offset, int origin) {
    if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
    static_cast<Exchange*>(data)->body->rewind();
    return CURL_SEEKFUNC_OK;
}

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* data) {
    std::string& body = static_cast<Exchange*>(data)->answer.body;
    body.append(bytes, std::min(size * count, kMostBody - body.size()));
    return size * count;
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* data) {
    auto& headers = static_cast<Exchange*>(data)->answer.headers;
    const std::string_view line(bytes, size * count);
    if (line.starts_with("HTTP/")) headers.clear();  // After a `100 Continue` comes the answer.
    const auto colon = line.find(':');
    if (colon == line.npos || headers.size() >= kMostHeaders) return line.size();
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const auto begin = line.find_first_not_of(" \t", colon + 1);
    const auto end = line.find_last_not_of(" \t\r\n");
    if (begin != line.npos && begin <= end) headers[name] = line.substr(begin, end + 1 - begin);
    return line.size();
}

}  // namespace

struct HttpClient::Handles {
    CURL* easy = curl_easy_init();
    CURLM* multi = curl_multi_init();
    std::array<char, CURL_ERROR_SIZE> error{};

    template <typename T>
    void set(CURLoption option, T value) const {
        curl_easy_setopt(easy, option, value);
    }
    void set(CURLoption option, const std::string& value) const { set(option, value.c_str()); }
};

HttpClient::HttpClient() : handles_((initialize_library(), std::make_unique<Handles>())) {
    if (handles_->easy == nullptr || handles_->multi == nullptr) throw std::bad_alloc();
}

HttpClient::~HttpClient() {
    curl_easy_cleanup(handles_->easy);
    curl_multi_cleanup(handles_->multi);
}

void HttpClient::stop() {
    is_stopped_ = true;
    curl_multi_wakeup(handles_->multi);
}

Result<HttpAnswer, ShipError> HttpClient::perform(const HttpRequest& request) {
    Exchange exchange{request.body, {}, {}};
    const HeaderList headers = make_list(request.headers);
    const Handles& h = *handles_;
    curl_easy_reset(h.easy);
    h.set(CURLOPT_URL, request.url);
    h.set(CURLOPT_PROTOCOLS_STR, "http,https");
    h.set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    h.set(CURLOPT_PATH_AS_IS, 1L);
    h.set(CURLOPT_FOLLOWLOCATION, 0L);
    h.set(CURLOPT_NOSIGNAL, 1L);
    h.set(CURLOPT_QUICK_EXIT, 1L);  // A name that is being looked up holds up no end.
    h.set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    h.set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    h.set(CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
    h.set(CURLOPT_ERRORBUFFER, h.error.data());
    h.set(CURLOPT_HTTPHEADER, headers.get());
    h.set(CURLOPT_WRITEFUNCTION, &take_body);
    h.set(CURLOPT_WRITEDATA, &exchange);
    h.set(CURLOPT_HEADERFUNCTION, &take_header);
    h.set(CURLOPT_HEADERDATA, &exchange);
    if (request.goes_direct) h.set(CURLOPT_NOPROXY, "*");
    if (!request.ca_file.empty()) h.set(CURLOPT_CAINFO, request.ca_file.native());
    if (!request.range.empty()) h.set(CURLOPT_RANGE, request.range);
    if (request.credentials != nullptr) {
        h.set(CURLOPT_AWS_SIGV4, "aws:amz:" + request.region + ":s3");
        h.set(CURLOPT_USERNAME, request.credentials->key_id);
        h.set(CURLOPT_PASSWORD, request.credentials->secret);
    }
    if (request.body == nullptr) h.set(CURLOPT_TIMEOUT, kAnswerSeconds);
    if (request.body != nullptr) {
        request.body->rewind();
        h.set(CURLOPT_UPLOAD, 1L);
        h.set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.body_bytes));
        h.set(CURLOPT_READFUNCTION, &send_body);
        h.set(CURLOPT_READDATA, &exchange);
        h.set(CURLOPT_SEEKFUNCTION, &rewind_body);
        h.set(CURLOPT_SEEKDATA, &exchange);
        h.set(CURLOPT_MAX_SEND_SPEED_LARGE, static_cast<curl_off_t>(request.bytes_per_second));
    }

    const std::string what = (request.body != nullptr ? "PUT " : "GET ") + request.url;
    const auto done = run_to_end(what);
    if (exchange.read_error)
        return Failure{ShipError{Reason::kLocal, to_string(*exchange.read_error)}};
    if (!done) return Failure{done.error()};
    long status = 0;
    curl_easy_getinfo(h.easy, CURLINFO_RESPONSE_CODE, &status);
    exchange.answer.status = static_cast<int>(status);
    return std::move(exchange.answer);
}

Result<void, ShipError> HttpClient::run_to_end(const std::string& what) {
    const Handles& h = *handles_;
    handles_->error[0] = '\0';
    curl_multi_add_handle(h.multi, h.easy);
    int running = 1;
    CURLMcode good = CURLM_OK;
    while (running > 0 && good == CURLM_OK && !is_stopped_) {
        good = curl_multi_perform(h.multi, &running);
        if (running > 0 && good == CURLM_OK && !is_stopped_)
            good = curl_multi_poll(h.multi, nullptr, 0, kPollMs, nullptr);
    }
    int left = 0;
    const CURLMsg* const message = curl_multi_info_read(h.multi, &left);
    const CURLcode code = message != nullptr ? message->data.result : CURLE_ABORTED_BY_CALLBACK;
    curl_multi_remove_handle(h.multi, h.easy);
    if (is_stopped_) return Failure{ShipError{Reason::kStopped, "stopped"}};
    if (code == CURLE_OK) return {};
    const std::string why = h.error[0] != '\0' ? h.error.data() : curl_easy_strerror(code);
    return Failure{ShipError{Reason::kUnreachable, what + ": " + why}};
}

}  // namespace boxkited
