#include "sequent/tables/index_list.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

namespace sequent {
namespace index_list_test {

TEST(index_list, keeps_the_order_of_a_plain_list) {
  std::array<list_links, 8> links{};
  const auto at = [&](u32 i) -> list_links& { return links[i]; };
  index_list list;
  std::vector<u32> plain;
  std::mt19937 random(1);
  for (int i = 0; i != 10'000; ++i) {
    const auto index = static_cast<u32>(random() % 8);
    const auto found = std::find(plain.begin(), plain.end(), index);
    ASSERT_EQ(links[index].linked(), found != plain.end());
    if (found == plain.end()) {
      list.push(index, at);
      plain.push_back(index);
    } else {
      list.remove(index, at);
      plain.erase(found);
    }
    ASSERT_EQ(list.size(), plain.size());
    ASSERT_EQ(list.empty(), plain.empty());
    u32 next = list.first();
    for (const u32 each : plain) {
      ASSERT_EQ(next, each);
      next = links[each].after;
    }
    ASSERT_EQ(next, list_links::nobody);
  }
}

}  // namespace index_list_test
}  // namespace sequent
