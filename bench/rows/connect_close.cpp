// Connecting and closing in memory: from the active OPEN to both ends being CLOSED, TIME-WAIT's end included. The two
// connections are made once and used again.
#include <algorithm>
#include <array>
#include <cstddef>

#include "bench/measure.hpp"
#include "bench/memory_pair.hpp"

namespace {

using end = sequent::connection<>;

// Hands everything that one end has to send to the other.
bool carry(end& from, end& to, sequent::instant now) {
  std::array<std::uint8_t, 128> frame;
  bool any = false;
  while (const auto sent = from.poll_transmit(now, frame)) {
    bench::require(to.on_octets(std::span(frame).first(sent->length), now).has_value(), "a segment was refused");
    any = true;
  }
  return any;
}

void exchange(end& client, end& server, sequent::instant now) {
  while (carry(client, server, now) || carry(server, client, now)) {
  }
}

}  // namespace

int main(int count, char** words) {
  const bench::options chosen = bench::read_options(count, words);
  if (!bench::wanted(chosen, "connect_close")) return 0;
  const auto client = std::make_unique<end>(bench::settings_of(1, 2));
  const auto server = std::make_unique<end>(bench::settings_of(2, 1));
  auto now = sequent::instant::from_microseconds(1'000'000);
  const std::size_t times = std::clamp<std::size_t>(chosen.octets >> 12, 1'000, 200'000);
  const double begin = bench::thread_nanoseconds();
  for (std::size_t i = 0; i != times; ++i) {
    bench::require(server->listen().has_value(), "listening");
    bench::require(client->connect(now).has_value(), "connecting");
    exchange(*client, *server, now);
    bench::require(client->shutdown().has_value(), "closing the client's half");
    exchange(*client, *server, now);
    bench::require(server->shutdown().has_value(), "closing the server's half");
    exchange(*client, *server, now);
    now = client->next_deadline().value_or(now);
    client->on_deadline(now);
    const bool over =
        client->state() == sequent::connection_state::closed && server->state() == sequent::connection_state::closed;
    bench::require(over, "the connection did not end");
  }
  bench::print_figure("connect_close", BENCH_WHO, (bench::thread_nanoseconds() - begin) / static_cast<double>(times));
}
