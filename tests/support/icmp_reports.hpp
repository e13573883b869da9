// ICMP errors as parse_icmp() gives them, about segments of a connection under test.
#pragma once

#include "sequent/wire/icmp.hpp"
#include "tests/support/endpoint.hpp"

namespace sequent::test {

[[nodiscard]] inline icmp_error too_big(u32 mtu, u32 seq) {
  return {.kind = icmp_kind::too_big, .type = 3, .code = 4, .mtu = mtu, .seq = sequence_number<u32>(seq)};
}
[[nodiscard]] inline icmp_error soft(u32 seq, std::uint8_t type = 3, std::uint8_t code = 1) {
  return {.kind = icmp_kind::soft, .type = type, .code = code, .seq = sequence_number<u32>(seq)};
}
[[nodiscard]] inline icmp_error hard(u32 seq, std::uint8_t code = 3) {
  return {.kind = icmp_kind::hard, .type = 3, .code = code, .seq = sequence_number<u32>(seq)};
}

}  // namespace sequent::test
