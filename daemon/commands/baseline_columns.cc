#include "daemon/commands/baseline_columns.h"

#include <algorithm>
#include <optional>

#include "table/json_line.h"

namespace boxkited {

namespace {

// What the flags say of a column; none of it: the column decides.
struct Choice {
    ColumnKind kind = ColumnKind::kAuto;
    bool is_dropped = false;
    const char* flag = nullptr;  // Which said it.
};

std::optional<std::size_t> find(const TableColumns& table, std::string_view name) {
    const auto found = std::find(table.names.begin(), table.names.end(), name);
    if (found == table.names.end()) return std::nullopt;
    return static_cast<std::size_t>(found - table.names.begin());
}

Failure<std::string> no_column(const TableColumns& table, const std::string& flag,
                               std::string_view name) {
    constexpr std::size_t kShown = 50;
    std::string text = flag + ": no column is called " + quoted_name(name) + "; there are ";
    for (std::size_t i = 0; i < std::min(table.names.size(), kShown); ++i)
        text += (i == 0 ? "" : ", ") + quoted_name(table.names[i]);
    if (table.names.size() > kShown)
        text += " and " + std::to_string(table.names.size() - kShown) + " more";
    return Failure{std::move(text)};
}

// A text that is a column's name is that column, commas or not.
std::vector<std::string> names_in(const TableColumns& table, const std::string& text) {
    if (find(table, text)) return {text};
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto comma = std::min(text.find(',', begin), text.size());
        names.push_back(text.substr(begin, comma - begin));
        begin = comma + 1;
    }
    return names;
}

Result<void, std::string> apply(const TableColumns& table, const char* flag,
                                const std::vector<std::string>& texts, Choice said,
                                std::vector<Choice>& choices) {
    said.flag = flag;
    for (const std::string& text : texts) {
        for (const std::string& name : names_in(table, text)) {
            const auto place = find(table, name);
            if (!place) return no_column(table, flag, name);
            Choice& choice = choices[*place];
            if (choice.flag != nullptr && std::string_view(choice.flag) != flag)
                return Failure{std::string(flag) + ": " + quoted_name(name) + " is in " +
                               choice.flag + " too"};
            choice = said;
        }
    }
    return {};
}

Result<std::vector<Choice>, std::string> choices_of(const TableColumns& table,
                                                    const BaselineFlags& flags) {
    std::vector<Choice> choices(table.names.size());
    const Choice dropped{.is_dropped = true};
    for (const auto& [flag, texts, said] :
         {std::tuple("--drop", &flags.drop, dropped),
          std::tuple("--discrete", &flags.discrete, Choice{ColumnKind::kDiscrete}),
          std::tuple("--continuous", &flags.continuous, Choice{ColumnKind::kContinuous})})
        if (auto good = apply(table, flag, *texts, said, choices); !good)
            return Failure{good.error()};
    return choices;
}

// Nothing when the table has none.
Result<std::optional<std::size_t>, std::string> prediction_of(const TableColumns& table,
                                                              const BaselineFlags& flags,
                                                              const std::vector<Choice>& choices) {
    if (!flags.prediction) {
        auto place = table.are_events ? table.output : find(table, "prediction");
        if (place && choices[*place].is_dropped) place.reset();
        return place;
    }
    // The output of events comes before a feature that is called so too.
    const bool is_output = table.output && *flags.prediction == table.names[*table.output];
    const auto place = is_output ? table.output : find(table, *flags.prediction);
    if (!place) return no_column(table, "--prediction", *flags.prediction);
    if (choices[*place].is_dropped)
        return Failure{"--prediction: " + quoted_name(*flags.prediction) + " is in --drop too"};
    return place;
}

// An index that a data frame was written with is no feature, and has no name.
Result<void, std::string> check_unnamed(const TableColumns& table,
                                        const std::vector<Choice>& choices) {
    for (const std::size_t place : table.unnamed) {
        if (choices[place].flag != nullptr) continue;
        const std::string& name = table.names[place];
        return Failure{"column " + std::to_string(place + 1) +
                       " has no name: leave it out with --drop " + name +
                       ", or say what it is with --continuous " + name + " or --discrete " + name};
    }
    return {};
}

}  // namespace

Result<BaselineColumns, std::string> choose_columns(const TableColumns& table,
                                                    const BaselineFlags& flags) {
    const auto choices = choices_of(table, flags);
    if (!choices) return Failure{choices.error()};
    if (auto named = check_unnamed(table, *choices); !named) return Failure{named.error()};
    const auto prediction = prediction_of(table, flags, *choices);
    if (!prediction) return Failure{prediction.error()};

    BaselineColumns chosen;
    chosen.has_prediction = prediction->has_value();
    for (std::size_t i = 0; i < table.names.size(); ++i) {
        if ((*choices)[i].is_dropped) continue;
        chosen.columns.push_back({table.names[i], (*choices)[i].kind, *prediction == i});
        chosen.places.push_back(i);
    }
    if (chosen.columns.empty()) return Failure{std::string("--drop: no column is left")};
    return chosen;
}

}  // namespace boxkited
