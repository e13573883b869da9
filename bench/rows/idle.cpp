// Many connections behind one stack, all established and idle: what a pure acknowledgment to one of them costs, and
// what it costs to let time pass over them.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "bench/large_pages.hpp"
#include "bench/measure.hpp"
#include "sequent/sequent.hpp"
#include "sequent/stack.hpp"

namespace {

using sequent::instant;
using sequent::u32;

// Buffers as small as can be: idle connections hold nothing in them.
struct lean : sequent::default_policy {
  using send_storage = sequent::inline_storage<64>;
  using receive_storage = sequent::inline_storage<64>;
};
template <u32 Connections, u32 Awake>
struct crowd : sequent::default_stack_policy {
  using connection_policy = lean;
  static constexpr sequent::stack_sizes sizes{.max_connections = Connections, .max_awake = Awake};
};

const sequent::ipv4_address here{10, 0, 0, 1};

// The n-th peer: a thousand ports at each address.
struct peer {
  sequent::ipv4_address address;
  std::uint16_t port;
  explicit peer(u32 n)
      : address{11, static_cast<std::uint8_t>(n / 256'000), static_cast<std::uint8_t>(n / 1'000 % 256), 1},
        port(static_cast<std::uint16_t>(1'024 + n % 1'000)) {}
};

using packet = std::array<std::uint8_t, 64>;

// An IPv4 packet with one segment without text; returns its length.
std::size_t write_packet(const peer& from, sequent::segment<> header, packet& out) {
  header.source_port = from.port;
  header.destination_port = 80;
  header.wnd = 1'000;
  const std::size_t length = 20 + sequent::header_length + sequent::options_length(header.options);
  const auto whole = std::span(out).first(length);
  sequent::emit_segment(header, whole.subspan(20), sequent::pseudo_header::ipv4(from.address, here));
  sequent::ipv4_header ip;
  ip.source = from.address;
  ip.destination = here;
  bench::require(sequent::emit_ipv4(ip, whole).has_value(), "writing a header");
  return length;
}

struct written {
  packet octets;
  std::size_t length;
};

sequent::stack_config configuration() {
  sequent::stack_config config;
  config.secret = {0x0123'4567'89ab'cdef, 0xfedc'ba98'7654'3210};
  config.connection.keep_alive.enabled = true;  // so that each has a timer that runs
  return config;
}

template <u32 Connections, u32 Awake>
class crowded_stack {
 public:
  using stack = sequent::stack<crowd<Connections, Awake>>;

  crowded_stack() {
    const auto listening = stack_->listen(std::nullopt, 80, 64);
    bench::require(listening.has_value(), "listening");
    acknowledgments_.reserve(Connections);
    for (u32 n = 0; n != Connections; ++n) {
      open(n);
      bench::require(stack_->accept(*listening).has_value(), "accepting");
      while (stack_->next_event()) {
      }
    }
    settle();
    bench::require(stack_->connections() == Connections, "connections are missing");
    bench::require(stack_->connections_awake() == stack::max_awake, "connections are awake that should not be");
  }

  // Nanoseconds for each pure acknowledgment to a random connection, with the question what to send then.
  double acknowledge(std::size_t times) {
    std::mt19937_64 random(7);
    std::vector<written> chosen(std::min<std::size_t>(times, 1u << 16));
    for (written& each : chosen) each = acknowledgments_[random() % acknowledgments_.size()];
    std::array<std::uint8_t, 128> out{};
    const double begin = bench::thread_nanoseconds();
    for (std::size_t i = 0; i != times; ++i) {
      const written& next = chosen[i % chosen.size()];
      const auto where = stack_->on_packet(std::span(next.octets).first(next.length), now_);
      bench::require(where == sequent::delivery::connection, "an acknowledgment went astray");
      bench::require(!stack_->poll_packet(now_, out), "a pure acknowledgment was answered");
    }
    return (bench::thread_nanoseconds() - begin) / static_cast<double>(times);
  }

  // The same for packets that come in by sixteens.
  double acknowledge_together(std::size_t times) {
    std::mt19937_64 random(7);
    std::vector<written> chosen(std::min<std::size_t>(times, 1u << 16));
    for (written& each : chosen) each = acknowledgments_[random() % acknowledgments_.size()];
    std::vector<std::span<const std::uint8_t>> packets;
    for (const written& each : chosen) packets.push_back(std::span(each.octets).first(each.length));
    std::array<std::uint8_t, 128> out{};
    const double begin = bench::thread_nanoseconds();
    for (std::size_t i = 0; i != times; i += 16) {
      const std::size_t taken = stack_->on_packets(std::span(packets).subspan(i % packets.size(), 16), now_);
      bench::require(taken == 16, "an acknowledgment was postponed");
      bench::require(!stack_->poll_packet(now_, out), "a pure acknowledgment was answered");
    }
    return (bench::thread_nanoseconds() - begin) / static_cast<double>(times);
  }

  // Nanoseconds for each time that the clock moves on by a millisecond.
  double advance(std::size_t times) {
    const double begin = bench::thread_nanoseconds();
    for (std::size_t i = 0; i != times; ++i) {
      now_ = now_ + sequent::duration::milliseconds(1);
      stack_->on_deadline(now_);
      bench::require(stack_->next_deadline().has_value(), "no timer runs");
    }
    return (bench::thread_nanoseconds() - begin) / static_cast<double>(times);
  }

 private:
  void open(u32 n) {
    const peer from(n);
    packet syn{};
    sequent::segment<> header;
    header.seq = sequent::sequence_number<u32>(5'000);
    header.control = sequent::control_bits<u32>(sequent::control_bits<u32>::syn_bit);
    stack_->on_packet(std::span(syn).first(write_packet(from, header, syn)), now_);
    std::array<std::uint8_t, 128> answer{};
    const auto sent = stack_->poll_packet(now_, answer);
    bench::require(sent.has_value(), "a SYN was not answered");
    const auto parsed =
        sequent::parse_segment(std::span(answer).subspan(20, sent->length - 20), {}, sequent::checksum_by::hardware);
    bench::require(parsed.has_value(), "the answer cannot be read");
    header.seq = header.seq + 1u;
    header.ack = parsed->header.seq + 1u;
    header.control = sequent::control_bits<u32>(sequent::control_bits<u32>::ack_bit);
    written acknowledgment{};
    acknowledgment.length = write_packet(from, header, acknowledgment.octets);
    stack_->on_packet(std::span(acknowledgment.octets).first(acknowledgment.length), now_);
    settle();
    acknowledgments_.push_back(acknowledgment);
  }

  void settle() {
    std::array<std::uint8_t, 128> out{};
    while (stack_->poll_packet(now_, out)) {
    }
  }

  bench::in_large_memory<stack> stack_{configuration()};
  std::vector<written> acknowledgments_;
  instant now_ = instant::from_microseconds(1'000'000);
};

// Awake: connections that have their buffers and tables at the same time; 0 for all of them.
template <u32 Connections, u32 Awake>
void measure(const char* acknowledging, const char* advancing, const bench::options& chosen) {
  if (!bench::wanted(chosen, acknowledging) && !bench::wanted(chosen, advancing)) return;
  crowded_stack<Connections, Awake> crowd;
  const std::size_t times = 1u << 20;
  bench::print_figure(acknowledging, BENCH_WHO, crowd.acknowledge(times));
  bench::print_figure(std::string(acknowledging) + ".together", BENCH_WHO, crowd.acknowledge_together(times));
  // An hour passes at most: no keep-alive falls due, as on a host whose connections are idle.
  bench::print_figure(advancing, BENCH_WHO, crowd.advance(times));
}

}  // namespace

int main(int count, char** words) {
  const bench::options chosen = bench::read_options(count, words);
  measure<10'000, 0>("idle.ack.10k", "idle.clock.10k", chosen);
  measure<1'000'000, 0>("idle.ack.1m", "idle.clock.1m", chosen);
  measure<10'000, 100>("idle.asleep.ack.10k", "idle.asleep.clock.10k", chosen);
  measure<1'000'000, 1'000>("idle.asleep.ack.1m", "idle.asleep.clock.1m", chosen);
}
