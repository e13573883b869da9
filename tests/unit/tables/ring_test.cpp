#include "sequent/tables/ring.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

#include "tests/support/build.hpp"

namespace ring_test {

using namespace sequent;
using sequent::test::pattern;

using octets = std::vector<std::uint8_t>;

template <class Storage>
octets peek(const ring<Storage>& r, std::size_t offset, std::size_t length) {
  octets out(length);
  r.get(offset, out);
  return out;
}

TEST(ring, has_the_capacity_of_its_storage) {
  EXPECT_EQ(ring<inline_storage<7>>().capacity(), 7u);
  octets memory(9);
  EXPECT_EQ(ring(span_storage(memory)).capacity(), 9u);
  EXPECT_EQ(ring<span_storage>().capacity(), 0u);
}

TEST(ring, gives_back_what_was_put) {
  ring<inline_storage<8>> r;
  r.put(0, octets{1, 2, 3});
  r.put(3, octets{4});
  EXPECT_EQ(peek(r, 0, 4), (octets{1, 2, 3, 4}));
  EXPECT_EQ(peek(r, 2, 2), (octets{3, 4}));
}

TEST(ring, wraps_while_putting_and_getting) {
  ring<inline_storage<8>> r;
  for (std::size_t head = 0; head != 20; ++head) {
    const octets content = pattern(8, head);
    r.put(0, content);
    EXPECT_EQ(peek(r, 0, 8), content) << head;
    EXPECT_EQ(peek(r, 3, 5), octets(content.begin() + 3, content.end())) << head;
    r.drop(1);
  }
}

TEST(ring, sums_what_it_gives_wherever_that_wraps) {
  octets memory(150);
  for (std::size_t head = 0; head != memory.size(); ++head) {
    ring r{span_storage(memory)};
    r.drop(head);
    const octets content = pattern(memory.size(), head);
    r.put(0, content);
    for (const std::size_t offset : {std::size_t{0}, std::size_t{1}, std::size_t{17}}) {
      for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{30}, std::size_t{131}}) {
        octets out(length);
        const u32 sum = r.get_and_sum(offset, out);
        ASSERT_EQ(out, peek(r, offset, length)) << head;
        ASSERT_EQ(sum, sum_octets(out)) << head << ' ' << offset << ' ' << length;
      }
    }
  }
}

TEST(ring, dropping_everything_comes_back_to_where_it_was) {
  ring<inline_storage<8>> r;
  r.put(0, octets{1, 2, 3});
  r.drop(8);
  EXPECT_EQ(peek(r, 0, 3), (octets{1, 2, 3}));
}

TEST(ring, nothing_put_or_got_is_nothing_even_without_storage) {
  ring<span_storage> r;
  r.put(0, {});
  r.get(0, {});
  EXPECT_EQ(r.get_and_sum(0, {}), 0u);
  r.drop(0);
  ring<inline_storage<4>> full;
  full.put(4, {});
  full.get(4, {});
  EXPECT_EQ(full.capacity(), 4u);
}

TEST(ring, behaves_like_a_queue_for_any_steps) {
  octets memory(13);
  ring r{span_storage(memory)};
  std::deque<std::uint8_t> queue;
  u32 state = 1;
  std::size_t written = 0;
  for (int i = 0; i != 2'000; ++i) {
    state = state * 1'664'525u + 1'013'904'223u;
    const std::size_t n = (state >> 24) % 14;
    if ((state >> 16 & 1u) != 0) {
      const octets more = pattern(std::min(n, r.capacity() - queue.size()), written);
      r.put(queue.size(), more);
      written += more.size();
      queue.insert(queue.end(), more.begin(), more.end());
    } else {
      const std::size_t take = std::min(n, queue.size());
      ASSERT_EQ(peek(r, 0, take), octets(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(take)));
      r.drop(take);
      queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(take));
    }
  }
}

TEST(ring, with_inline_storage_is_a_value) {
  ring<inline_storage<4>> a;
  a.put(0, octets{1, 2});
  ring<inline_storage<4>> b = a;
  b.put(0, octets{9});
  EXPECT_EQ(peek(a, 0, 2), (octets{1, 2}));
  EXPECT_EQ(peek(b, 0, 2), (octets{9, 2}));
}

#if !defined(NDEBUG)
TEST(ring_death, reaching_past_the_capacity_is_caught) {
  ring<inline_storage<4>> r;
  octets out(2);
  EXPECT_DEATH(r.put(3, out), "");
  EXPECT_DEATH(r.get(3, out), "");
  EXPECT_DEATH(r.get_and_sum(3, out), "");
  EXPECT_DEATH(r.drop(5), "");
}
#endif

}  // namespace ring_test
