#include "sequent/wire/options.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

namespace options_test {

using namespace sequent;

// Each list stands in a heap buffer of exactly its size, so that a sanitizer sees every octet read beyond it.
result<segment_options<u32>> parse(std::vector<std::uint8_t> octets) {
  octets.shrink_to_fit();
  return parse_options(octets);
}

option_cursor_step<u32> step(const std::vector<std::uint8_t>& octets, u32 at) {
  return step_option(at, static_cast<u32>(octets.size()), [&](u32 i) { return u32{octets.at(i)}; });
}

TEST(option_cursor, is_finished_at_the_end_and_at_the_end_marker) {
  EXPECT_EQ(step({}, 0).met, option_step::finished);
  EXPECT_EQ(step({1}, 1).met, option_step::finished);
  EXPECT_EQ(step({0, 2, 4}, 0).met, option_step::finished);
}

TEST(option_cursor, passes_over_one_nop) {
  const auto met = step({1, 1}, 0);
  EXPECT_EQ(met.met, option_step::padding);
  EXPECT_EQ(met.next, 1u);
}

TEST(option_cursor, passes_over_an_option_by_its_length) {
  const auto met = step({9, 2, 4, 5, 180, 1}, 1);
  EXPECT_EQ(met.met, option_step::option);
  EXPECT_EQ(met.kind, 2u);
  EXPECT_EQ(met.length, 4u);
  EXPECT_EQ(met.next, 5u);
}

// Every kind and every length octet, with every number of octets left: advances inside the list, or stops.
TEST(option_cursor, always_advances_and_never_leaves_the_list) {
  for (u32 kind = 0; kind != 256; ++kind) {
    for (u32 length = 0; length != 256; ++length) {
      for (u32 end = 0; end <= 40; ++end) {
        const auto octet = [&](u32 i) {
          EXPECT_LT(i, end);
          return i == 0 ? kind : length;
        };
        const auto met = step_option(0u, end, octet);
        if (met.met == option_step::padding || met.met == option_step::option) {
          ASSERT_GT(met.next, 0u);
          ASSERT_LE(met.next, end);
        }
        ASSERT_TRUE(met.met != option_step::option || met.length >= 2);
      }
    }
  }
}

TEST(options, an_empty_list_has_none) {
  const auto options = parse({});
  ASSERT_TRUE(options);
  EXPECT_EQ(*options, segment_options<u32>());
}

// covers: MUST-4
TEST(options, each_known_option_is_read) {
  EXPECT_EQ(parse({2, 4, 0x05, 0xb4})->mss, 1'460u);
  EXPECT_EQ(parse({3, 3, 7})->window_scale, 7u);
  EXPECT_TRUE(parse({4, 2})->sack_permitted);
  const auto ts = parse({8, 10, 1, 2, 3, 4, 0xff, 0xfe, 0xfd, 0xfc})->ts;
  ASSERT_TRUE(ts);
  EXPECT_EQ(ts->value.wire(), 0x0102'0304u);
  EXPECT_EQ(ts->echo.wire(), 0xfffe'fdfcu);
}

TEST(options, sack_blocks_are_read_in_order) {
  const auto options = parse({5, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 9});
  ASSERT_EQ(options->sack.count, 2u);
  EXPECT_EQ(options->sack.block[0], (sack_block<u32>{sequence_number<u32>(1), sequence_number<u32>(2)}));
  EXPECT_EQ(options->sack.block[1], (sack_block<u32>{sequence_number<u32>(0xffff'ffff), sequence_number<u32>(9)}));
}

// CVE-2019-11477 and its kin begin with a SACK option that is not what it seems.
TEST(options, a_sack_option_of_no_whole_blocks_is_ignored) {
  for (const std::uint8_t length : std::initializer_list<std::uint8_t>{2, 3, 9, 11, 17}) {
    std::vector<std::uint8_t> octets(length, 0xaa);
    octets[0] = 5;
    octets[1] = length;
    const auto options = parse(octets);
    ASSERT_TRUE(options) << int{length};
    EXPECT_EQ(options->sack.count, 0u) << int{length};
  }
}

TEST(options, a_sack_option_never_yields_more_than_four_blocks) {
  std::vector<std::uint8_t> octets(40, 0);
  octets[0] = 1;
  octets[1] = 1;
  octets[2] = 1;
  octets[3] = 1;
  octets[4] = 1;
  octets[5] = 1;
  octets[6] = 5;
  octets[7] = 34;
  EXPECT_EQ(parse(octets)->sack.count, 4u);
}

// covers: MUST-7
TEST(options, a_length_of_zero_is_an_error_and_no_endless_loop) {
  for (const std::uint8_t kind : std::initializer_list<std::uint8_t>{2, 3, 4, 5, 8, 30, 255}) {
    const auto options = parse({kind, 0, 0, 0});
    ASSERT_FALSE(options) << int{kind};
    EXPECT_EQ(options.why(), error::bad_option_length);
  }
}

// covers: MUST-7
TEST(options, a_length_of_one_is_an_error) {
  for (const std::uint8_t kind : std::initializer_list<std::uint8_t>{2, 3, 4, 5, 8, 30, 255}) {
    const auto options = parse({kind, 1, 0, 0});
    ASSERT_FALSE(options) << int{kind};
    EXPECT_EQ(options.why(), error::bad_option_length);
  }
}

// covers: MUST-7
TEST(options, a_length_past_the_end_is_an_error) {
  EXPECT_EQ(parse({2, 4, 5}).why(), error::bad_option_length);
  EXPECT_EQ(parse({1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0}).why(), error::bad_option_length);
  EXPECT_EQ(parse({30, 255, 1, 1}).why(), error::bad_option_length);
}

// seastar's option parser read one octet past the end here.
// covers: MUST-7
TEST(options, a_kind_in_the_very_last_octet_is_an_error) {
  EXPECT_EQ(parse({1, 1, 1, 2}).why(), error::bad_option_length);
  EXPECT_EQ(parse({8}).why(), error::bad_option_length);
}

TEST(options, a_list_of_twelve_octets_that_only_looks_like_timestamps_is_read_by_its_lengths) {
  const auto options = parse({1, 1, 8, 9, 0, 0, 0, 1, 0, 0, 0, 1});
  ASSERT_TRUE(options);
  EXPECT_FALSE(options->ts);
}

TEST(options, the_common_layout_of_timestamps_is_read_like_any_other) {
  const std::vector<std::uint8_t> common{1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2};
  const std::vector<std::uint8_t> other{8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1};
  EXPECT_EQ(*parse(common), *parse(other));
  ASSERT_TRUE(parse(common)->ts);
  EXPECT_EQ(parse(common)->ts->echo.wire(), 2u);
}

// covers: MUST-6
TEST(options, an_unknown_kind_is_skipped_by_its_length) {
  for (const std::uint8_t kind : std::initializer_list<std::uint8_t>{6, 7, 9, 19, 28, 29, 30, 34, 253, 254, 255}) {
    for (std::uint8_t length = 2; length != 12; ++length) {
      std::vector<std::uint8_t> octets(length, 0);
      octets[0] = kind;
      octets[1] = length;
      octets.insert(octets.end(), {2, 4, 1, 0});
      const auto options = parse(octets);
      ASSERT_TRUE(options);
      EXPECT_EQ(options->mss, 256u) << int{kind} << " " << int{length};
    }
  }
}

// covers: MUST-64
TEST(options, are_read_at_any_alignment) {
  for (std::size_t nops = 0; nops != 9; ++nops) {
    std::vector<std::uint8_t> octets(nops, 1);
    octets.insert(octets.end(), {3, 3, 5, 2, 4, 0x12, 0x34, 8, 10, 0, 0, 0, 7, 0, 0, 0, 8});
    const auto options = parse(octets);
    ASSERT_TRUE(options);
    EXPECT_EQ(options->window_scale, 5u) << nops;
    EXPECT_EQ(options->mss, 0x1234u) << nops;
    ASSERT_TRUE(options->ts) << nops;
    EXPECT_EQ(options->ts->value.wire(), 7u) << nops;
  }
}

// covers: MUST-4 MUST-69
TEST(options, nothing_after_the_end_marker_counts) {
  const auto options = parse({3, 3, 5, 0, 2, 4, 0x12, 0x34, 2, 0, 0, 0});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->window_scale, 5u);
  EXPECT_FALSE(options->mss);
}

TEST(options, a_known_kind_with_a_wrong_length_is_ignored) {
  const auto options = parse({2, 3, 9, 3, 4, 9, 9, 4, 3, 9, 8, 4, 9, 9, 2, 4, 0, 99});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->mss, 99u);
  EXPECT_FALSE(options->window_scale);
  EXPECT_FALSE(options->sack_permitted);
  EXPECT_FALSE(options->ts);
}

TEST(options, of_one_that_is_repeated_the_last_counts) {
  EXPECT_EQ(parse({2, 4, 0, 1, 2, 4, 0, 2})->mss, 2u);
  EXPECT_EQ(parse({5, 10, 0, 0, 0, 1, 0, 0, 0, 2, 5, 10, 0, 0, 0, 3, 0, 0, 0, 4})->sack.count, 1u);
}

// Options that fill whole words are read by words. The cursor alone must come to the same, for each layout that is met
// in practice, cut off anywhere, and with every value of every octet.
TEST(options, groups_of_whole_words_are_read_as_the_cursor_reads_them) {
  const std::vector<std::uint8_t> layouts[] = {
      {1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8},
      {1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1, 5, 10, 1, 2, 3, 4, 5, 6, 7, 8},
      {1, 1, 5, 18, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
      {2, 4, 5, 180, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3, 7},
      {2, 4, 5, 180, 1, 1, 4, 2, 1, 3, 3, 7},
      {2, 4, 5, 180, 1, 3, 3, 7, 1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 4, 2, 0, 0},
  };
  const auto compare = [](const std::vector<std::uint8_t>& octets) {
    segment_options<u32> expected;
    const bool good = detail::read_any_options(octets.data(), 0, static_cast<u32>(octets.size()), expected);
    const auto options = parse_options(octets);
    ASSERT_EQ(options.has_value(), good);
    if (good) {
      ASSERT_EQ(*options, expected);
    }
  };
  for (const auto& layout : layouts) {
    for (std::size_t size = 0; size <= layout.size(); ++size) {
      std::vector<std::uint8_t> octets(layout.begin(), layout.begin() + static_cast<std::ptrdiff_t>(size));
      octets.shrink_to_fit();
      compare(octets);
      for (std::size_t i = 0; i != size; ++i) {
        const std::uint8_t before = octets[i];
        for (u32 value = 0; value != 256; ++value) {
          octets[i] = static_cast<std::uint8_t>(value);
          compare(octets);
        }
        octets[i] = before;
      }
    }
  }
}

TEST(options, a_group_that_ends_after_its_header_is_an_error) {
  EXPECT_EQ(parse({1, 1, 5, 34, 0, 0, 0, 0, 0, 0, 0, 0}).why(), error::bad_option_length);
  EXPECT_EQ(parse({4, 2, 8, 10, 0, 0, 0, 0}).why(), error::bad_option_length);
}

// All lists of four octets: the outcome is a list or the documented error, and no octet outside is read.
TEST(options, every_list_of_four_octets_is_read_or_refused) {
  std::vector<std::uint8_t> octets(4);
  const std::uint8_t kinds[] = {0, 1, 2, 3, 4, 5, 8, 9, 255};
  for (const auto a : kinds) {
    for (u32 b = 0; b != 256; ++b) {
      for (const auto c : kinds) {
        for (const std::uint8_t d : std::initializer_list<std::uint8_t>{0, 1, 2, 3, 255}) {
          octets = {a, static_cast<std::uint8_t>(b), c, d};
          const auto options = parse_options(octets);
          ASSERT_TRUE(options || options.why() == error::bad_option_length);
        }
      }
    }
  }
}

// covers: rfc7413#4.1.1
TEST(options, reads_a_fast_open_cookie_or_the_request_for_one_at_any_alignment) {
  const auto cookie = parse({1, 34, 6, 9, 8, 7, 6});
  ASSERT_TRUE(cookie);
  ASSERT_TRUE(cookie->fast_open);
  EXPECT_EQ(*cookie->fast_open, *fast_open_cookie::of(std::vector<std::uint8_t>{9, 8, 7, 6}));
  const auto request = parse({34, 2});
  ASSERT_TRUE(request);
  ASSERT_TRUE(request->fast_open);
  EXPECT_TRUE(request->fast_open->is_request());
}

// covers: rfc7413#4.1.1
TEST(options, ignores_a_fast_open_option_of_an_illegal_length) {
  for (u32 length = 2; length <= 40; ++length) {
    std::vector<std::uint8_t> octets(length, 0x77);
    octets[0] = 34;
    octets[1] = static_cast<std::uint8_t>(length);
    const auto options = parse(octets);
    ASSERT_TRUE(options) << length;
    EXPECT_EQ(options->fast_open.has_value(), length == 2 || (length >= 6 && length <= 18 && length % 2 == 0))
        << length;
  }
}

}  // namespace options_test
