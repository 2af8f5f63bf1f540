#include "daemon/commands/drift_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "base/utf8.h"
#include "daemon/drift_json.h"

namespace boxkited {

namespace {

constexpr std::size_t kLongestName = 40;
constexpr std::size_t kColumns = 10;
constexpr std::size_t kTextColumns = 4;  // The others are numbers, and flush right.

struct TableCell {
    std::string text;
    std::size_t width;  // On a terminal.
};
using TableRow = std::array<TableCell, kColumns>;

TableCell plain(std::string text) {
    const std::size_t width = text.size();
    return {std::move(text), width};
}

struct CodeRange {
    char32_t first;
    char32_t last;
};

template <std::size_t N>
bool is_in(char32_t code, const std::array<CodeRange, N>& ranges) {
    return std::any_of(ranges.begin(), ranges.end(), [&](const CodeRange& range) {
        return code >= range.first && code <= range.last;
    });
}

// Controls, and what is invisible, joins what stands around it, or turns the direction of a line.
bool is_unshowable(char32_t code) {
    static constexpr std::array<CodeRange, 20> kRanges{
        {{0, 0x1F},        {0x7F, 0xA0},     {0xAD, 0xAD},     {0x300, 0x36F},
         {0x483, 0x489},   {0x61C, 0x61C},   {0x115F, 0x1160}, {0x180E, 0x180E},
         {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x2000, 0x200F}, {0x2028, 0x202F},
         {0x205F, 0x206F}, {0x20D0, 0x20FF}, {0x3164, 0x3164}, {0xFE00, 0xFE0F},
         {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFF}, {0xE0000, 0x10FFFF}}};
    return is_in(code, kRanges);
}

// East Asian characters and pictures, which take two places.
bool is_wide(char32_t code) {
    static constexpr std::array<CodeRange, 8> kRanges{{{0x1100, 0x115F},
                                                       {0x2E80, 0xA4CF},
                                                       {0xAC00, 0xD7A3},
                                                       {0xF900, 0xFAFF},
                                                       {0xFE30, 0xFE6F},
                                                       {0xFF00, 0xFF60},
                                                       {0x1F300, 0x1FAFF},
                                                       {0x20000, 0x3FFFD}}};
    return is_in(code, kRanges);
}

TableCell shown_character(const Utf8Character& character) {
    if (character.bytes.empty()) return {"\xEF\xBF\xBD", 1};
    if (character.code == '\\') return plain("\\\\");
    if (!is_unshowable(character.code))
        return {std::string(character.bytes), is_wide(character.code) ? 2U : 1U};
    std::array<char, 16> escape{};
    const char* const format = character.code < 0x10000 ? "\\u%04x" : "\\U%08x";
    std::snprintf(escape.data(), escape.size(), format, static_cast<unsigned>(character.code));
    return plain(escape.data());
}

TableCell shown_name(std::string_view name) {
    const bool is_quoted = name.empty() || name.front() == ' ' || name.back() == ' ';
    TableCell shown = plain(is_quoted ? "\"" : "");
    while (!name.empty()) {
        const Utf8Character character = first_character(name);
        const TableCell next = shown_character(character);
        if (shown.width + next.width > kLongestName - 4) {
            shown.text += "...";
            shown.width += 3;
            break;
        }
        shown.text += next.text;
        shown.width += next.width;
        name.remove_prefix(std::max<std::size_t>(character.bytes.size(), 1));
    }
    if (is_quoted) {
        shown.text += '"';
        ++shown.width;
    }
    return shown;
}

std::string with_format(const char* format, double number) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, number);
    return text.data();
}

std::string score_text(const std::optional<double>& score) {
    if (!score) return "-";
    if (*score == 0) return "0";
    return with_format(*score >= 0.0001 && *score < 10'000 ? "%.4f" : "%.3g", *score);
}

std::string short_text(const std::optional<double>& number) {
    return number ? with_format("%.3g", *number) : "-";
}

std::string percent(const std::optional<double>& ratio) {
    if (!ratio) return "-";
    if (*ratio == 0) return "0%";
    return *ratio < 0.0005 ? "<0.1%" : with_format("%.1f%%", *ratio * 100);
}

TableRow row_of(const BaselineVariable& variable, const VariableDrift& drift) {
    const Assessment& assessment = drift.assessment;
    return {shown_name(variable.name()),
            plain(std::string(label(kind_of(variable)))),
            plain(std::string(label(assessment.verdict))),
            plain(std::string(label(assessment.statistic))),
            plain(score_text(assessment.score)),
            plain(short_text(assessment.threshold)),
            plain(short_text(assessment.p_value)),
            plain(std::to_string(drift.observations)),
            plain(percent(drift.missing_ratio)),
            plain(percent(drift.unseen_ratio))};
}

std::vector<TableRow> rows_of(const Evaluation& evaluation) {
    std::vector<TableRow> rows{{plain("feature"), plain("kind"), plain("verdict"),
                                plain("statistic"), plain("score"), plain("threshold"),
                                plain("p-value"), plain("observations"), plain("missing"),
                                plain("unseen")}};
    const WindowDrift& window = evaluation.windows.front();
    for (const std::size_t position : by_severity(evaluation)) {
        const VariableDrift& drift = window.variables[position];
        rows.push_back(row_of(evaluation.layout->baseline().variables[drift.variable], drift));
    }
    return rows;
}

std::array<std::size_t, kColumns> widths_of(const std::vector<TableRow>& rows) {
    std::array<std::size_t, kColumns> widths{};
    for (const TableRow& row : rows)
        for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], row[i].width);
    return widths;
}

void append_row(std::string& out, const TableRow& row,
                const std::array<std::size_t, kColumns>& widths) {
    for (std::size_t i = 0; i < kColumns; ++i) {
        const std::string padding(widths[i] - row[i].width, ' ');
        out += i == 0 ? "" : "  ";
        out += i < kTextColumns ? row[i].text + padding : padding + row[i].text;
    }
    out += '\n';
}

}  // namespace

std::string drift_summary(const WindowDrift& drift) {
    const auto count = [&](Verdict verdict) {
        return std::count_if(drift.variables.begin(), drift.variables.end(),
                             [&](const auto& each) { return each.assessment.verdict == verdict; });
    };
    const auto without = count(Verdict::kInsufficientData);
    const auto drifted = count(Verdict::kDrifted);
    const auto judged = static_cast<std::ptrdiff_t>(drift.variables.size()) - without;
    if (drift.variables.empty()) return "no verdict: every variable is ignored";
    if (judged == 0) return "no verdict: every variable has too little data";
    std::string text = std::to_string(drifted) + " of " + std::to_string(judged) +
                       (judged == 1 ? " variable drifted (" : " variables drifted (") +
                       percent(drift.share) + ")";
    if (without > 0)
        text += "; " + std::to_string(without) +
                (without == 1 ? " has too little data" : " have too little data");
    return text;
}

std::string drift_table(const Evaluation& evaluation) {
    const std::vector<TableRow> rows = rows_of(evaluation);
    const auto widths = widths_of(rows);
    std::string out;
    for (const TableRow& row : rows) append_row(out, row, widths);
    out += '\n' + drift_summary(evaluation.windows.front()) + '\n';
    return out;
}

}  // namespace boxkited
