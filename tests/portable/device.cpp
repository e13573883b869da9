// One client connection on a microcontroller: no heap, no thread, no clock, no exceptions. Compiled for a Cortex-M3 and
// linked, its size is what an application pays for its first connection; tests/portable/check guards it.
#include <cstddef>
#include <cstdint>

#include "sequent/congestion/reno.hpp"
#include "sequent/sequent.hpp"

namespace {

struct device_policy : sequent::default_policy {
  using send_storage = sequent::inline_storage<1'024>;
  using receive_storage = sequent::inline_storage<1'024>;
  using congestion_control = sequent::congestion::reno;
  static constexpr std::size_t max_held_ranges = 2;
  static constexpr std::size_t max_sent_runs = 4;
};
using tcp = sequent::connection<device_policy>;

tcp client;

}  // namespace

extern "C" {

int open_client(std::uint32_t now, std::uint32_t secret) {
  sequent::connection_config config;
  config.local_port = 49'152;
  config.remote_port = 80;
  config.isn_offset = secret;
  client = tcp(config);
  return client.connect(sequent::instant::from_microseconds(now)) ? 0 : -1;
}

int hear(const std::uint8_t* octets, std::size_t count, std::uint32_t now) {
  return client.on_octets({octets, count}, sequent::instant::from_microseconds(now)) ? 0 : -1;
}

std::size_t say(std::uint8_t* out, std::size_t room, std::uint32_t now) {
  const auto at = sequent::instant::from_microseconds(now);
  client.on_deadline(at);
  const auto sent = client.poll_transmit(at, {out, room});
  return sent ? sent->length : 0;
}

int put(const std::uint8_t* octets, std::size_t count) {
  const auto took = client.write({octets, count});
  return took ? static_cast<int>(*took) : -1;
}

int get(std::uint8_t* out, std::size_t room) {
  const auto got = client.read({out, room});
  return got ? static_cast<int>(*got) : -1;
}

int close_client(std::uint32_t now) { return client.close(sequent::instant::from_microseconds(now)) ? 0 : -1; }

// What a linker is to keep.
int main(int count, char** words) {
  auto* const octets = reinterpret_cast<std::uint8_t*>(words);
  const auto size = static_cast<std::size_t>(count);
  const auto now = static_cast<std::uint32_t>(count);
  return open_client(now, now) + hear(octets, size, now) + static_cast<int>(say(octets, size, now)) +
         put(octets, size) + get(octets, size) + close_client(now);
}
}
