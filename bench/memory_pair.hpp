// Two Sequent connections in one thread, joined by frames in memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "bench/measure.hpp"
#include "bench/stream.hpp"
#include "sequent/sequent.hpp"

namespace bench {

/// Buffers of so many octets each way; everything else as it comes.
template <std::size_t Window>
struct windowed : sequent::default_policy {
  using send_storage = sequent::inline_storage<Window>;
  using receive_storage = sequent::inline_storage<Window>;
};

/// Connections that let their users write into and read in the buffers.
template <class Connection>
concept lends_buffers = requires(Connection& c) {
  c.writable_span();
  c.commit(std::size_t{});
  c.readable_span();
  c.consume(std::size_t{});
};

/// Connections that send large segments, to be cut up by others, when asked to.
template <class Settings>
concept knows_large_segments = requires(Settings& settings) {
  settings.large_segments = true;
};

/// How the end with a port talks to the end with the other.
[[nodiscard]] inline sequent::connection_config settings_of(std::uint16_t from, std::uint16_t to) {
  sequent::connection_config config;
  config.local_port = from;
  config.remote_port = to;
  const std::array<std::uint8_t, 4> client{10, 0, 0, 1};
  const std::array<std::uint8_t, 4> server{10, 0, 0, 2};
  config.addresses = sequent::pseudo_header::ipv4(client, server);
  return config;
}

/// Frames between two ends: a slab that is written and read in order.
class frames {
 public:
  explicit frames(std::size_t most, std::size_t octets_each)
      : stride_(octets_each), slab_(most * octets_each), lengths_(most) {}
  [[nodiscard]] bool full() const { return count_ == lengths_.size(); }
  [[nodiscard]] std::span<std::uint8_t> next() { return std::span(slab_).subspan(count_ * stride_, stride_); }
  void filled(std::size_t length) { lengths_[count_++] = length; }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::span<const std::uint8_t> at(std::size_t i) const {
    return std::span(slab_).subspan(i * stride_, lengths_[i]);
  }
  void clear() { count_ = 0; }

 private:
  std::size_t stride_;
  std::vector<std::uint8_t> slab_;
  std::vector<std::size_t> lengths_;
  std::size_t count_ = 0;
};

/// Two ends. The receiver is asked for segments after each one that it is handed, so it acknowledges every second as
/// RFC 9293 wants, though the API would let it acknowledge whole bursts at once.
template <class Policy>
class memory_pair {
 public:
  using end = sequent::connection<Policy>;

  /// `burst`: frames that the sender may hand to the wire before the receiver sees the first.
  memory_pair(const sequent::connection_config& client_settings, const sequent::connection_config& server_settings,
              std::size_t burst, std::size_t frame_octets = 1'536)
      : client(std::make_unique<end>(client_settings)),
        server(std::make_unique<end>(server_settings)),
        forth_(burst, frame_octets),
        back_(burst + 1, 128) {}

  std::unique_ptr<end> client;
  std::unique_ptr<end> server;
  sequent::instant now = sequent::instant::from_microseconds(1'000'000);
  std::size_t segments = 0;  ///< from the client
  std::size_t stalls = 0;    ///< times when only a timer could go on

  void open() {
    require(server->listen().has_value(), "listening");
    require(client->connect(now).has_value(), "connecting");
    while (turn()) {
    }
    require(client->state() == sequent::connection_state::established, "the handshake");
  }

  /// One burst and its acknowledgments; false if nothing was to be sent.
  bool turn() {
    while (!forth_.full()) {
      const auto sent = client->poll_transmit(now, forth_.next());
      if (!sent) break;
      now = std::max(now, sent->not_before);
      forth_.filled(sent->length);
    }
    segments += forth_.count();
    bool any = forth_.count() != 0;
    for (std::size_t i = 0; i != forth_.count(); ++i) {
      require(server->on_octets(forth_.at(i), now).has_value(), "a segment was refused");
      any |= answer();
    }
    if (forth_.count() == 0) any |= answer();
    for (std::size_t i = 0; i != back_.count(); ++i) {
      require(client->on_octets(back_.at(i), now).has_value(), "an acknowledgment was refused");
    }
    forth_.clear();
    back_.clear();
    return any;
  }

  /// Nothing flows: the clock goes on to whatever is due next.
  void wait() {
    ++stalls;
    const auto mine = client->next_deadline();
    const auto theirs = server->next_deadline();
    require(mine || theirs, "nothing is due and nothing flows");
    now = std::max(now, std::min(mine.value_or(*theirs), theirs.value_or(*mine)));
    client->on_deadline(now);
    server->on_deadline(now);
  }

 private:
  bool answer() {
    bool any = false;
    while (!back_.full()) {
      const auto sent = server->poll_transmit(now, back_.next());
      if (!sent) break;
      back_.filled(sent->length);
      any = true;
    }
    return any;
  }

  frames forth_;
  frames back_;
};

/// Carries octets of a stream from client to server: written as room allows, read in pieces of at most 64 KiB when a
/// burst is over. With `checked` every octet is compared.
template <class Policy>
void carry(memory_pair<Policy>& ends, const stream& source, std::size_t octets, bool checked) {
  std::vector<std::uint8_t> out(65'536);
  std::size_t written = 0;
  std::size_t received = 0;
  while (received != octets) {
    while (written != octets) {
      const auto taken = ends.client->write(source.from(written, octets - written));
      if (!taken) break;
      written += *taken;
    }
    const bool moved = ends.turn();
    const std::size_t before = received;
    while (const auto got = ends.server->read(out)) {
      if (checked) require(source.holds(received, std::span(out).first(*got)), "other octets arrived than were sent");
      received += *got;
    }
    if (!moved && received == before && received != octets) ends.wait();
    ends.now = ends.now + sequent::duration::microseconds(1);
  }
}

/// The same where the users write into the sender's buffer and read in the receiver's. What is not checked is not
/// written either: whatever stands in the buffer is carried.
template <class Policy>
requires lends_buffers<sequent::connection<Policy>>
void carry_in_place(memory_pair<Policy>& ends, const stream& source, std::size_t octets, bool checked) {
  std::size_t written = 0;
  std::size_t received = 0;
  while (received != octets) {
    for (auto room = ends.client->writable_span(); !room.empty() && written != octets;
         room = ends.client->writable_span()) {
      const auto some = source.from(written, std::min(room.size(), octets - written));
      if (checked) std::copy(some.begin(), some.end(), room.begin());
      require(ends.client->commit(some.size()).has_value(), "committing");
      written += some.size();
    }
    const bool moved = ends.turn();
    const std::size_t before = received;
    for (auto got = ends.server->readable_span(); !got.empty(); got = ends.server->readable_span()) {
      if (checked) require(source.holds(received, got), "other octets arrived than were sent");
      received += got.size();
      require(ends.server->consume(got.size()).has_value(), "consuming");
    }
    if (!moved && received == before && received != octets) ends.wait();
    ends.now = ends.now + sequent::duration::microseconds(1);
  }
}

}  // namespace bench
