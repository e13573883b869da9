// Bulk data through two connections in memory, and beside it what the copies and checksums alone cost.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "bench/measure.hpp"
#include "bench/memory_pair.hpp"
#include "bench/stream.hpp"

namespace {

using bench::mss;

// A variant of the bulk row.
struct variant {
  const char* row;
  std::size_t burst;  // frames on the wire at once
  bool timestamps = false;
  bool checksums = true;
  bool in_place = false;
  bool large = false;
};

template <class Settings>
void prepare(Settings& settings, const variant& what) {
  settings.timestamps = what.timestamps;
  settings.checksum = what.checksums ? sequent::checksum_by::library : sequent::checksum_by::hardware;
  if constexpr (bench::knows_large_segments<Settings>) settings.large_segments = what.large;
}

// Carries octets in the way of the variant.
template <class Policy>
void carry(bench::memory_pair<Policy>& ends, const variant& what, const bench::stream& source, std::size_t octets,
           bool checked) {
  if constexpr (bench::lends_buffers<sequent::connection<Policy>>) {
    if (what.in_place) return bench::carry_in_place(ends, source, octets, checked);
  }
  bench::carry(ends, source, octets, checked);
}

template <std::size_t Window>
double nanoseconds_a_segment(const variant& what, const bench::stream& source, std::size_t octets) {
  auto client = bench::settings_of(1, 2);
  auto server = bench::settings_of(2, 1);
  prepare(client, what);
  prepare(server, what);
  bench::memory_pair<bench::windowed<Window>> ends(client, server, what.burst, what.large ? 65'600 : 1'536);
  ends.open();
  carry(ends, what, source, std::min(octets / 16, std::size_t{32} << 20), true);
  ends.stalls = 0;
  const double begin = bench::thread_nanoseconds();
  carry(ends, what, source, octets, false);
  const double end = bench::thread_nanoseconds();
  // A stall is a wait for a delayed acknowledgment or worse; a few may stand at the ends of the stream.
  bench::require(ends.stalls <= 2 + octets / (Window * 16), "the stream stalled");
  return (end - begin) * static_cast<double>(mss) / static_cast<double>(octets);
}

// The memory traffic of a bulk row and nothing else: from the writer's buffer to a ring, from there to frames, summed;
// summed again and stored in another ring; from there to the reader's buffer.
class traffic {
 public:
  traffic(std::size_t window, const variant& what, const bench::stream& source) : what_(what) {
    if (what.large) text_ *= 65'536 / mss;
    asm volatile("" : "+r"(text_));  // a length that the compiler knows would be copied in another way
    stride_ = text_ + 76;
    window_ = window / text_ * text_;
    for (auto* buffer : {&from_, &to_}) buffer->resize(65'536 / text_ * text_);
    for (auto* ring : {&send_ring_, &receive_ring_}) ring->resize(window_);
    wire_.resize(what.burst * stride_);
    const auto some = source.from(0, from_.size());
    std::copy(some.begin(), some.end(), from_.begin());
  }

  /// Carries one burst; returns its octets.
  std::size_t turn() {
    const std::size_t many = std::min(what_.burst, (window_ - at_) / text_);
    for (std::size_t i = 0; i != many && !what_.in_place; ++i) {
      std::memcpy(&send_ring_[at_ + i * text_], &from_[(at_ + i * text_) % from_.size()], text_);
    }
    for (std::size_t i = 0; i != many; ++i) {
      std::memcpy(&wire_[i * stride_], &send_ring_[at_ + i * text_], text_);
      sum(i);
    }
    for (std::size_t i = 0; i != many; ++i) {
      sum(i);
      std::memcpy(&receive_ring_[at_ + i * text_], &wire_[i * stride_], text_);
    }
    for (std::size_t i = 0; i != many && !what_.in_place; ++i) {
      std::memcpy(&to_[i * text_ % to_.size()], &receive_ring_[at_ + i * text_], text_);
    }
    asm volatile("" : : "r"(to_.data()), "r"(wire_.data()), "r"(sum_) : "memory");
    at_ = (at_ + many * text_) % window_;
    return many * text_;
  }

 private:
  void sum(std::size_t i) {
    if (what_.checksums) sum_ += sequent::sum_octets(std::span(wire_).subspan(i * stride_, text_));
  }

  variant what_;
  std::size_t text_ = mss;
  std::size_t stride_ = 0;
  std::size_t window_ = 0;
  std::size_t at_ = 0;
  sequent::u32 sum_ = 0;
  std::vector<std::uint8_t> from_, send_ring_, wire_, receive_ring_, to_;
};

double limit_a_segment(std::size_t window, const variant& what, const bench::stream& source, std::size_t octets) {
  traffic alone(window, what, source);
  std::size_t carried = 0;
  const double begin = bench::thread_nanoseconds();
  while (carried < octets) carried += alone.turn();
  return (bench::thread_nanoseconds() - begin) * static_cast<double>(mss) / static_cast<double>(carried);
}

// Whether the library has what a variant needs.
bool possible(const variant& what) {
  return (!what.in_place || bench::lends_buffers<sequent::connection<>>)&&(
      !what.large || bench::knows_large_segments<sequent::connection_config>);
}

template <std::size_t Window>
void measure(const variant& what, const bench::stream& source, const bench::options& chosen) {
  if (!bench::wanted(chosen, what.row) || !possible(what)) return;
  bench::print_figure(what.row, BENCH_WHO, nanoseconds_a_segment<Window>(what, source, chosen.octets));
  bench::print_figure(what.row, BENCH_LIMIT, limit_a_segment(Window, what, source, chosen.octets));
}

}  // namespace

int main(int count, char** words) {
  const bench::options chosen = bench::read_options(count, words);
  const bench::stream source;
  constexpr std::size_t small = 65'536;
  constexpr std::size_t large = std::size_t{1} << 20;
  constexpr std::size_t burst = small / mss + 2;
  measure<small>({"bulk.64k", burst}, source, chosen);
  variant timestamps{"bulk.64k.timestamps", burst};
  timestamps.timestamps = true;
  measure<small>(timestamps, source, chosen);
  variant no_sums{"bulk.64k.nosum", burst};
  no_sums.checksums = false;
  measure<small>(no_sums, source, chosen);
  variant in_place{"bulk.64k.nocopy", burst};
  in_place.checksums = false;
  in_place.in_place = true;
  measure<small>(in_place, source, chosen);
  variant large_segments{"bulk.64k.large", 2};
  large_segments.large = true;
  measure<small>(large_segments, source, chosen);
  measure<large>({"bulk.1m", large / mss + 2}, source, chosen);
}
