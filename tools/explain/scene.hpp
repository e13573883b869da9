// Two ends over a path that is told what to do with each segment, in virtual time; everything that happens is recorded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/explain/end.hpp"
#include "tools/explain/facts.hpp"

namespace sequent::explain {

/// What a user may vary on the command line. Nothing: as the topic has it.
struct variation {
  std::uint32_t seed = 1;                             ///< of random losses
  std::uint32_t loss = 0;                             ///< percent of segments that the path loses besides, 0 to 50
  std::optional<microseconds> round_trip{};           ///< milliseconds and more
  std::optional<std::array<std::uint32_t, 2>> isn{};  ///< initial sequence numbers of client and server
};

/// What the path is asked about each segment.
struct passing {
  int from = 0;
  int number = 0;      ///< of this end, counted from 1
  int with_text = 0;   ///< the same of those with text; 0: it has none
  bool again = false;  ///< it has octets that were sent before
  const segment_facts* segment = nullptr;
};

/// What it answers.
struct treatment {
  fate what = fate::whole;
  microseconds by = 0;    ///< late: so much later; repeated: the copy so much later
  std::size_t bit = 0;    ///< damaged: which bit, counted from the first octet of the header
  bool swaps = false;     ///< damaged: two words of the text change places instead
  std::uint32_t mtu = 0;  ///< too_big: what the link takes; the sender hears of it unless it is 0
};

/// A scene. Index 0 is the left end, by custom the client.
struct scene_setting {
  std::array<end_setting, 2> end{};
  microseconds round_trip = 100 * millisecond;
  microseconds spacing = millisecond;     ///< one segment leaves so much after the other, at least
  std::array<bool, 2> reads{true, true};  ///< whether the user reads at once what there is
};

class scene {
 public:
  scene(const scene_setting& given, const variation& varied);

  /// What the path does; by default nothing.
  std::function<treatment(const passing&)> path{};

  /// Opens a connection over a path that does nothing, and begins to record when it is open: time and numbers of
  /// segments start anew.
  void open();

  // What users do now.
  void listen(int end);
  /// `text` is queued before the SYN goes out.
  void connect(int end, std::string_view text = {});
  void write(int end, std::string_view text, bool urgent = false);
  void read(int end, std::size_t most = 1'000'000);
  void shutdown(int end);
  void close(int end);
  void abort(int end);
  void set_reading(int end, bool at_once) { reads_[static_cast<std::size_t>(end)] = at_once; }

  /// What is done at a moment from now on, or once something holds.
  void after(microseconds span, std::function<void()> what) { plans_.emplace(now_ + span, std::move(what)); }
  void once(std::function<bool()> holds, std::function<void()> what) {
    waits_.push_back({std::move(holds), std::move(what)});
  }
  /// The same once an end is in a state.
  void once_in(int end, const char* state, std::function<void()> what) {
    once([this, end, state] { return facts(end).state == state; }, std::move(what));
  }
  /// A segment that neither end sent arrives after a span.
  void inject(int to, microseconds span, const segment_facts& facts, fate what);

  /// An ICMP error arrives after a span: the segment at `seq` was too big for a link that takes `mtu` octets.
  void report(int to, microseconds span, std::uint32_t seq, std::uint32_t mtu);
  /// The host of an end fails and starts again, knowing nothing; it may listen again.
  void restart(int end, bool listens);

  /// Lets time pass until nothing more happens, or so long.
  void run(microseconds most);

  /// Since recording began.
  [[nodiscard]] microseconds now() const { return now_ - origin_; }
  [[nodiscard]] microseconds one_way() const { return round_trip_ / 2; }
  [[nodiscard]] end_facts facts(int end) const;
  [[nodiscard]] const std::vector<step>& steps() const { return steps_; }
  /// A chapter of what has happened, without words.
  [[nodiscard]] chapter told(std::string title) const;

 private:
  struct packet {
    int to = 0;
    wire_octets wire{};
    segment_facts facts{};
    fate became = fate::whole;
    microseconds sent_at = 0;
    std::uint32_t mtu = 0;  // not 0: an ICMP error that says so
  };
  struct waiting {
    std::function<bool()> holds{};
    std::function<void()> what{};
  };

  [[nodiscard]] end& at(int which) const { return *ends_[static_cast<std::size_t>(which)]; }
  step begin(happening kind, int where) const;
  step& finish(step done);
  void call(int where, std::string what, const std::function<std::string()>& how);
  void settle();
  bool meet_waits();
  void take_up(int where, step& because);
  bool send(int from);
  void carry(int from, const wire_octets& wire, step& sent);
  void deliver(packet p);
  void pass_time(microseconds to);
  [[nodiscard]] std::optional<microseconds> next_event() const;
  [[nodiscard]] bool unlucky();

  std::array<end_setting, 2> settings_{};
  std::array<std::unique_ptr<end>, 2> ends_{};
  std::array<bool, 2> reads_{};
  std::array<std::uint16_t, 2> ports_{};
  std::array<int, 2> sent_{}, texts_{};
  std::array<std::uint32_t, 2> furthest_{};
  std::array<bool, 2> any_sent_{};
  std::array<microseconds, 2> free_at_{};
  std::multimap<microseconds, packet> flying_{};
  std::multimap<microseconds, std::function<void()>> plans_{};
  std::vector<waiting> waits_{};
  std::vector<step> steps_{};
  microseconds round_trip_ = 0, spacing_ = 0, now_ = 0, origin_ = 0;
  std::uint32_t loss_ = 0;
  std::uint64_t random_ = 0;
  int number_ = 0;
};

}  // namespace sequent::explain
