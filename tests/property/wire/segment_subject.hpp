// Segments on the wire: a second reader, written from RFC 9293 section 3.1 alone, and ways to build segments.
// covers: rfc9293#3.1 rfc9293#3.2
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sequent/wire/emit.hpp"
#include "sequent/wire/parse.hpp"
#include "tests/property/drawn.hpp"

namespace sequent::property {

/// A number of `count` octets, most significant first.
[[nodiscard]] inline std::uint64_t number_at(std::span<const std::uint8_t> octets, std::size_t at, std::size_t count) {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < count; ++i) n = n * 256 + octets[at + i];
  return n;
}

/// The one's complement sum by its definition: 16-bit words, carries added back, an odd octet at the end counted high.
[[nodiscard]] inline std::uint32_t defined_sum(std::span<const std::uint8_t> octets) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) sum += std::uint64_t{octets[i]} << (i % 2 == 0 ? 8 : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint32_t>(sum);
}

/// Writes the checksum that holds, with an empty pseudo-header but for the length. The octets are a header at least.
inline void mend_checksum(std::span<std::uint8_t> octets) {
  octets[16] = octets[17] = 0;
  std::uint32_t sum = defined_sum(octets) + static_cast<std::uint32_t>(octets.size());
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  octets[16] = static_cast<std::uint8_t>(~sum >> 8);
  octets[17] = static_cast<std::uint8_t>(~sum);
}

/// What the second reader makes of octets: an error, or options and where the text begins.
struct second_reading {
  std::optional<error> wrong{};
  segment_options<u32> options{};
  std::size_t offset = 0;
};

namespace segment_detail {

inline void second_option(std::span<const std::uint8_t> body, segment_options<u32>& into) {
  const std::size_t size = body.size();
  const auto word = [&](std::size_t at) { return sequence_number<u32>(static_cast<u32>(number_at(body, at, 4))); };
  if (body[0] == 2 && size == 4) into.mss = static_cast<std::uint16_t>(number_at(body, 2, 2));
  if (body[0] == 3 && size == 3) into.window_scale = body[2];
  if (body[0] == 4 && size == 2) into.sack_permitted = true;
  if (body[0] == 8 && size == 10) into.ts = timestamps<u32>{word(2), word(6)};
  const bool even_cookie = size == 2 || (size >= 6 && size <= 18 && size % 2 == 0);
  if (body[0] == 34 && even_cookie) into.fast_open = fast_open_cookie::of(body.subspan(2));
  if (body[0] == 5) {
    into.sack = {};
    if ((size - 2) % 8 != 0) return;
    for (std::size_t at = 2; at < size; at += 8) into.sack.push({word(at), word(at + 4)});
  }
}

}  // namespace segment_detail

/// Reads a segment slowly and plainly.
[[nodiscard]] inline second_reading read_again(std::span<const std::uint8_t> octets) {
  second_reading out;
  if (octets.size() < 20) return {error::truncated_header, {}, 0};
  out.offset = std::size_t{4} * (octets[12] / 16);
  if (out.offset < 20) return {error::bad_data_offset, {}, 0};
  if (out.offset > octets.size()) return {error::truncated_header, {}, 0};
  std::uint32_t sum = defined_sum(octets) + static_cast<std::uint32_t>(octets.size());
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  if (sum != 0xffff) return {error::bad_checksum, {}, 0};
  for (std::size_t at = 20; at < out.offset && octets[at] != 0;) {
    if (octets[at] == 1) {
      ++at;
      continue;
    }
    const std::size_t length = at + 1 < out.offset ? octets[at + 1] : 0;
    if (length < 2 || at + length > out.offset) return {error::bad_option_length, {}, 0};
    segment_detail::second_option(octets.subspan(at, length), out.options);
    at += length;
  }
  return out;
}

/// The production reader and writer; broken variants derive from it.
struct production_codec {
  [[nodiscard]] static result<parsed_segment> parse(std::span<const std::uint8_t> octets) {
    return parse_segment(octets, pseudo_header{});
  }
  static void emit(const segment<u32>& header, std::span<std::uint8_t> out) {
    emit_segment(header, out, pseudo_header{});
  }
};

/// The two readers agree on octets, whatever they are; what is accepted can be written and read again. The octets are
/// read from a copy of exactly their size, so that a tool that watches memory sees any step outside.
template <class Codec = production_codec>
[[nodiscard]] std::string check_octets(std::span<const std::uint8_t> given) {
  const std::vector<std::uint8_t> octets(given.begin(), given.end());
  const auto parsed = Codec::parse(octets);
  const second_reading again = read_again(octets);
  if (parsed.has_value() == again.wrong.has_value()) {
    return parsed ? std::string("accepted, although: ") + describe(*again.wrong)
                  : std::string("refused without reason: ") + describe(parsed.why());
  }
  if (!parsed) {
    return parsed.why() == *again.wrong
               ? std::string()
               : std::string("refused for ") + describe(parsed.why()) + ", not " + describe(*again.wrong);
  }
  const segment<u32>& seg = parsed->header;
  const auto field = [&](std::size_t at, std::size_t count) { return number_at(octets, at, count); };
  if (seg.source_port != field(0, 2) || seg.destination_port != field(2, 2) || seg.seq.wire() != field(4, 4) ||
      seg.ack.wire() != field(8, 4) || seg.control.wire() != field(13, 1) || seg.wnd != field(14, 2) ||
      seg.up != field(18, 2)) {
    return "a field was read wrongly";
  }
  if (!(seg.options == again.options)) return "the options were read wrongly";
  if (parsed->text.data() != octets.data() + again.offset || parsed->text.size() != octets.size() - again.offset ||
      seg.text_length != parsed->text.size()) {
    return "the text was found in the wrong place";
  }
  // Options in a tighter layout than the writer's may need more room than a header has.
  const std::size_t offset = header_length + options_length(seg.options);
  if (offset > longest_header) return {};
  std::vector<std::uint8_t> written(offset + parsed->text.size());
  std::copy(parsed->text.begin(), parsed->text.end(), written.begin() + static_cast<std::ptrdiff_t>(offset));
  Codec::emit(seg, written);
  const auto reread = Codec::parse(written);
  if (!reread) return std::string("what was written again is refused: ") + describe(reread.why());
  if (!(reread->header == seg) || !std::ranges::equal(reread->text, parsed->text)) {
    return "what was written again is another segment";
  }
  return {};
}

/// A header with random fields and options that fit it, as a sender could write it.
template <class Chooser>
[[nodiscard]] segment<u32> drawn_header(Chooser& choose) {
  const auto word = [&] {
    const auto high = static_cast<u32>(choose.pick(0x10000));
    return high << 16 | static_cast<u32>(choose.pick(0x10000));
  };
  segment<u32> seg;
  seg.source_port = static_cast<std::uint16_t>(choose.pick(0x10000));
  seg.destination_port = static_cast<std::uint16_t>(choose.pick(0x10000));
  seg.seq = sequence_number<u32>(word());
  seg.ack = sequence_number<u32>(word());
  seg.control = control_bits<u32>(static_cast<u32>(choose.pick(256)));
  seg.wnd = static_cast<u32>(choose.pick(0x10000));
  seg.up = static_cast<u32>(choose.pick(0x10000));
  const std::size_t which = choose.pick(32);
  if ((which & 1) != 0) seg.options.mss = static_cast<std::uint16_t>(choose.pick(0x10000));
  if ((which & 2) != 0) seg.options.window_scale = static_cast<std::uint8_t>(choose.pick(256));
  if ((which & 4) != 0) seg.options.sack_permitted = true;
  if ((which & 8) != 0) {
    const sequence_number<u32> value(word());
    seg.options.ts = timestamps<u32>{value, sequence_number<u32>(word())};
  }
  if (const std::size_t half = choose.pick(16); half < 9 && half != 1) {
    std::vector<std::uint8_t> cookie(2 * half);
    for (auto& octet : cookie) octet = static_cast<std::uint8_t>(choose.pick(256));
    seg.options.fast_open = fast_open_cookie::of(cookie);
  }
  for (std::size_t blocks = (which & 16) != 0 ? 1 + choose.pick(4) : 0; blocks != 0; --blocks) {
    const sequence_number<u32> left(word());
    seg.options.sack.push({left, sequence_number<u32>(word())});
    if (seg.options.sack.count > sack_blocks_that_fit(seg.options) ||
        header_length + options_length(seg.options) > longest_header) {
      seg.options.sack.count = static_cast<std::uint8_t>(seg.options.sack.count - 1);
      seg.options.sack.block[seg.options.sack.count] = {};
      break;
    }
  }
  return seg;
}

}  // namespace sequent::property
