// The event loop of the README, which quotes this: a client that reads what a server sends, until the server has
// finished. There is no network and no clock here: the server is another connection in the same process, the link takes
// 10 ms each way and damages its third segment, and waiting is a matter of adding. A real program has a raw socket, a
// TUN device or a driver in this place, and for the time `sequent::from_chrono(std::chrono::steady_clock::now())`.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sequent/sequent.hpp"
#include "sequent/wire/ip_text.hpp"

namespace {

using octets = std::vector<std::uint8_t>;

const auto mine = *sequent::parse_ip_address("192.0.2.1");
const auto theirs = *sequent::parse_ip_address("192.0.2.2");
const sequent::secret_key secret{0x0123'4567'89ab'cdef, 0xfedc'ba98'7654'3210};  // a real program draws it once a boot
const std::string page(20'000, 'x');

// What stands around the client: a server that sends the page and closes, and a link of 10 ms in either direction.
class surroundings {
 public:
  surroundings()
      : server_(*sequent::connection_config{}.between({theirs, 80}, {mine, 49152}, {.first = 7, .second = 11})) {
    static_cast<void>(server_.listen());
  }

  [[nodiscard]] sequent::instant now() const { return now_; }

  void transmit(std::span<const std::uint8_t> segment) { link_.push_back({now_ + delay, true, octets_of(segment)}); }

  // Waits until there is something to do, and gives the segment that has come for the client, if one has.
  std::optional<octets> wait_until(std::optional<sequent::instant> deadline) {
    for (;;) {
      work();
      const auto next = link_.empty() ? sequent::end_of_time : link_.front().at;
      const auto until = std::min(
          {next, server_.next_deadline().value_or(sequent::end_of_time), deadline.value_or(sequent::end_of_time)});
      if (until == sequent::end_of_time) return std::nullopt;
      now_ = std::max(now_, until);
      server_.on_deadline(now_);
      if (next == until) {
        const flying arrived = link_.front();
        link_.pop_front();
        if (!arrived.to_server) return arrived.segment;
        static_cast<void>(server_.on_octets(arrived.segment, now_));
      }
      if (deadline && *deadline <= now_) return std::nullopt;
    }
  }

 private:
  static constexpr sequent::duration delay = sequent::duration::milliseconds(10);
  struct flying {
    sequent::instant at;
    bool to_server;
    octets segment;
  };

  static octets octets_of(std::span<const std::uint8_t> segment) { return {segment.begin(), segment.end()}; }

  void work() {
    const auto* const first = reinterpret_cast<const std::uint8_t*>(page.data());
    if (const auto taken = server_.write(std::span(first, page.size()).subspan(written_))) written_ += *taken;
    if (written_ == page.size()) static_cast<void>(server_.shutdown());
    std::array<std::uint8_t, 1'600> room{};
    while (const auto sent = server_.poll_transmit(now_, room)) {
      link_.push_back({now_ + delay, false, octets_of(std::span(room).first(sent->length))});
      if (++sent_ == 3) link_.back().segment.back() ^= 1;
    }
  }

  sequent::connection<> server_;
  sequent::instant now_ = sequent::instant{} + sequent::duration::seconds(1);
  std::deque<flying> link_;
  std::size_t written_ = 0;
  std::size_t sent_ = 0;
};

struct outcome {
  std::size_t octets = 0;
  std::size_t refused = 0;
  bool finished = false;
};

outcome fetch(surroundings& network) {
  std::array<std::uint8_t, 1'600> buffer{};
  std::array<std::uint8_t, 4'096> room{};
  outcome so_far;
  sequent::instant now = network.now();

  const auto config = sequent::connection_config{}.between({mine, 49152}, {theirs, 80}, secret);
  if (!config) return so_far;                 // config.why(): a secret of zeros, two families, port 0
  static sequent::connection<> tcp(*config);  // 130 KiB with its buffers: make it in place, not on a small stack
  if (!tcp.connect(now)) return so_far;       // time is an argument
  for (;;) {
    while (const auto sent = tcp.poll_transmit(now, buffer)) network.transmit(std::span(buffer).first(sent->length));
    const auto segment = network.wait_until(tcp.next_deadline());  // a segment, a deadline, or your own wish to write
    now = network.now();
    if (segment && !tcp.on_octets(*segment, now)) ++so_far.refused;  // a bad checksum, say: nothing has changed
    tcp.on_deadline(now);
    while (const auto got = tcp.read(room)) {  // or an error: would_block where nothing has come yet
      so_far.octets += *got;
      so_far.finished = *got == 0;
      if (so_far.finished) break;
    }
    if (so_far.finished) static_cast<void>(tcp.close(now));  // as the peer has; our FIN is still to go out
    if (tcp.ended_by() || tcp.state() == sequent::connection_state::closed) return so_far;
  }
}

}  // namespace

int main() {
  surroundings network;
  const outcome got = fetch(network);
  std::printf("%zu octets, %zu refused\n", got.octets, got.refused);
  return got.finished && got.octets == page.size() && got.refused == 1 ? 0 : 1;
}
