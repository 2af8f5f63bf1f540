#include "shipping/credentials.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/ascii_text.h"
#include "base/regular_file.h"
#include "base/utc_text.h"
#include "shipping/http_client.h"

namespace boxkited {

namespace {

using Reason = ShipError::Reason;

constexpr std::size_t kLargestFile = 64 << 10;
// Credentials are fetched anew so long before they expire.
constexpr std::chrono::minutes kBeforeExpiry{5};

constexpr char kKeyId[] = "AWS_ACCESS_KEY_ID";
constexpr char kSecret[] = "AWS_SECRET_ACCESS_KEY";
constexpr char kSessionToken[] = "AWS_SESSION_TOKEN";
constexpr char kRelativeUri[] = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
constexpr std::string_view kBlank = " \t\r\n";
constexpr char kFullUri[] = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
constexpr char kToken[] = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
constexpr char kTokenFile[] = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

constexpr std::array<std::string_view, 5> kHostsOfPlatforms{
    "localhost", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "[::1]"};

Failure<ShipError> failure(std::string text) {
    return Failure{ShipError{Reason::kCredentials, "credentials: " + std::move(text)}};
}

// Nothing that would end a header, whoever wrote it.
bool is_header_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_usable(const Credentials& credentials) {
    return !credentials.key_id.empty() && !credentials.secret.empty() &&
           is_header_text(credentials.key_id) && is_header_text(credentials.secret) &&
           is_header_text(credentials.session_token);
}

}  // namespace

CredentialsSource::CredentialsSource(const ShipOptions& options, const Variables& variables,
                                     const Clock& clock)
    : options_(options), variables_(variables), clock_(clock) {}

std::string CredentialsSource::variable(const std::string& name) const {
    const auto at = variables_.find(name);
    return at == variables_.end() ? std::string() : at->second;
}

std::string CredentialsSource::fault() const {
    const auto text_of = [](const Result<Credentials, ShipError>& got) {
        return got ? std::string() : got.error().text.substr(got.error().text.find(": ") + 2);
    };
    switch (options_.credentials) {
        case ShipOptions::CredentialsFrom::kEnvironment:
            return text_of(of_environment());
        case ShipOptions::CredentialsFrom::kFile:
            return text_of(of_file());
        case ShipOptions::CredentialsFrom::kContainer:
            break;
    }
    if (container_url().empty())
        return std::string("neither ") + kRelativeUri + " nor " + kFullUri + " is set";
    if (!may_give_credentials(container_url()))
        return std::string(kFullUri) + " is neither https nor an address of this machine";
    return {};
}

Result<Credentials, ShipError> CredentialsSource::get(HttpClient& http) {
    switch (options_.credentials) {
        case ShipOptions::CredentialsFrom::kEnvironment:
            return of_environment();
        case ShipOptions::CredentialsFrom::kFile:
            return of_file();
        case ShipOptions::CredentialsFrom::kContainer:
            break;
    }
    return of_container(http);
}

Result<Credentials, ShipError> CredentialsSource::of_environment() const {
    Credentials credentials{variable(kKeyId), variable(kSecret), variable(kSessionToken)};
    if (credentials.key_id.empty()) return failure(std::string(kKeyId) + " is not set");
    if (credentials.secret.empty()) return failure(std::string(kSecret) + " is not set");
    if (!is_usable(credentials))
        return failure(std::string(kKeyId) + " or what belongs to it is not visible ASCII");
    return credentials;
}

Result<Credentials, ShipError> CredentialsSource::of_file() const {
    const auto text = read_regular_file(options_.credentials_file, kLargestFile);
    const std::string path = options_.credentials_file.native();
    if (!text) return failure(path + ": " + to_string(text.error()));
    const auto credentials = parse_credentials_file(*text);
    if (!credentials)
        return failure(path +
                       ": expected aws_access_key_id and aws_secret_access_key in [default]");
    return *credentials;
}

std::string CredentialsSource::container_url() const {
    const auto relative = variable(kRelativeUri);
    return relative.empty() ? variable(kFullUri) : "http://169.254.170.2" + relative;
}

Result<Credentials, ShipError> CredentialsSource::of_container(HttpClient& http) {
    const auto now = clock_.now();
    const auto is_good_until = [&](WallTime time) {
        return of_role_ && (!of_role_->expires || *of_role_->expires > time);
    };
    if (is_good_until(now + kBeforeExpiry)) return *of_role_;
    auto fresh = ask_container(http);
    if (!fresh) return is_good_until(now) ? *of_role_ : fresh;
    return *(of_role_ = *std::move(fresh));
}

Result<Credentials, ShipError> CredentialsSource::ask_container(HttpClient& http) const {
    HttpRequest request;
    request.url = container_url();
    request.goes_direct = true;
    std::string token = variable(kToken);
    if (const auto file = variable(kTokenFile); !file.empty()) {
        const auto text = read_regular_file(file, kLargestFile);
        if (!text) return failure(file + ": " + to_string(text.error()));
        token = trimmed(*text, kBlank);
    }
    if (!is_header_text(token)) return failure("the token of the container has line ends in it");
    if (!token.empty()) request.headers.push_back("Authorization: " + token);

    const auto answer = http.perform(request);
    if (!answer) {
        if (answer.error().reason == Reason::kStopped) return Failure{answer.error()};
        return failure(answer.error().text);
    }
    if (answer->status != 200)
        return failure("GET " + request.url + ": " + std::to_string(answer->status));
    const auto credentials = parse_container_credentials(answer->body);
    if (!credentials) return failure("GET " + request.url + ": no credentials in the answer");
    return *credentials;
}

std::optional<Credentials> parse_credentials_file(std::string_view text) {
    Credentials found;
    bool is_default = false;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = trimmed(text.substr(0, end), kBlank);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.starts_with('[')) is_default = line == "[default]";
        const auto equals = line.find('=');
        if (!is_default || line.starts_with('#') || equals == line.npos) continue;
        const auto key = trimmed(line.substr(0, equals), kBlank);
        const auto value = trimmed(line.substr(equals + 1), kBlank);
        if (key == "aws_access_key_id") found.key_id = value;
        if (key == "aws_secret_access_key") found.secret = value;
        if (key == "aws_session_token") found.session_token = value;
    }
    if (!is_usable(found)) return std::nullopt;
    return found;
}

std::optional<Credentials> parse_container_credentials(std::string_view json) {
    const auto document = nlohmann::json::parse(json, nullptr, false);
    if (!document.is_object()) return std::nullopt;
    const auto text = [&](const char* key) {
        const auto at = document.find(key);
        return at != document.end() && at->is_string() ? at->get<std::string>() : std::string();
    };
    Credentials found{text("AccessKeyId"), text("SecretAccessKey"), text("Token")};
    if (!is_usable(found)) return std::nullopt;
    if (const auto expires = text("Expiration"); !expires.empty()) {
        found.expires = parse_rfc3339(expires);
        if (!found.expires) return std::nullopt;
    }
    return found;
}

bool may_give_credentials(std::string_view url) {
    constexpr std::string_view kHttp = "http://";
    if (url.starts_with("https://")) return true;
    if (!url.starts_with(kHttp)) return false;
    const auto rest = url.substr(kHttp.size());
    const auto authority = rest.substr(0, rest.find_first_of("/?#"));
    if (authority.find('@') != authority.npos) return false;
    const auto host_end = authority.starts_with('[')
                              ? authority.find(']') + 1
                              : std::min(authority.find(':'), authority.size());
    const auto host = authority.substr(0, host_end);
    const auto is_loopback =
        host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos;
    return is_loopback || std::find(kHostsOfPlatforms.begin(), kHostsOfPlatforms.end(), host) !=
                              kHostsOfPlatforms.end();
}

}  // namespace boxkited
