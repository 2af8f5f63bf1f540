#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "shipping/ship_error.h"
#include "shipping/ship_options.h"

namespace boxkited {

class HttpClient;

// What requests are signed with. Shown nowhere.
struct Credentials {
    std::string key_id;
    std::string secret;
    std::string session_token;             // Empty: there is none.
    std::optional<WallTime> expires = {};  // Nothing: they do not.
};

using Variables = std::map<std::string, std::string>;

// Where credentials come from, looked at again when they may have changed: a file whenever they
// are asked for, a container's role before they expire.
//
// Threads: one at a time.
class CredentialsSource {
public:
    CredentialsSource(const ShipOptions& options, const Variables& variables, const Clock& clock);

    // What is wrong with the source as far as that can be said without asking anybody. Empty when
    // nothing is: "AWS_ACCESS_KEY_ID is not set".
    std::string fault() const;

    Result<Credentials, ShipError> get(HttpClient& http);

private:
    std::string variable(const std::string& name) const;
    Result<Credentials, ShipError> of_environment() const;
    Result<Credentials, ShipError> of_file() const;
    Result<Credentials, ShipError> of_container(HttpClient& http);
    Result<Credentials, ShipError> ask_container(HttpClient& http) const;
    std::string container_url() const;

    const ShipOptions& options_;
    const Variables variables_;
    const Clock& clock_;
    std::optional<Credentials> of_role_;
};

// The keys of the section [default] of a file in the form of ~/.aws/credentials; nothing when the
// two that are needed are not there.
std::optional<Credentials> parse_credentials_file(std::string_view text);

// What the endpoint for roles of containers answers; nothing when it is something else.
std::optional<Credentials> parse_container_credentials(std::string_view json);

// Whether credentials may be fetched there: over HTTPS from anywhere, else from this machine and
// from the addresses that container platforms have for it.
bool may_give_credentials(std::string_view url);

}  // namespace boxkited
