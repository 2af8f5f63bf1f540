#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "daemon/options.h"

namespace boxkited {

// Loads options as a daemon on the host `replica-host` would:
//
//   Loader load;
//   load.file(R"({"threads": 2})");
//   load.environment.variables["BOXKITED_THREADS"] = "3";
//   CHECK(load.options().http.threads == 3);
class Loader {
public:
    CommandLine command_line;
    Environment environment{{}, "replica-host"};

    Loader() { std::filesystem::create_directories(directory_); }
    ~Loader() { std::filesystem::remove_all(directory_); }
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;

    // Writes the config file and names it on the command line.
    void file(std::string_view text) {
        const auto path = directory_ / "boxkited.json";
        std::ofstream(path) << text;
        command_line.config = path.string();
    }

    Result<LoadedOptions, OptionsError> operator()() const {
        return load_options(command_line, environment);
    }
    DaemonOptions options() const { return (*this)().value().options; }
    std::vector<std::string> warnings() const { return (*this)().value().warnings; }

    // Why they cannot be used, without the folder of the file; "good" when they can.
    std::string error() const {
        const auto loaded = (*this)();
        if (loaded) return "good";
        std::string text = to_string(loaded.error());
        const std::string folder = directory_.string() + "/";
        if (text.starts_with(folder)) text.erase(0, folder.size());
        return text;
    }

    const std::filesystem::path& directory() const { return directory_; }

private:
    const std::filesystem::path directory_ =
        std::filesystem::temp_directory_path() / ("boxkited-options-" + std::to_string(getpid()));
};

}  // namespace boxkited
