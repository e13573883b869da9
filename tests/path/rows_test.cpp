// Runs whose right outcome is known by the RFCs or by arithmetic.
#include <gtest/gtest.h>

#include "tests/path/two_ends.hpp"

namespace sequent::path {
namespace {

path_setting symmetric(std::int64_t rate, nanoseconds round_trip) {
  path_setting s;
  for (link_setting& way : s.way) {
    way.rate = rate;
    way.delay = round_trip / 2;
  }
  s.keeps_ladder = true;
  return s;
}

void show(const char* what, const path_result& r) {
  std::printf(
      "%s: %s took %.3f ms segs %lu/%lu again %lu/%lu needless %lu/%lu drops %lu/%lu acks %lu timeouts %lu repairs "
      "%lu\n",
      what, r.finished ? "finished" : "NOT FINISHED", static_cast<double>(r.took) / 1e6, r.segments[0], r.segments[1],
      r.again[0], r.again[1], r.needless[0], r.needless[1], r.drops[0], r.drops[1], r.acks[1], r.timeouts[0],
      r.repairs[0]);
  if (!r.why.empty()) std::printf("%s\n%s\n", r.ladder.c_str(), r.why.c_str());
  for (std::size_t i = 0; i != spec::reasons; ++i)
    if (r.reasons[0][i]) std::printf("   %s %lu", name(static_cast<spec::reason>(i)), r.reasons[0][i]);
  std::printf("\n");
}

TEST(rows, plain_bulk) {
  path_setting s = symmetric(100'000'000, 20 * millisecond);
  s.application[0].writes = 10'000'000;
  show("bulk", two_ends<>(s).run());
}
TEST(rows, a1) {
  path_setting s = symmetric(1'000'000'000, 100 * microsecond);
  s.application[0] = {.writes = 4'096 * 500, .piece = 4'096, .every = 10 * millisecond};
  show("a1", two_ends<>(s).run());
}
TEST(rows, c1) {
  path_setting s = symmetric(100'000'000, 20 * millisecond);
  s.application[0].writes = 200'000;
  s.application[1].writes = 200'000;
  s.way[0].faults = {{5}, {6}};
  s.way[1].faults = {{5}, {6}};
  show("c1", two_ends<>(s).run());
}
TEST(rows, a3) {
  path_setting s = symmetric(100'000'000, 20 * millisecond);
  s.application[0].writes = 14'000;
  for (std::uint64_t i = 2; i != 12; ++i) s.way[0].faults.push_back({i});
  show("a3", two_ends<>(s).run());
}
TEST(rows, d) {
  for (std::uint64_t holes : {10u, 16u, 17u, 30u}) {
    path_setting s = symmetric(100'000'000, 40 * millisecond);
    s.application[0].writes = 2'000'000;
    for (std::uint64_t i = 0; i != holes; ++i) s.way[0].faults.push_back({200 + 2 * i});
    show("d", two_ends<>(s).run());
  }
}
TEST(rows, b1) {
  path_setting s = symmetric(20'000'000, 600 * millisecond);
  s.application[0].writes = 50'000'000;
  s.send_buffer[0] = s.receive_buffer[1] = 4 << 20;
  s.way[0].queue = 1'500'000;
  show("b1", two_ends<>(s).run());
}

}  // namespace
}  // namespace sequent::path
