#include <cstdio>

#include "daemon/access.h"
#include "daemon/commands/commands.h"
#include "daemon/loaded_baseline.h"
#include "daemon/log_privacy.h"
#include "daemon/shipping.h"

namespace boxkited {

int check(const CommandLine& command_line, const Environment& environment) {
    constexpr int kInputWrong = 2;
    auto loaded = load_options(command_line, environment);
    if (!loaded) {
        std::fprintf(stderr, "boxkited: %s\n", to_string(loaded.error()).c_str());
        return kInputWrong;
    }
    for (const std::string& warning : loaded->warnings)
        std::fprintf(stderr, "boxkited: warning: %s\n", warning.c_str());
    std::fputs(config_text(loaded->options).c_str(), stdout);

    const auto access = load_access(loaded->options.http.listeners, environment);
    if (!access) {
        std::fprintf(stderr, "boxkited: %s\n", access.error().c_str());
        return kInputWrong;
    }
    if (const auto key = load_hash_key(loaded->options, environment); !key) {
        std::fprintf(stderr, "boxkited: %s\n", key.error().c_str());
        return kInputWrong;
    }
    if (const auto fault = shipping_fault(loaded->options, environment); !fault.empty()) {
        std::fprintf(stderr, "boxkited: %s\n", fault.c_str());
        return kInputWrong;
    }
    const auto baseline = load_baseline(loaded->options, SystemClock());
    if (!baseline) {
        std::fprintf(stderr, "boxkited: %s\n", baseline.error().c_str());
        return kInputWrong;
    }
    std::fprintf(stderr, "boxkited: config is good; %s\n",
                 baseline->path.empty()
                     ? "no baseline"
                     : (baseline->path + " is good: " +
                        std::to_string(baseline->baseline->variables.size()) + " variables")
                           .c_str());
    return 0;
}

}  // namespace boxkited
