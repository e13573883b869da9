// SYN cookies: one cookie is made, comes back with at most one thing changed, at some time, perhaps under another
// secret; and a number that the input says outright is tried as well. What is accepted must have been made.
#include <cstddef>
#include <cstdint>
#include <optional>

#include "fuzz/failure.hpp"
#include "model/world/choice.hpp"
#include "tests/property/stack/cookie_subject.hpp"

namespace {

using namespace sequent;

#if defined(SEQUENT_MUTANT_COOKIE)
/// Takes a cookie's age from its five bits alone, so that one comes to life again after thirty-two minutes.
struct cookies_under_test : syn_cookies {
  using syn_cookies::syn_cookies;
  std::optional<cookie_options> check(const flow& f, sequence_number<u32> irs, sequence_number<u32> iss,
                                      std::optional<u32> echo, instant now) const noexcept {
    const auto good = syn_cookies::check(f, irs, iss, echo, now);
    return good ? good : syn_cookies::check(f, irs, iss, echo, now - period * 32);
  }
};
#else
using cookies_under_test = syn_cookies;
#endif

std::uint32_t drawn_word(model::octet_choice& choose) {
  const auto high = static_cast<std::uint32_t>(choose.pick(0x10000));
  return high << 16 | static_cast<std::uint32_t>(choose.pick(0x10000));
}

ip_address address(model::octet_choice& choose, bool v6) {
  ipv6_address octets{0x20, 0x01, 0x0d, 0xb8};
  if (!v6) octets = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  store32(octets.data() + 12, drawn_word(choose));
  return ip_address::from_v6(octets);
}

property::cookie_case read_case(model::octet_choice& choose) {
  property::cookie_case c;
  c.changed = static_cast<unsigned>(choose.pick(9));
  c.change = drawn_word(choose);
  if (c.change == 0) c.change = 1;
  c.options.timestamps = choose.pick(2) == 1;
  c.options.sack_permitted = choose.pick(2) == 1;
  c.options.ecn = choose.pick(2) == 1;
  if (const std::size_t scale = choose.pick(20); scale != 0)
    c.options.window_scale = static_cast<std::uint8_t>(scale - 1);
  c.options.mss = static_cast<std::uint16_t>(choose.pick(0x10000));
  // One answer a statement: the order in which an expression asks is the compiler's.
  const std::int64_t minute = static_cast<std::int64_t>(drawn_word(choose)) - 0x8000'0000LL;
  c.made_at = minute * 60'000'000 + drawn_word(choose) % 60'000'000;
  const auto minutes_later = static_cast<std::int64_t>(choose.pick(256));
  c.checked_after = minutes_later * 60'000'000 + drawn_word(choose) % 60'000'000;
  if (choose.pick(4) == 3) c.checked_after = -c.checked_after;
  c.rotated = choose.pick(2) == 1;
  c.rotated_after = static_cast<std::int64_t>(drawn_word(choose) % 240'000'000u);
  const bool v6 = choose.pick(2) == 1;
  c.name.local = address(choose, v6);
  c.name.remote = address(choose, v6);
  c.name.local_port = static_cast<std::uint16_t>(choose.pick(0x10000));
  c.name.remote_port = static_cast<std::uint16_t>(choose.pick(0x10000));
  c.irs = drawn_word(choose);
  c.clock = drawn_word(choose);
  c.key = {drawn_word(choose), drawn_word(choose)};
  if (c.key.is_zero()) c.key.first = 1;  // with no secret nothing is accepted
  c.fresh = {drawn_word(choose), drawn_word(choose)};
  return c;
}

}  // namespace

// covers: rfc4987#3.6 rfc4987#A
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  model::octet_choice choose({data, size});
  const property::cookie_case c = read_case(choose);
  fuzz::require_nothing_wrong("cookie", property::carry_cookie<cookies_under_test>(c));

  property::cookie_reply blind{c.name, drawn_word(choose), drawn_word(choose), {}};
  if (choose.pick(2) == 1) blind.echo = drawn_word(choose);
  property::cookie_case plain = c;
  plain.rotated = false;
  const std::int64_t now = c.made_at + c.checked_after;
  const auto got =
      cookies_under_test(c.key).check(blind.name, sequence_number<u32>(blind.irs), sequence_number<u32>(blind.iss),
                                      blind.echo, instant::from_microseconds(now));
  if (got != property::made_lately(plain, blind, now)) {
    fuzz::require_nothing_wrong("cookie", "a number that nobody made is not read as making says");
  }
  return 0;
}
