#include "sequent/base/siphash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace siphash_test {

using namespace sequent;

constexpr secret_key reference_key{0x0706'0504'0302'0100u, 0x0f0e'0d0c'0b0a'0908u};

// SipHash-2-4 of the messages 00, 00 01, ... of lengths 0 to 63 under the key 00 ... 0f: the vectors of the reference
// implementation, checked against a second, independent one.
constexpr std::uint64_t vectors[64] = {
    0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d, 0xcf2794e0277187b7,
    0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137, 0x93f5f5799a932462, 0x9e0082df0ba9e4b0,
    0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7, 0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee,
    0xa129ca6149be45e5, 0x3f2acc7f57c29bdb, 0x699ae9f52cbe4794, 0x4bc1b3f0968dd39c, 0xbb6dc91da77961bd,
    0xbed65cf21aa2ee98, 0xd0f2cbb02e3b67c7, 0x93536795e3a33e88, 0xa80c038ccd5ccec8, 0xb8ad50c6f649af94,
    0xbce192de8a85b8ea, 0x17d835b85bbb15f3, 0x2f2e6163076bcfad, 0xde4daaaca71dc9a5, 0xa6a2506687956571,
    0xad87a3535c49ef28, 0x32d892fad841c342, 0x7127512f72f27cce, 0xa7f32346f95978e3, 0x12e0b01abb051238,
    0x15e034d40fa197ae, 0x314dffbe0815a3b4, 0x027990f029623981, 0xcadcd4e59ef40c4d, 0x9abfd8766a33735c,
    0x0e3ea96b5304a7d0, 0xad0c42d6fc585992, 0x187306c89bc215a9, 0xd4a60abcf3792b95, 0xf935451de4f21df2,
    0xa9538f0419755787, 0xdb9acddff56ca510, 0xd06c98cd5c0975eb, 0xe612a3cb9ecba951, 0xc766e62cfcadaf96,
    0xee64435a9752fe72, 0xa192d576b245165a, 0x0a8787bf8ecb74b2, 0x81b3e73d20b49b6f, 0x7fa8220ba3b2ecea,
    0x245731c13ca42499, 0xb78dbfaf3a8d83bd, 0xea1ad565322a1a0b, 0x60e61c23a3795013, 0x6606d7e446282b93,
    0x6ca4ecb15c5f91e1, 0x9f626da15c9625f3, 0xe51b38608ef25f57, 0x958a324ceb064572,
};

// covers: isn
TEST(siphash, agrees_with_the_reference_vectors) {
  std::array<std::uint8_t, 64> message{};
  for (std::size_t i = 0; i != message.size(); ++i) message[i] = static_cast<std::uint8_t>(i);
  for (std::size_t length = 0; length != 64; ++length) {
    EXPECT_EQ(siphash(reference_key, std::span(message).first(length)), vectors[length]) << length;
  }
}

TEST(siphash, may_be_evaluated_at_compile_time) { static_assert(siphash(reference_key, {}) == 0x726fdb47dd0e0e31u); }

// SipHash-1-3 of the same messages under the same key: from OpenSSL (its SIPHASH MAC with c-rounds 1, d-rounds 3),
// which agrees with CPython's hash of bytes.
TEST(siphash, agrees_with_other_implementations_at_the_strength_for_tables) {
  std::array<std::uint8_t, 36> message{};
  for (std::size_t i = 0; i != message.size(); ++i) message[i] = static_cast<std::uint8_t>(i);
  constexpr std::pair<std::size_t, std::uint64_t> expected[] = {{0, 0xabac'0158'050f'c4dcu},
                                                                {3, 0x8bf8'0ab8'e7dd'f7fbu},
                                                                {8, 0x3690'9511'8d29'9a8eu},
                                                                {12, 0x78a3'84b1'57b4'd9a2u},
                                                                {36, 0x2cf5'08d3'ada2'6206u}};
  for (const auto& [length, hash] : expected) {
    EXPECT_EQ(siphash<siphash_1_3>(reference_key, std::span(message).first(length)), hash) << length;
  }
}

TEST(siphash, word_by_word_is_the_same_as_octet_by_octet) {
  std::array<std::uint8_t, 12> message{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  siphash_2_4 state(reference_key);
  state.absorb(0x0807'0605'0403'0201u);
  EXPECT_EQ(state.finish(siphash_2_4::last_word(0x0c0b'0a09u, 12)), siphash(reference_key, message));
}

}  // namespace siphash_test
