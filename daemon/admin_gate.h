#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace boxkited {

// Keeps web pages off the admin routes: a browser that was led here by another site (a foreign
// `Origin`), or by a name that its owner pointed at this address (DNS rebinding, a strange
// `Host`), is refused.
//
// Threads: immutable.
class AdminGate {
public:
    // `hosts`: names beside localhost and addresses that the daemon may be asked under.
    explicit AdminGate(std::vector<std::string> hosts) : hosts_(std::move(hosts)) {}

    // Why the request is refused; empty when it is not. Both as the header fields hold them.
    std::string refusal(std::string_view host, std::string_view origin) const;

private:
    bool is_own(std::string_view host) const;

    std::vector<std::string> hosts_;
};

}  // namespace boxkited
