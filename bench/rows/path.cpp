// Two Sequent connections over a path in virtual time that loses or reorders.
#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "bench/measure.hpp"
#include "bench/memory_pair.hpp"
#include "bench/stream.hpp"
#include "bench/virtual_path.hpp"

namespace {

using bench::virtual_time;
using sequent::instant;

template <std::size_t Window>
class sequent_ends {
 public:
  static constexpr std::size_t tcp_offset = 0;

  sequent_ends(const sequent::connection_config& client, const sequent::connection_config& server, std::size_t octets,
               virtual_time now)
      : octets_(octets), end_{std::make_unique<end>(client), std::make_unique<end>(server)} {
    bench::require(end_[1]->listen().has_value(), "listening");
    bench::require(end_[0]->connect(instant::from_microseconds(now)).has_value(), "connecting");
  }

  template <class Give>
  void packets(int side, virtual_time now, Give give) {
    while (const auto sent = at(side).poll_transmit(instant::from_microseconds(now), frame_)) {
      give(std::span(frame_).first(sent->length), sent->not_before.microseconds());
    }
  }
  void deliver(int side, std::span<const std::uint8_t> octets, virtual_time now) {
    bench::require(at(side).on_octets(octets, instant::from_microseconds(now)).has_value(), "a segment was refused");
  }
  virtual_time deadline(int side) {
    const auto next = at(side).next_deadline();
    return next ? next->microseconds() : bench::never;
  }
  void due(int side, virtual_time now) { at(side).on_deadline(instant::from_microseconds(now)); }
  void use(virtual_time) {
    while (written_ != octets_) {
      const auto taken = at(0).write(source_.from(written_, octets_ - written_));
      if (!taken) break;
      written_ += *taken;
    }
    while (const auto got = at(1).read(out_)) {
      bench::require(source_.holds(read_, std::span(out_).first(*got)), "other octets arrived than were sent");
      read_ += *got;
    }
    bench::require(!at(0).ended_by() && !at(1).ended_by(), "the connection broke");
  }
  [[nodiscard]] bool done() const { return read_ == octets_; }

 private:
  using end = sequent::connection<bench::windowed<Window>>;
  end& at(int side) { return *end_[static_cast<std::size_t>(side)]; }

  std::size_t octets_;
  std::size_t written_ = 0;
  std::size_t read_ = 0;
  std::unique_ptr<end> end_[2];
  bench::stream source_{};
  std::vector<std::uint8_t> out_ = std::vector<std::uint8_t>(65'536);
  std::array<std::uint8_t, 1'536> frame_{};
};

template <std::size_t Window>
void measure(bench::path_row row, const bench::options& chosen) {
  row.path.seed = chosen.seed;
  auto client = bench::settings_of(1, 2);
  auto server = bench::settings_of(2, 1);
  client.isn_offset = static_cast<sequent::u32>(chosen.seed * 2'654'435'761u);
  constexpr virtual_time begin = 1'000'000;
  sequent_ends<Window> ends(client, server, chosen.octets, begin);
  bench::print_outcome(row, BENCH_WHO, bench::carry_over(ends, row.path, begin), chosen.octets);
}

}  // namespace

int main(int count, char** words) {
  const bench::options chosen = bench::read_options(count, words);
  for (const bench::path_row& row : bench::path_rows) {
    if (!bench::wanted(chosen, row.row)) continue;
    if (row.window == 65'536) {
      measure<65'536>(row, chosen);
    } else {
      measure<262'144>(row, chosen);
    }
  }
}
