// What a run shows, as plain data: every renderer and every test reads this, and nothing of the core.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sequent::explain {

/// A moment or a span of virtual time.
using microseconds = std::int64_t;
inline constexpr microseconds millisecond = 1'000;
inline constexpr microseconds second = 1'000'000;

/// A range of sequence numbers, [first, second).
using number_range = std::pair<std::uint32_t, std::uint32_t>;

/// A segment as it stands on the wire. Numbers are those of the wire: 32 bits.
struct segment_facts {
  int number = 0;  ///< counted from 1 over both ends, in the order of sending; 0: neither end sent it
  std::uint32_t seq = 0;
  std::uint32_t ack = 0;
  std::uint32_t window = 0;  ///< the field, not scaled
  std::uint32_t urgent = 0;  ///< the urgent field
  bool syn = false, has_ack = false, fin = false, rst = false, psh = false, urg = false, ece = false, cwr = false;
  std::string text{};
  std::optional<std::uint32_t> mss{}, scale{};
  bool sack_permitted = false;
  std::optional<std::pair<std::uint32_t, std::uint32_t>> timestamps{};  ///< TSval, TSecr
  std::vector<number_range> sack{};
  std::optional<std::size_t> cookie{};  ///< octets of a Fast Open cookie; 0 asks for one
  bool capable = false;                 ///< the IP header says that marks are understood (RFC 3168)
  bool marked = false;                  ///< the IP header says that there was congestion
  std::size_t octets = 0;               ///< with its header
  std::string shown{};                  ///< how it is shown, where that does not follow from the rest
  bool tells_seq = false;               ///< the number is worth showing although nothing is numbered
  bool tells_window = false;            ///< the window is worth showing

  [[nodiscard]] std::uint32_t end() const {
    return seq + static_cast<std::uint32_t>(text.size()) + (syn ? 1u : 0u) + (fin ? 1u : 0u);
  }
};

/// A rule of the specification that fired.
struct rule_fact {
  std::string id{};    ///< e.g. "LISTEN-3"
  std::string cite{};  ///< e.g. "rfc9293#3.10.7.2/third"
  std::string says{};
  bool tells = true;  ///< false: it only says that a check had nothing to object
  friend bool operator==(const rule_fact&, const rule_fact&) = default;
};

/// A timer that runs, and when it is due.
struct timer_fact {
  std::string name{};
  microseconds due = 0;
};

/// How an end stands.
struct end_facts {
  std::string state{};  ///< the RFC's name
  std::uint32_t iss = 0, irs = 0;
  std::uint32_t snd_una = 0, snd_nxt = 0, snd_wnd = 0;
  std::uint32_t rcv_nxt = 0, rcv_wnd = 0;
  std::uint32_t buffered = 0;  ///< octets of the send buffer: sent and not acknowledged, or not sent yet
  std::uint32_t unread = 0;    ///< octets that the user may read
  std::vector<number_range> held{};
  std::uint32_t segment = 0;  ///< the most text of a segment
  std::uint32_t cwnd = 0, ssthresh = 0, pipe = 0;
  int duplicates = 0;  ///< duplicate acknowledgments in a row
  bool recovering = false;
  bool measured = false;  ///< a round trip has been
  microseconds srtt = 0, rttvar = 0, rto = 0;
  int doublings = 0;
  bool owes_ack = false;
  bool ended = false;  ///< not in good order
  bool end_of_stream = false;
  std::uint32_t urgent_ahead = 0;
  std::vector<timer_fact> timers{};
  std::string read{};  ///< everything that the user has read

  [[nodiscard]] const timer_fact* timer(const std::string& name) const {
    for (const timer_fact& each : timers) {
      if (each.name == name) return &each;
    }
    return nullptr;
  }
};

enum class happening : std::uint8_t {
  call,     ///< a user calls
  sends,    ///< a segment goes out
  arrives,  ///< a segment arrives
  timer,    ///< a timer is due
  reports,  ///< an ICMP error arrives
};

/// What the path did with a segment.
enum class fate : std::uint8_t { whole, lost, damaged, late, repeated, marked, old, forged, too_big };

/// Its name, e.g. "lost".
[[nodiscard]] constexpr const char* name(fate what) {
  constexpr const char* names[] = {"whole",  "lost", "damaged", "late",   "repeated",
                                   "marked", "old",  "forged",  "too big"};
  return names[static_cast<std::size_t>(what)];
}

/// One thing that happened at one end.
struct step {
  happening kind = happening::call;
  microseconds at = 0;
  int end = 0;                ///< 0 or 1: where it happens
  std::string what{};         ///< call: what was asked for; sends: why; timer: its name; reports: what is said
  std::string error{};        ///< call: the error that answered it
  segment_facts segment{};    ///< sends and arrives
  fate became = fate::whole;  ///< sends and arrives
  bool again = false;         ///< sends: octets that had been sent before
  microseconds sent_at = 0;   ///< arrives: when it was sent
  std::vector<rule_fact> rules{};
  std::array<end_facts, 2> before{}, after{};
  std::string got{};   ///< what the user of this end read because of it
  std::string says{};  ///< the sentence that explains it; empty where there is nothing to say

  [[nodiscard]] const end_facts& was() const { return before[static_cast<std::size_t>(end)]; }
  [[nodiscard]] const end_facts& is() const { return after[static_cast<std::size_t>(end)]; }
  [[nodiscard]] bool fired(const std::string& id) const {
    for (const rule_fact& each : rules) {
      if (each.id == id) return true;
    }
    return false;
  }
};

/// A curve.
struct series {
  std::string name{};
  std::vector<std::pair<double, double>> points{};  ///< x ascending
};

/// Curves over one pair of axes.
struct plot {
  std::string title{};
  std::string x{}, y{};  ///< what the axes count
  std::vector<series> curves{};
};

/// Rows under headings.
struct table {
  std::string title{};
  std::vector<std::string> heads{};
  std::vector<std::vector<std::string>> rows{};
};

/// A run and what there is to say about it.
struct chapter {
  std::string title{};
  std::string about{};  ///< one paragraph, before it
  std::array<std::string, 2> names{"client", "server"};
  std::vector<step> steps{};
  std::vector<plot> plots{};
  std::vector<table> tables{};
  std::vector<std::string> lessons{};  ///< after it
  bool judged = true;                  ///< the specification stands beside it, or oracles that are made of it
  std::string wrong{};                 ///< what the specification objected to, if it did
};

/// A topic.
struct story {
  std::string topic{};
  std::string title{};
  std::string about{};
  std::vector<chapter> chapters{};

  /// What was wrong with any run of it; empty: nothing.
  [[nodiscard]] std::string wrong() const {
    for (const chapter& each : chapters) {
      if (!each.wrong.empty()) return each.title + ": " + each.wrong;
    }
    return {};
  }
};

}  // namespace sequent::explain
