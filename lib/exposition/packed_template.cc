#include "exposition/packed_template.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/checksum.h"

namespace boxkited {

namespace {

// Longer values are lines.
constexpr std::size_t kLongestNumber = 32;

// No symbol needs more than two bytes for each byte that it stands for.
constexpr std::size_t room_for(std::size_t text) { return 2 * text + 64; }

constexpr char kAnyDigit = '#';

DeflateCode code_for(const LineTemplate& lines, DeflateCode::Usage usage,
                     std::string_view typical_value) {
    constexpr std::string_view kDigits = "0123456789";
    for (const char c : typical_value) {
        if (c != kAnyDigit) usage.add_literal(c, lines.values());
    }
    const auto any = std::count(typical_value.begin(), typical_value.end(), kAnyDigit);
    for (const char digit : kDigits)
        usage.add_literal(digit, lines.values() * static_cast<std::size_t>(any) / kDigits.size());
    return DeflateCode(usage);
}

[[gnu::always_inline]] inline void put_literals(BitCursor& out, const DeflateCode& code,
                                                std::string_view text) {
    const char* at = text.data();
    const char* const end = at + text.size();
    for (; end - at >= 3; at += 3)
        out.put(joined(joined(code.literal(at[0]), code.literal(at[1])), code.literal(at[2])));
    for (; at != end; ++at) out.put(code.literal(*at));
}

[[gnu::always_inline]] inline void put_match(BitCursor& out, const DeflateCode& code,
                                             std::uint32_t length, std::uint32_t distance) {
    out.put(joined(code.length(length), code.distance(distance)));
}

// How many bytes the two have in common, from their begins.
std::uint32_t alike(std::string_view one, std::string_view other) {
    const std::size_t most =
        std::min({one.size(), other.size(), std::size_t(DeflateCode::kLongestMatch)});
    std::uint32_t same = 0;
    while (same < most && one[same] == other[same]) ++same;
    return same;
}

// Most lines begin like the one before.
void put_lines(BitCursor& out, const DeflateCode& code, std::string_view lines) {
    std::string_view last;
    while (!lines.empty()) {
        std::string_view line = lines.substr(0, lines.find('\n') + 1);
        lines.remove_prefix(line.size());
        const std::uint32_t same = alike(line, last);
        const auto distance = static_cast<std::uint32_t>(last.size());
        last = line;
        if (same >= DeflateCode::kShortestMatch && distance <= DeflateCode::kFarthest) {
            put_match(out, code, same, distance);
            line.remove_prefix(same);
        }
        put_literals(out, code, line);
    }
}

}  // namespace

// Where one scrape is.
struct PackedTemplate::Progress {
    // Too far from everything to be matched with.
    static constexpr std::uint32_t kNowhere = 1U << 31;

    std::vector<std::uint32_t> begins;  // Of the units, in the text.
    std::uint32_t at = 0;               // Wraps around: only differences count.
    bool owes_line_end = false;  // The last one is not written yet: the next match may have it.
};

// All that changes from symbol to symbol, where the compiler may keep it in registers.
class PackedTemplate::GroupWriter {
public:
    GroupWriter(const PackedTemplate& packed, Progress& progress, BitCursor bits)
        : packed_(packed),
          begins_(progress.begins.data()),
          bits_(bits),
          at_(progress.at),
          owes_line_end_(progress.owes_line_end) {}

    [[gnu::always_inline]] inline void write(std::uint32_t unit, std::string_view value) {
        begins_[unit] = at_;
        write_text(unit);
        if (value.empty()) return;
        pay_line_end();
        if (value.size() > kLongestNumber) {
            BitCursor bits = bits_;
            put_lines(bits, packed_.code_, value);
            bits_ = bits;
        } else {
            put_literals(bits_, packed_.code_, value.substr(0, value.size() - 1));
            owes_line_end_ = true;
        }
        at_ += static_cast<std::uint32_t>(value.size());
    }

    void leave_out(std::uint32_t unit) { begins_[unit] = at_ - Progress::kNowhere; }

    [[gnu::always_inline]] inline void pay_line_end() {
        if (std::exchange(owes_line_end_, false)) bits_.put(packed_.code_.literal('\n'));
    }

    BitCursor end(Progress& progress) const {
        progress.at = at_;
        progress.owes_line_end = owes_line_end_;
        return bits_;
    }

private:
    [[gnu::always_inline]] inline void write_text(std::uint32_t unit) {
        const Token* token = packed_.tokens_.data() + packed_.begins_[unit].token;
        const Token* const end = packed_.tokens_.data() + packed_.begins_[unit + 1].token;
        const char* known = packed_.bits_.data() + packed_.begins_[unit].bits;
        for (; token != end; ++token) {
            if (token->bits > 0) {
                pay_line_end();
                bits_.put_all(known, token->bits);
                known += (token->bits + 7) / 8;
            } else {
                write_match(unit, *token);
            }
            at_ += token->size;
        }
    }

    [[gnu::always_inline]] inline void write_match(std::uint32_t unit, const Token& token) {
        const std::uint32_t source = begins_[token.source];
        const std::uint32_t distance = at_ - source - token.offset;
        if (distance > DeflateCode::kFarthest) return write_far(unit, token);
        std::uint32_t size = token.size;
        // A line end stands before the begin of every unit but the first.
        const bool takes_line_end =
            owes_line_end_ && token.offset == 0 && source != 0 && size < DeflateCode::kLongestMatch;
        if (takes_line_end) {
            owes_line_end_ = false;
            ++size;
        }
        pay_line_end();
        put_match(bits_, packed_.code_, size, distance);
    }

    void write_far(std::uint32_t unit, const Token& token) {
        pay_line_end();
        BitCursor bits = bits_;
        const auto text = packed_.lines_.text_of(packed_.lines_.units()[unit]);
        put_literals(bits, packed_.code_, text.substr(at_ - begins_[unit], token.size));
        bits_ = bits;
    }

    const PackedTemplate& packed_;
    std::uint32_t* const begins_;
    BitCursor bits_;
    std::uint32_t at_;
    bool owes_line_end_;
};

std::optional<PackedTemplate> PackedTemplate::make(const LineTemplate& lines,
                                                   std::string_view typical_value,
                                                   const std::stop_token& stop) {
    const auto matches = find_matches(lines, typical_value, stop);
    if (!matches) return std::nullopt;
    PackedTemplate packed(lines, code_for(lines, matches->usage, typical_value));
    if (!packed.add_units(*matches, stop)) return std::nullopt;
    return packed;
}

// False when it was asked to stop.
bool PackedTemplate::add_units(const TemplateMatches& matches, const std::stop_token& stop) {
    BitWriter out(bits_);
    std::uint32_t next = 0;
    const auto begin_unit = [&] {
        begins_.push_back({static_cast<std::uint32_t>(tokens_.size()),
                           static_cast<std::uint32_t>(out.bits() / 8)});
    };
    for (std::uint32_t unit = 0; unit < lines_.units().size(); ++unit) {
        if (stop.stop_requested()) return false;
        begin_unit();
        add_unit(out, unit, std::span(matches.tokens).subspan(next, matches.ends[unit] - next));
        next = matches.ends[unit];
    }
    begin_unit();
    out.finish();
    bits_.append(sizeof(std::uint64_t), '\0');  // For BitCursor::put_all().
    bits_.shrink_to_fit();
    tokens_.shrink_to_fit();
    return true;
}

void PackedTemplate::add_unit(BitWriter& out, std::uint32_t unit,
                              std::span<const TemplateToken> tokens) {
    const std::string_view text = lines_.text_of(lines_.units()[unit]);
    std::uint32_t done = 0;
    for (auto token = tokens.begin(); token != tokens.end();) {
        const std::uint32_t begin = done;
        const std::uint64_t begin_bits = out.bits();
        for (; token != tokens.end() && token->is_within(unit); ++token) {
            add_known(out, *token, text, done);
            done += token->size;
        }
        if (done > begin)
            tokens_.push_back({done - begin, static_cast<std::uint32_t>(out.bits() - begin_bits)});
        BitCursor bits = out.begin(1);
        bits.align();
        out.end(bits);
        for (; token != tokens.end() && !token->is_within(unit); ++token) {
            tokens_.push_back({token->size, 0, token->source, token->offset});
            done += token->size;
        }
    }
}

void PackedTemplate::add_known(BitWriter& out, const TemplateToken& token, std::string_view text,
                               std::uint32_t position) const {
    BitCursor bits = out.begin(room_for(token.size));
    if (token.source == TemplateToken::kLiterals) {
        put_literals(bits, code_, text.substr(position, token.size));
    } else {
        put_match(bits, code_, token.size, position - token.offset);
    }
    out.end(bits);
}

void PackedTemplate::append(DeflatedText& out, const LineValues& values,
                            const std::vector<bool>& chosen) const {
    BitWriter writer(out.blocks);
    code_.begin_block(writer);
    Progress progress;
    progress.begins.resize(lines_.units().size());
    for (std::size_t group = 0; group < lines_.groups().size(); ++group)
        append_group(writer, progress, group, values, chosen[group]);
    BitCursor bits = writer.begin(room_for(1));
    if (progress.owes_line_end) bits.put(code_.literal('\n'));
    writer.end(bits);
    code_.end_block(writer);
    writer.finish();
    lines_.for_each_piece(values, chosen, [&](std::string_view piece) {
        out.crc32 = crc32_of(piece, out.crc32);
        out.length += piece.size();
    });
}

void PackedTemplate::append_group(BitWriter& out, Progress& progress, std::size_t group,
                                  const LineValues& values, bool is_chosen) const {
    const LineTemplate::Range range = lines_.range_of(group);
    GroupWriter writer(*this, progress, out.begin(is_chosen ? room_for(range.bytes(values)) : 0));
    std::uint32_t next_value = range.value;
    for (std::uint32_t unit = range.unit; unit < range.unit_end; ++unit) {
        const bool has_value = lines_.units()[unit].has_value;
        const auto value = has_value ? values[next_value++] : std::string_view();
        if (!is_chosen || (has_value && value.empty())) {
            writer.leave_out(unit);
        } else {
            writer.write(unit, value);
        }
    }
    out.end(writer.end(progress));
}

}  // namespace boxkited
