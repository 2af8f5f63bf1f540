#include <cstdio>
#include <string>
#include <vector>

#include "daemon/app.h"
#include "daemon/commands/commands.h"
#include "daemon/version.h"

int main(int argc, char** argv) {
    using namespace boxkited;
    const auto command_line = parse_command_line(std::vector<std::string>(argv + 1, argv + argc));
    if (!command_line) {
        constexpr int kUsageWrong = 2;
        std::fprintf(stderr, "boxkited: %s\n", command_line.error().message.c_str());
        return kUsageWrong;
    }
    switch (command_line->command) {
        case CommandLine::Command::kVersion:
            std::printf("boxkited %s\n", std::string(kVersion).c_str());
            return 0;
        case CommandLine::Command::kHelp:
            std::fputs(command_line->help.c_str(), stdout);
            return 0;
        case CommandLine::Command::kBaseline:
            return baseline(command_line->baseline);
        case CommandLine::Command::kCheck:
            return check(*command_line, process_environment());
        case CommandLine::Command::kDrift:
            return drift(command_line->drift, process_environment());
        case CommandLine::Command::kHealth:
            return health(*command_line, process_environment());
        case CommandLine::Command::kServe:
            break;
    }
    return App(*command_line, process_environment()).run();
}
