// Two connections over a path that loses every seventh packet, in virtual time, on whatever machine this was compiled
// for: a whole conversation with nothing of the host's but memory and a place to print one line to.
#include <array>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <optional>
#include <vector>

#include "sequent/sequent.hpp"

namespace {

using sequent::connection;
using sequent::duration;
using sequent::instant;
using sequent::u32;

constexpr std::size_t wanted = 200'000;
constexpr duration one_way = duration::microseconds(10'000);

struct small_policy : sequent::default_policy {
  using send_storage = sequent::inline_storage<16'384>;
  using receive_storage = sequent::inline_storage<16'384>;
};
using tcp = connection<small_policy>;

struct packet {
  instant arrives{};
  std::vector<std::uint8_t> octets;
};

struct end {
  tcp* connection = nullptr;
  std::deque<packet> coming{};
  std::size_t written = 0;
  std::size_t read = 0;
  bool closed = false;
};

std::uint8_t octet_at(std::size_t place) { return static_cast<std::uint8_t>(place * 7 + place / 251); }

int fail(const char* what) {
  std::printf("failed: %s\n", what);
  return 1;
}

// Whatever an end has to send goes to the other, but for every seventh.
void send(end& from, end& to, instant now, unsigned& count) {
  std::array<std::uint8_t, 1'600> out;
  while (const auto sent = from.connection->poll_transmit(now, out)) {
    if (++count % 7 == 0) continue;
    to.coming.push_back({now + one_way, {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(sent->length)}});
  }
}

bool use(end& e) {
  std::array<std::uint8_t, 4'096> octets;
  while (e.written != wanted) {
    const std::size_t some = octets.size() < wanted - e.written ? octets.size() : wanted - e.written;
    for (std::size_t i = 0; i != some; ++i) octets[i] = octet_at(e.written + i);
    const auto took = e.connection->write({octets.data(), some});
    if (!took) break;
    e.written += *took;
  }
  while (const auto got = e.connection->read(octets)) {
    if (*got == 0) break;
    for (std::size_t i = 0; i != *got; ++i) {
      if (octets[i] != octet_at(e.read + i)) return false;
    }
    e.read += *got;
  }
  if (e.written == wanted && !e.closed) e.closed = e.connection->shutdown().has_value();
  return true;
}

sequent::connection_config configured(std::uint16_t local, std::uint16_t remote, u32 isn) {
  sequent::connection_config config;
  config.local_port = local;
  config.remote_port = remote;
  config.isn_offset = isn;
  return config;
}

}  // namespace

int main() {
  // Close to the end of the numbers, so that both streams go round it.
  static tcp client(configured(49'152, 80, 0xffff'f000u));
  static tcp server(configured(80, 49'152, 0xffff'0000u));
  end ends[2] = {{.connection = &client}, {.connection = &server}};
  instant now{};
  if (!server.listen() || !client.connect(now)) return fail("opening");
  unsigned count = 0;
  const instant give_up = now + duration::microseconds(600'000'000);
  while (now < give_up) {
    for (int i = 0; i != 2; ++i) {
      end& e = ends[i];
      if (!use(e)) return fail("octets that were not sent");
      send(e, ends[1 - i], now, count);
    }
    std::optional<instant> next;
    const auto sooner = [&](std::optional<instant> at) {
      if (at && (!next || *at < *next)) next = at;
    };
    for (const end& e : ends) {
      sooner(e.connection->next_deadline());
      if (!e.coming.empty()) sooner(e.coming.front().arrives);
    }
    if (!next) break;
    if (now < *next) now = *next;
    for (end& e : ends) {
      while (!e.coming.empty() && !(now < e.coming.front().arrives)) {
        (void)e.connection->on_octets(e.coming.front().octets, now);
        e.coming.pop_front();
      }
      e.connection->on_deadline(now);
    }
  }
  for (const end& e : ends) {
    if (e.read != wanted) return fail("not everything was read");
    if (e.connection->state() != sequent::connection_state::closed) return fail("an end is not closed");
  }
  std::printf("ok: %zu octets each way, %u packets, every seventh lost, %lld ms\n", wanted, count,
              static_cast<long long>((now - instant{}).count() / 1'000));
  return 0;
}
