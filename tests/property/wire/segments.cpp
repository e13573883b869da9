// Reading and writing segments.
#include <string>
#include <vector>

#include "tests/property/claim.hpp"
#include "tests/property/wire/segment_subject.hpp"

namespace sequent::property {
namespace segments_properties {

// Makes a wire form of a header's options with padding and unknown options before, between and after them. Gives up
// what does not fit into forty octets of unknown ones first.
std::vector<std::uint8_t> disguised_options(const std::vector<std::vector<std::uint8_t>>& known,
                                            number_choice& choose) {
  constexpr std::uint8_t unknown_kinds[] = {6, 7, 9, 14, 19, 28, 29, 30, 35, 69, 172, 253, 254, 255};
  std::size_t left = 40;
  for (const auto& each : known) left -= each.size();
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; i <= known.size(); ++i) {
    for (std::size_t more = choose.pick(3); more != 0 && left != 0; --more) {
      const std::size_t length = choose.pick(9);
      if (length < 2 || length > left) {
        out.push_back(1);
        --left;
        continue;
      }
      out.push_back(unknown_kinds[choose.pick(std::size(unknown_kinds))]);
      out.push_back(static_cast<std::uint8_t>(length));
      for (std::size_t k = 2; k < length; ++k) out.push_back(static_cast<std::uint8_t>(choose.pick(256)));
      left -= length;
    }
    if (i != known.size()) out.insert(out.end(), known[i].begin(), known[i].end());
  }
  // The rest of the last word: padding, or an end marker with anything behind it.
  bool ended = false;
  while (out.size() % 4 != 0) {
    ended = ended || choose.pick(2) == 1;
    out.push_back(ended ? 0 : 1);
  }
  return out;
}

// The options one by one, in the order in which the writer puts them.
std::vector<std::vector<std::uint8_t>> split_options(std::span<const std::uint8_t> area) {
  std::vector<std::vector<std::uint8_t>> parts;
  for (std::size_t at = 0; at < area.size() && area[at] != 0;) {
    const std::size_t length = area[at] == 1 ? 1 : area[at + 1];
    if (area[at] != 1)
      parts.emplace_back(area.begin() + static_cast<std::ptrdiff_t>(at),
                         area.begin() + static_cast<std::ptrdiff_t>(at + length));
    at += length;
  }
  return parts;
}

template <class Codec>
std::string round_trip(const drawn_case& c) {
  number_choice choose(c.head);
  segment<u32> seg = drawn_header(choose);
  std::vector<std::uint8_t> text(choose.pick(70));
  for (auto& octet : text) octet = static_cast<std::uint8_t>(choose.pick(256));
  seg.text_length = static_cast<u32>(text.size());
  const std::size_t offset = header_length + options_length(seg.options);
  std::vector<std::uint8_t> wire(offset);
  wire.insert(wire.end(), text.begin(), text.end());
  Codec::emit(seg, wire);
  const auto parsed = Codec::parse(wire);
  if (!parsed) return std::string("what was written is refused: ") + describe(parsed.why());
  if (!(parsed->header == seg)) return "what was read is not what was written";
  if (!std::ranges::equal(parsed->text, text)) return "the text is another";

  // Unknown options and any alignment change nothing (MUST-6, MUST-64).
  const auto options = disguised_options(split_options(std::span(wire).subspan(20, offset - 20)), choose);
  std::vector<std::uint8_t> disguised(wire.begin(), wire.begin() + 20);
  disguised.insert(disguised.end(), options.begin(), options.end());
  disguised[12] = static_cast<std::uint8_t>((20 + options.size()) / 4 * 16);
  disguised.insert(disguised.end(), text.begin(), text.end());
  mend_checksum(disguised);
  const auto again = Codec::parse(disguised);
  if (!again) return std::string("refused with unknown options: ") + describe(again.why());
  if (!(again->header == seg) || !std::ranges::equal(again->text, text)) return "unknown options changed the segment";

  // Every single-bit error is noticed (MUST-3).
  const std::size_t bit = choose.pick(wire.size() * 8);
  wire[bit / 8] = static_cast<std::uint8_t>(wire[bit / 8] ^ (1u << bit % 8));
  if (Codec::parse(wire)) return "a flipped bit was not noticed: bit " + std::to_string(bit);
  return {};
}

/// Stops reading options at the first unknown one.
struct gives_up_early : production_codec {
  static result<parsed_segment> parse(std::span<const std::uint8_t> octets) {
    const auto parsed = production_codec::parse(octets);
    if (!parsed) return parsed;
    parsed_segment out = *parsed;
    for (std::size_t at = 20; at < octets.size() - out.text.size() && octets[at] != 0;) {
      const bool known = octets[at] == 1 || octets[at] == 2 || octets[at] == 3 || octets[at] == 4 || octets[at] == 5 ||
                         octets[at] == 8 || octets[at] == 34;
      if (!known) out.header.options = {};
      at += octets[at] == 1 ? std::size_t{1} : octets[at + 1];
    }
    return out;
  }
};

/// Does not verify checksums.
struct trusts_checksum : production_codec {
  static result<parsed_segment> parse(std::span<const std::uint8_t> octets) {
    return parse_segment(octets, pseudo_header{}, checksum_by::hardware);
  }
};

const registered round_trips{claim{
    // covers: MUST-2 MUST-3 MUST-4 MUST-6 MUST-64 rfc9293#3.2
    .id = "segment-round-trip",
    .says = "What is written is read again, with every option; padding and unknown options change nothing (MUST-6, "
            "MUST-64); "
            "a flipped bit is noticed (MUST-3)",
    .bounds = "all fields and options drawn, at most 69 octets of text, unknown options of 2 to 8 octets",
    .head = 160,
    .cases = 20'000,
    .run = saying(round_trip<production_codec>),
    .controls = {{"an unknown option ends the reading", saying(round_trip<gives_up_early>)},
                 {"the checksum is not verified", saying(round_trip<trusts_checksum>)}},
}};

template <class Codec>
std::string noise(const drawn_case& c) {
  number_choice choose(c.head);
  std::vector<std::uint8_t> octets(choose.pick(120));
  for (auto& octet : octets) octet = static_cast<std::uint8_t>(choose.pick(256));
  if (octets.size() >= 20 && choose.pick(8) != 0) {
    // Octets that look like options are rare among random ones.
    constexpr std::uint8_t likely[] = {0, 1, 2, 3, 4, 5, 8, 10, 18, 26, 34};
    for (std::size_t i = 20; i < std::min<std::size_t>(octets.size(), 60); ++i) {
      if (choose.pick(2) == 1) octets[i] = likely[choose.pick(std::size(likely))];
    }
    octets[12] = static_cast<std::uint8_t>((5 + choose.pick(11)) << 4);
    mend_checksum(octets);
  }
  return check_octets<Codec>(octets);
}

/// Takes an option of length 1 for padding.
struct forgives_length_one : production_codec {
  static result<parsed_segment> parse(std::span<const std::uint8_t> octets) {
    const auto parsed = production_codec::parse(octets);
    if (parsed || parsed.why() != error::bad_option_length || octets.size() < 22 || octets[21] != 1) return parsed;
    return parsed_segment{};
  }
};

const registered noises{claim{
    // covers: MUST-7 rfc9293#3.1
    .id = "segment-noise",
    .says =
        "Any octets are read as a second reader reads them, written from the RFC alone; malformed lengths are errors "
        "(MUST-7); what is accepted can be written and read again",
    .bounds = "at most 119 octets, most with a checksum that holds and octets that look like options",
    .head = 220,
    .cases = 20'000,
    .run = saying(noise<production_codec>),
    .controls = {{"an option of length 1 is forgiven", saying(noise<forgives_length_one>)},
                 {"the checksum is not verified", saying(noise<trusts_checksum>)}},
}};

/// Counts an odd last octet as the low half of its word.
std::uint32_t misplaced_odd_octet(std::span<const std::uint8_t> octets) {
  if (octets.size() % 2 == 0) return sum_octets(octets);
  return fold_checksum(sum_octets(octets.first(octets.size() - 1)) + octets.back());
}

template <std::uint32_t (*Sum)(std::span<const std::uint8_t>)>
std::string checksum_case(const drawn_case& c) {
  number_choice choose(c.head);
  const std::size_t shift = choose.pick(16);
  const std::size_t size = choose.pick(1'600);
  const std::uint32_t seed = choose.word();
  const std::size_t fill = choose.pick(4);
  std::vector<std::uint8_t> room(shift + size);
  std::uint64_t state = seed | 1u;
  for (auto& octet : room) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    octet = fill == 0 ? 0 : fill == 1 ? 0xff : static_cast<std::uint8_t>(state >> 56);
  }
  const auto octets = std::span<const std::uint8_t>(room).subspan(shift);
  const std::uint32_t expected = defined_sum(octets);
  if (Sum(octets) != expected) return "the sum of " + std::to_string(size) + " octets is another";
  // A sum with its own complement is all ones, wherever the field stands.
  const std::uint32_t whole = expected + checksum_field(expected);
  if (fold_checksum(whole) != 0xffff) return "the field does not complete the sum";
  return {};
}

std::uint32_t production_sum(std::span<const std::uint8_t> octets) { return sum_octets(octets); }

/// The sum from a copy in two parts, as out of a ring that wraps.
template <std::uint32_t (*Join)(std::uint32_t, std::size_t, std::uint32_t)>
std::uint32_t sum_of_copy(std::span<const std::uint8_t> octets) {
  std::vector<std::uint8_t> copied(octets.size());
  const std::size_t first = octets.size() * 3 / 7;
  const std::span<std::uint8_t> to(copied);
  const std::uint32_t front = copy_and_sum(octets.first(first), to.first(first));
  const std::uint32_t sum = Join(front, first, copy_and_sum(octets.subspan(first), to.subspan(first)));
  return std::ranges::equal(copied, octets) ? sum : ~sum;
}

std::uint32_t joined_in_place(std::uint32_t first, std::size_t, std::uint32_t second) {
  return fold_checksum(first + second);
}

std::string sums_of_both_kinds(const drawn_case& c) {
  std::string wrong = checksum_case<production_sum>(c);
  return wrong.empty() ? checksum_case<sum_of_copy<join_sums>>(c) : wrong;
}

const registered checksums{claim{
    // covers: rfc1071#1 checksum-offload
    .id = "checksum",
    .says = "The checksum is the sum that RFC 1071 defines, at every alignment and for odd lengths, also when it is "
            "formed while copying, in two parts",
    .bounds = "0 to 1599 octets at 16 alignments: random, all zeros, all ones",
    .head = 5,
    .cases = 20'000,
    .run = saying(sums_of_both_kinds),
    .controls = {{"an odd last octet is counted low", saying(checksum_case<misplaced_odd_octet>)},
                 {"a part behind an odd one is not turned", saying(checksum_case<sum_of_copy<joined_in_place>>)}},
}};

struct option_reader {
  static result<segment_options<u32>> read(std::span<const std::uint8_t> octets) { return parse_options(octets); }
};

/// Takes a group of timestamps for one whatever its length octet says.
struct hasty_reader : option_reader {
  static result<segment_options<u32>> read(std::span<const std::uint8_t> octets) {
    std::vector<std::uint8_t> mended(octets.begin(), octets.end());
    if (mended.size() >= 12 && mended[0] == 1 && mended[1] == 1 && mended[2] == 8) mended[3] = 10;
    return parse_options(mended);
  }
};

/// Takes a SACK option in front for a whole one, although the header ends before it.
struct trusting_reader : option_reader {
  static result<segment_options<u32>> read(std::span<const std::uint8_t> octets) {
    if (octets.size() >= 4 && octets[0] == 1 && octets[1] == 1 && octets[2] == 5 && octets[3] > octets.size() - 2) {
      return segment_options<u32>{};
    }
    return parse_options(octets);
  }
};

// Whole words of options as hosts write them, a few octets of which are then changed.
std::vector<std::uint8_t> nearly_common_options(number_choice& choose) {
  constexpr std::uint8_t groups[][4] = {{1, 1, 8, 10}, {4, 2, 8, 10}, {1, 1, 5, 10},  {1, 1, 5, 18},
                                        {1, 1, 5, 26}, {1, 1, 5, 34}, {2, 4, 5, 180}, {1, 3, 3, 7},
                                        {1, 1, 4, 2},  {34, 6, 1, 1}, {1, 1, 1, 1},   {1, 1, 1, 0}};
  std::vector<std::uint8_t> octets;
  for (std::size_t left = 1 + choose.pick(4); left != 0; --left) {
    const auto& group = groups[choose.pick(std::size(groups))];
    octets.insert(octets.end(), std::begin(group), std::end(group));
    const bool longer = group[2] == 8 || group[2] == 5;
    for (std::size_t body = longer && group[0] != 2 ? group[3] - 2u : 0u; body != 0; --body) {
      octets.push_back(static_cast<std::uint8_t>(choose.pick(256)));
    }
  }
  // Most lists are cut off where a header would end, some nowhere in particular.
  octets.resize(choose.pick(4) == 0 ? choose.pick(octets.size() + 1) : octets.size() - octets.size() % 4);
  for (std::size_t changes = choose.pick(3); changes != 0 && !octets.empty(); --changes) {
    octets[choose.pick(octets.size())] = static_cast<std::uint8_t>(choose.pick(40));
  }
  return octets;
}

template <class Reader>
std::string options_case(const drawn_case& c) {
  number_choice choose(c.head);
  const std::vector<std::uint8_t> octets = nearly_common_options(choose);
  segment_options<u32> expected;
  const bool good = detail::read_any_options(octets.data(), 0, static_cast<u32>(octets.size()), expected);
  const auto options = Reader::read(octets);
  if (options.has_value() != good) return good ? "refused without reason" : "accepted, although a length is impossible";
  if (good && !(*options == expected)) return "other options are read than the cursor reads";
  return {};
}

const registered option_groups{claim{
    // covers: rfc9293#3.2
    .id = "segment-options",
    .says = "Options that are read by whole words are the ones that the cursor reads, octet by octet",
    .bounds = "one to four groups of common options, some cut off, up to two octets of them changed",
    .head = 170,
    .cases = 20'000,
    .run = saying(options_case<option_reader>),
    .controls = {{"a length octet is not looked at", saying(options_case<hasty_reader>)},
                 {"a length past the end is believed", saying(options_case<trusting_reader>)}},
}};

}  // namespace segments_properties
}  // namespace sequent::property
