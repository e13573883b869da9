#include "sequent/sequent.hpp"

#include <gtest/gtest.h>

#include <array>
#include <type_traits>

namespace sequent_test {

TEST(sequent, the_umbrella_is_all_that_an_embedder_includes) {
  sequent::connection_config config;
  config.remote_port = 7;
  sequent::connection<> tcp(config);
  EXPECT_TRUE(tcp.connect(sequent::instant{}));
  std::array<std::uint8_t, 1'500> buffer{};
  const auto sent = tcp.poll_transmit(sequent::instant{}, buffer);
  ASSERT_TRUE(sent);
  EXPECT_TRUE(sequent::parse_segment(std::span(buffer).first(sent->length), {}));
}

static_assert(std::is_copy_constructible_v<sequent::connection<>>);
static_assert(std::is_nothrow_default_constructible_v<sequent::connection<>>);

}  // namespace sequent_test
