// The smallest useful program: two connections in one process exchange a line. There is no network, so what one sends
// is handed to the other as it is; a real program would put a socket, a TUN device or a driver in between.
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string_view>

#include "sequent/base/chrono.hpp"
#include "sequent/sequent.hpp"

namespace {

// The library reads no clock: every call that needs the time is told it.
sequent::instant now() { return sequent::from_chrono(std::chrono::steady_clock::now()); }

// Hands everything that one end has to send to the other; says whether there was anything.
bool carry(sequent::connection<>& from, sequent::connection<>& to) {
  std::array<std::uint8_t, 1600> segment;
  bool carried = false;
  while (const auto sent = from.poll_transmit(now(), segment)) {
    if (!to.on_octets(std::span(segment).first(sent->length), now())) std::puts("a segment was refused");
    carried = true;
  }
  return carried;
}

}  // namespace

int main() {
  sequent::connection_config here;
  here.local_port = 49'152;
  here.remote_port = 7;
  here.isn_offset = 0x5eed'1234;  // a real program computes it: sequent::isn_offset() with a secret key
  sequent::connection_config there;
  there.local_port = 7;
  there.isn_offset = 0xfeed'4321;

  sequent::connection<> client(here);
  sequent::connection<> server(there);
  if (!server.listen() || !client.connect(now())) return 1;
  while (carry(client, server) || carry(server, client)) continue;
  std::printf("client %s, server %s\n", describe(client.state()), describe(server.state()));

  constexpr std::string_view line = "Every octet arrives once and in order.\n";
  const auto* const octets = reinterpret_cast<const std::uint8_t*>(line.data());
  if (!client.write({octets, line.size()}) || !client.shutdown()) return 1;
  while (carry(client, server) || carry(server, client)) continue;

  std::array<std::uint8_t, 128> buffer;
  while (const auto got = server.read(buffer)) {
    if (*got == 0) break;  // the client's FIN: the end of the stream
    std::fwrite(buffer.data(), 1, *got, stdout);
  }
  if (!server.shutdown()) return 1;
  while (carry(client, server) || carry(server, client)) continue;
  std::printf("client %s, server %s\n", describe(client.state()), describe(server.state()));
  return server.state() == sequent::connection_state::closed ? 0 : 1;
}
