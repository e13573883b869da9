// Two production connections over a path, in virtual time, each judged by what passes its interface.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/spec/oracles/finish.hpp"
#include "model/spec/oracles/reasons.hpp"
#include "model/spec/oracles/reductions.hpp"
#include "sequent/connection.hpp"
#include "tests/path/heap_storage.hpp"
#include "tests/path/link.hpp"
#include "tests/path/mark_watch.hpp"
#include "tests/path/told_causes.hpp"
#include "tests/path/wire_reader.hpp"
#include "tests/support/icmp_reports.hpp"

namespace sequent::path {

/// The default connection, but for where its buffers lie.
struct path_policy : default_policy {
  using trace = traced_by<told_causes>;
  using send_storage = heap_storage;
  using receive_storage = heap_storage;
  static constexpr std::size_t max_held_ranges = held_ranges_for(1 << 20);
  static constexpr std::size_t max_sent_runs = sent_runs_for(1 << 20);
};

/// What the application of one end does. Amounts in octets.
struct application_setting {
  std::uint64_t writes = 0;     ///< altogether; then it shuts down
  std::uint64_t piece = 0;      ///< of one write; 0: as much as there is room for
  nanoseconds every = 0;        ///< between writes; 0: as soon as there is room
  std::uint64_t reads = 0;      ///< of one read; 0: everything that is there
  nanoseconds reads_every = 0;  ///< between reads; 0: as soon as something is there
};

/// What is broken on purpose, for the checks of the oracles.
enum class path_fault : std::uint8_t {
  none,
  hurried_clock,   ///< the ends' clocks run twice as fast as time
  repeats,         ///< every fortieth segment with text goes out twice
  far_ahead,       ///< every fortieth segment with text claims to stand a megabyte ahead
  deaf,            ///< no timer is served
  drowsy,          ///< every timer is served two seconds late
  unexplained,     ///< the oracle of pauses is not told what the path loses
  echoes_unheard,  ///< the ends do not hear echoes of congestion
  echoes_unsent,   ///< nor are any on the wire
};

/// A run.
struct path_setting {
  std::array<connection_config, 2> config{};
  std::array<link_setting, 2> way{};  ///< way[i] carries what end i sends
  std::array<application_setting, 2> application{};
  std::array<std::size_t, 2> send_buffer{1 << 20, 1 << 20};
  std::array<std::size_t, 2> receive_buffer{1 << 20, 1 << 20};
  nanoseconds grain = microsecond;  ///< of both ends' clocks
  nanoseconds most_time = 3'600 * second;
  std::uint64_t most_events = 3'000'000;
  path_fault broken = path_fault::none;
  bool keeps_ladder = false;  ///< the last events are remembered, to be drawn
};

/// What a run showed. Index 0 is what end 0 sent, and so on.
struct path_result {
  std::string why{};     ///< what was wrong, if anything
  std::string ladder{};  ///< the events before it
  bool finished = false;
  nanoseconds took = 0;  ///< until everything that was written had been read
  std::array<std::uint64_t, 2> segments{};
  std::array<std::uint64_t, 2> again{};     ///< segments with octets that had been sent before
  std::array<std::uint64_t, 2> needless{};  ///< those of which the peer had every octet already when they arrived
  std::array<std::uint64_t, 2> drops{};     ///< packets that the path lost
  std::array<std::uint64_t, 2> marks{};     ///< and that it marked
  std::array<std::uint64_t, 2> acks{};      ///< segments without text
  std::array<std::array<std::uint64_t, spec::reasons>, 2> reasons{};
  std::array<std::uint64_t, 2> timeouts{};  ///< nothing else explains them, or the timer was due and the end says so
  std::array<std::uint64_t, 2> repairs{};
  std::array<std::uint64_t, 2> reductions{};  ///< of the congestion window, and those that were taken back
  std::array<std::uint64_t, 2> undone{};
  std::array<std::uint64_t, 2> read{};  ///< octets that end i read
};

/// A segment that crosses the interface of an end.
struct passing_packet {
  std::size_t where = 0;  ///< the end
  bool leaves = false;    ///< it is sent there, or else it arrives
  bool lost = false;      ///< the path loses it
  instant at{};           ///< what the end's clock shows
  std::span<const std::uint8_t> octets{};
};

/// Who watches a run.
struct path_watcher {
  std::function<void(const trace_event&)> tells{};      ///< what end 0 tells
  std::function<void(const passing_packet&)> passes{};  ///< each segment, after what is told of it if it leaves
};

/// The run. `Policy` must have heap_storage.
template <class Policy = path_policy>
class two_ends {
 public:
  using tcp = connection<Policy>;

  explicit two_ends(const path_setting& given) : given_(given), ways_{link(given.way[0]), link(given.way[1])} {
    for (std::size_t i = 0; i != 2; ++i) {
      connection_config& config = given_.config[i];
      config.local_port = static_cast<std::uint16_t>(1'000 + i);
      config.remote_port = static_cast<std::uint16_t>(1'001 - i);
      end_[i] =
          std::make_unique<tcp>(config, heap_storage(given.send_buffer[i]), heap_storage(given.receive_buffer[i]));
      end_[i]->trace().sink = &told_[i];
      watch_.emplace_back(spec::reasons_oracle::settings{.least_timeout = config.rto.least.count(),
                                                         .first_timeout = config.rto.initial.count(),
                                                         .most_timeout = config.rto.most.count(),
                                                         .sack = given.config[0].sack && given.config[1].sack,
                                                         .grain = given.grain / microsecond});
      const connection_config& peer = given.config[1 - i];
      finish_.emplace_back(spec::finish_parameters{.least_timeout = config.rto.least.count(),
                                                   .most_timeout = config.rto.most.count(),
                                                   .delays_ack = peer.delayed_ack.count(),
                                                   .overrides = config.silly_window_override.count(),
                                                   .grain = given.grain / microsecond});
      reductions_.emplace_back(reductions_of(given.grain / microsecond));
    }
  }

  /// Before run(): what happens at some moment, e.g. an ICMP message or a call.
  void at(nanoseconds when, std::function<void(two_ends&)> what) { happenings_.emplace(when, std::move(what)); }
  /// Before run(): who watches it.
  void watch(const path_watcher& watcher) {
    told_[0].besides = watcher.tells;
    passes_ = watcher.passes;
  }
  [[nodiscard]] tcp& end(std::size_t i) { return *end_[i]; }
  /// What the ends' clocks show, and the true time in microseconds to their grain.
  [[nodiscard]] instant clock() const {
    return instant::from_microseconds(time() * (given_.broken == path_fault::hurried_clock ? 2 : 1));
  }
  [[nodiscard]] spec::microseconds time() const { return now_ / given_.grain * (given_.grain / microsecond); }

  path_result run() {
    (void)end_[1]->listen();
    (void)end_[0]->connect(clock());
    settle();
    std::uint64_t events = 0;
    while (!over() && result_.why.empty()) {
      const auto next = next_event();
      if (!next) break;  // the ends have given up
      if (*next > given_.most_time || ++events > given_.most_events) break;
      now_ = std::max(now_, *next);
      step();
    }
    conclude();
    return result_;
  }

 private:
  struct packet {
    std::size_t to = 0;
    std::vector<std::uint8_t> octets{};
    ecn_codepoint mark = ecn_codepoint::not_capable;
    bool copy = false;        ///< the path made it
    std::uint32_t takes = 0;  ///< not that packet, but a report that it was too big for a hop that takes so much
  };

  // Everything has been read, and acknowledged.
  [[nodiscard]] bool over() const {
    return read_[0] == given_.application[1].writes && read_[1] == given_.application[0].writes &&
           watch_[0].una() > static_cast<spec::position>(given_.application[0].writes) &&
           watch_[1].una() > static_cast<spec::position>(given_.application[1].writes);
  }

  void step() {
    while (!happenings_.empty() && happenings_.begin()->first <= now_) {
      const auto what = happenings_.begin()->second;
      happenings_.erase(happenings_.begin());
      what(*this);
    }
    while (!flying_.empty() && flying_.begin()->first <= now_) {
      packet p = std::move(flying_.begin()->second);
      flying_.erase(flying_.begin());
      arrive(std::move(p));
    }
    for (std::size_t i = 0; i != 2; ++i) {
      if (const auto due = end_[i]->next_deadline();
          due && *due + late() <= clock() && given_.broken != path_fault::deaf) {
        note(i, "deadline");
        reductions_[i].expired(time());
        end_[i]->on_deadline(clock());
        stand(i);
        send(i);
      }
      check_timers(i);
    }
    settle();
    for (std::size_t i = 0; i != 2; ++i) judge_finish(i);
  }

  // How late timers are served.
  [[nodiscard]] duration late() const {
    return given_.broken == path_fault::drowsy ? duration::seconds(2) : duration{};
  }
  [[nodiscard]] spec::microseconds true_time() const { return now_ / microsecond; }
  // Something was written and is not acknowledged, or was sent.
  void judge_finish(std::size_t i) {
    const bool open = end_[i]->state() >= connection_state::established;
    const auto text = static_cast<spec::position>(written_[i]);
    const bool waits = watch_[i].outstanding() || (open && watch_[i].una() <= text);
    finish_[i].waits(true_time(), waits);
    if (!finish_[i].violation().empty()) wrong(of(i) + finish_[i].violation());
  }
  void disturbed() {
    if (given_.broken == path_fault::unexplained) return;
    for (spec::finish_oracle& each : finish_) each.disturbed(true_time());
  }

  void arrive(packet p) {
    const std::size_t i = p.to;
    if (p.takes != 0) return hear_too_big(p);
    const auto seg = near_[i].read(static_cast<int>(1 - i), p.octets);
    if (seg) {
      count_needless(1 - i, *seg, p.copy);
      const spec::position before = watch_[i].una();
      watch_[i].heard(*seg, time());
      marks_[i].heard(*seg, p.octets[13], p.mark);
      reductions_[i].heard(*seg, watch_[i].una(), time());
      if (watch_[i].una() > before) {
        const spec::octet_range covered{before, watch_[i].una()};
        finish_[i].moved(true_time(), covered, watch_[i].nxt(), sent_once(i, covered), repeated_in_vain_[i]);
        repeated_in_vain_[i] = false;
      }
      note(i, "hears", &*seg, p.mark == ecn_codepoint::congestion_experienced ? " CE" : "");
    }
    if (passes_) passes_({i, false, false, clock(), p.octets});
    if (given_.broken == path_fault::echoes_unheard) take_echo(p.octets);
    (void)end_[i]->on_octets(p.octets, clock(), p.mark);
    judge(i);
    stand(i);
    // New text waits for the retransmission timer where a window of one segment is marked (RFC 3168 section 6.1.2).
    if (end_[i]->sending().ecn().held()) disturbed();
    read(i);
    send(i);
  }

  // An ICMP message "fragmentation needed" (RFC 1191) about a segment of that end.
  void hear_too_big(const packet& p) {
    watch_[p.to].too_big(p.takes);
    reductions_[p.to].too_big();
    note(p.to, "hears that a packet was too big");
    end_[p.to]->on_icmp(test::too_big(p.takes, sequence_of(p.octets)), clock());
    stand(p.to);
    send(p.to);
  }

  // How the windows stand, as a caller may ask (see reductions_oracle). With the connection they end.
  void stand(std::size_t i) {
    if (end_[i]->state() == connection_state::closed) return;
    const connection_statistics now = end_[i]->statistics();
    if (now.slow_start_threshold != threshold_[i] && threshold_[i] != 0) {
      note(i, "has ssthresh " + std::to_string(now.slow_start_threshold) + " and cwnd " +
                  std::to_string(now.congestion_window));
    }
    threshold_[i] = now.slow_start_threshold;
    reductions_[i].stands({now.congestion_window, now.slow_start_threshold, now.segment_size}, time());
    if (!reductions_[i].violation().empty()) wrong(of(i) + reductions_[i].violation());
  }
  // By what the congestion control keeps of a million octets.
  [[nodiscard]] static spec::reductions_oracle::settings reductions_of(spec::microseconds grain) {
    using control = typename Policy::congestion_control;
    const bool cubic = control::reduced(1'000'000) > 500'000;
    return {.kept = cubic ? 7 : 1, .kept_of = cubic ? 10 : 2, .finds_end = cubic, .grain = grain};
  }

  void settle() {
    for (std::size_t i = 0; i != 2; ++i) {
      read(i);
      write(i);
      send(i);
    }
  }

  void read(std::size_t i) {
    const application_setting& mine = given_.application[i];
    if (mine.reads_every != 0 && now_ < reads_at_[i]) return;
    std::size_t most = std::min<std::size_t>(end_[i]->readable(), mine.reads != 0 ? mine.reads : buffer_.size());
    if (most == 0) return;
    while (most != 0) {
      const auto got = end_[i]->read(std::span(buffer_).first(std::min(most, buffer_.size())));
      if (!got) break;
      for (std::size_t k = 0; k != *got; ++k) {
        if (buffer_[k] != octet(1 - i, read_[i] + k)) return wrong("a wrong octet was read");
      }
      read_[i] += *got;
      if (mine.reads_every != 0) finish_[1 - i].disturbed(true_time());
      most = mine.reads_every != 0
                 ? 0
                 : std::min<std::size_t>(end_[i]->readable(), mine.reads != 0 ? mine.reads : buffer_.size());
    }
    if (mine.reads_every != 0) reads_at_[i] = now_ + mine.reads_every;
    result_.took = now_;
  }

  void write(std::size_t i) {
    const application_setting& mine = given_.application[i];
    if (end_[i]->state() < connection_state::established || shut_[i]) return;
    while (written_[i] != mine.writes) {
      if (mine.every != 0 && now_ < writes_at_[i]) return;
      const std::uint64_t ahead = mine.piece == 0 ? mine.writes - written_[i] : mine.piece - written_[i] % mine.piece;
      const std::size_t most = static_cast<std::size_t>(
          std::min<std::uint64_t>({ahead, mine.writes - written_[i], end_[i]->writable(), buffer_.size()}));
      if (most == 0) return;
      for (std::size_t k = 0; k != most; ++k) buffer_[k] = octet(i, written_[i] + k);
      const auto took = end_[i]->write(std::span(buffer_).first(most));
      if (!took) return;
      written_[i] += *took;
      if (mine.every != 0 && (mine.piece == 0 || written_[i] % mine.piece == 0))
        writes_at_[i] = std::max(writes_at_[i], now_ - mine.every) + mine.every;
      send(i);
    }
    shut_[i] = true;
    (void)end_[i]->shutdown();
  }

  void send(std::size_t i) {
    while (const auto out = end_[i]->poll_transmit(clock(), segment_)) {
      if (given_.broken == path_fault::echoes_unsent) take_echo(std::span(segment_).first(out->length));
      const std::span<const std::uint8_t> octets = std::span(segment_).first(out->length);
      auto seg = near_[i].read(static_cast<int>(i), octets);
      if (!seg) return wrong("what was sent is no segment");
      const bool fortieth = !octets.empty() && seg->octets.last > seg->octets.first && ++texts_[i] % 40 == 0;
      if (fortieth && given_.broken == path_fault::far_ahead) {
        seg->octets = {seg->octets.first + (1 << 20), seg->octets.last + (1 << 20)};
      }
      marks_[i].sent(*seg, segment_[13], out->ecn);
      const spec::position before = watch_[i].nxt();
      const spec::reason why = watch_[i].sent(*seg, time());
      if (fortieth && given_.broken == path_fault::repeats) (void)watch_[i].sent(*seg, time());
      ++result_.segments[i];
      if (seg->octets.first < std::min(before, seg->octets.last)) ++result_.again[i];
      if (why == spec::reason::control) ++result_.acks[i];
      const bool said = told_[i].latest == cause::timeout && watch_[i].timer_was_due();
      if (why == spec::reason::timer || said) ++result_.timeouts[i];
      const nanoseconds leaves = std::max(now_, out->not_before.microseconds() * microsecond);
      const link::outcome became = ways_[i].carry(octets.size() + 20, out->ecn != ecn_codepoint::not_capable, leaves);
      note(i, became.lost ? "sends (lost)" : "sends", &*seg, name(why));
      if (passes_) passes_({i, true, became.lost, clock(), octets});
      reductions_[i].sent(*seg, why, watch_[i].una(), time(), watch_[i].probe_was_due());
      judge(i);
      stand(i);
      if (!told_[i].latest || !agree(*told_[i].latest, why)) {
        wrong(of(i) + "what is sent as " + (told_[i].latest ? name(*told_[i].latest) : "nothing") + " has the reason " +
              name(why));
      }
      if (became.lost) ++result_.drops[i];
      if (became.lost || became.held_back) disturbed();
      if (became.arrives && !became.held_back) {
        const spec::microseconds took = (*became.arrives - now_) / microsecond;
        finish_[i].travelled(0, took);
        finish_[1 - i].travelled(1, took);
      }
      if (seg->octets.first < std::min(before, seg->octets.last)) {
        again_[i].push_back(seg->octets);
        finish_[i].sent_again(watch_[i].nxt());
        if (seg->octets.first == watch_[i].una()) finish_[i].repeated();
        if (seg->syn) finish_[i].syn_repeated();
      }
      if (became.reported) {
        flying_.emplace(*became.reported, packet{i,
                                                 {octets.begin(), octets.end()},
                                                 ecn_codepoint::not_capable,
                                                 false,
                                                 static_cast<std::uint32_t>(given_.way[i].mtu)});
      }
      const ecn_codepoint mark = became.marked ? ecn_codepoint::congestion_experienced : out->ecn;
      if (became.marked) ++result_.marks[i];
      if (became.arrives) flying_.emplace(*became.arrives, packet{1 - i, {octets.begin(), octets.end()}, mark});
      if (became.again) flying_.emplace(*became.again, packet{1 - i, {octets.begin(), octets.end()}, mark, true});
    }
    stand(i);  // who may not send has asked all the same, and may have found that it was idle
    check_recovery(i);
  }

  // A recovery that knows of a loss and has nothing in the network would stand still until the timer (RFC 5681
  // section 3.1: a segment may always be outstanding).
  void check_recovery(std::size_t i) {
    const auto& recovery = end_[i]->sending().recovery();
    const bool stands = recovery.recovering() && recovery.pipe() == 0 && recovery.board().lost() != 0;
    if (stands && !end_[i]->sending().ecn().held()) {
      wrong(of(i) + "nothing is in the network, and what is lost does not go out");
    }
  }

  // RFC 9293 section 3.8: whatever is outstanding or waits for a window has a timer, and none that has passed.
  void check_timers(std::size_t i) {
    const auto due = end_[i]->next_deadline();
    if (due && *due + late() <= clock()) return wrong(of(i) + "a timer is due in the past after it was served");
    if (!due && watch_[i].outstanding() && end_[i]->state() != connection_state::closed) {
      return wrong(of(i) + "octets " + spec::show(spec::octet_range{watch_[i].una(), watch_[i].nxt()}) +
                   " are outstanding and no timer runs");
    }
  }

  // What an acknowledgment covers was sent once, all of it.
  [[nodiscard]] bool sent_once(std::size_t i, const spec::octet_range& r) {
    again_[i] = spec::joined(std::move(again_[i]));
    return !spec::holds_any(again_[i], r);
  }

  void count_needless(std::size_t from, const spec::passing_segment& seg, bool copy) {
    if (seg.octets.last <= seg.octets.first || copy) return;
    if (spec::holds_all(arrived_[from], seg.octets)) {
      ++result_.needless[from];
      repeated_in_vain_[from] = true;
    }
    arrived_[from].push_back(seg.octets);
    arrived_[from] = spec::joined(std::move(arrived_[from]));
  }

  [[nodiscard]] std::optional<nanoseconds> next_event() const {
    std::optional<nanoseconds> at;
    const auto take = [&](nanoseconds other) { at = at ? std::min(*at, other) : other; };
    if (!flying_.empty()) take(flying_.begin()->first);
    if (!happenings_.empty()) take(happenings_.begin()->first);
    for (std::size_t i = 0; i != 2; ++i) {
      if (const auto due = end_[i]->next_deadline()) {
        const std::int64_t pace = given_.broken == path_fault::hurried_clock ? 2 : 1;
        take(((*due + late()).microseconds() / pace * microsecond + given_.grain - 1) / given_.grain * given_.grain);
      }
      const application_setting& mine = given_.application[i];
      if (mine.reads_every != 0 && end_[i]->readable() != 0) take(std::max(reads_at_[i], now_ + 1));
      const bool waits = mine.every != 0 && written_[i] != mine.writes && end_[i]->writable() != 0;
      if (waits && end_[i]->state() >= connection_state::established) take(std::max(writes_at_[i], now_ + 1));
    }
    return at;
  }

  [[nodiscard]] static std::uint8_t octet(std::size_t writer, std::uint64_t position) {
    return static_cast<std::uint8_t>((position * 0x9E3779B97F4A7C15u >> 56) ^ (writer * 0x5Au));
  }

  [[nodiscard]] static u32 sequence_of(std::span<const std::uint8_t> octets) {
    return u32{octets[4]} << 24 | u32{octets[5]} << 16 | u32{octets[6]} << 8 | octets[7];
  }

  [[nodiscard]] static std::string of(std::size_t i) { return "end " + std::to_string(i) + ": "; }
  void judge(std::size_t i) {
    if (!watch_[i].violation().empty()) wrong(of(i) + watch_[i].violation());
    if (!marks_[i].violation().empty()) wrong(of(i) + marks_[i].violation());
  }
  // Takes away a segment's ECE, and that from its checksum. That of a SYN stays: it negotiates.
  static void take_echo(std::span<std::uint8_t> octets) {
    if ((octets[13] & 0x42) != 0x40) return;
    octets[13] &= 0xBF;
    const unsigned sum = octets[16] * 256u + octets[17] + 0x40;
    const unsigned folded = (sum & 0xFFFF) + (sum >> 16);
    octets[16] = static_cast<std::uint8_t>(folded >> 8);
    octets[17] = static_cast<std::uint8_t>(folded);
  }
  void wrong(const std::string& what) {
    if (!result_.why.empty()) return;
    result_.why = what;
  }

  struct event {
    nanoseconds at;
    std::size_t where;
    std::string what;
    std::optional<spec::passing_segment> seg;
    const char* more;
  };
  void note(std::size_t where, std::string what, const spec::passing_segment* seg = nullptr, const char* more = "") {
    if (!given_.keeps_ladder) return;
    events_.push_back({now_, where, std::move(what), seg != nullptr ? std::optional(*seg) : std::nullopt, more});
    if (events_.size() > 40000) events_.erase(events_.begin(), events_.begin() + 1000);
  }
  [[nodiscard]] std::string drawing() const {
    std::string all;
    for (const event& e : events_) {
      char line[200];
      std::string text = e.what;
      if (e.seg) {
        text += (e.seg->syn ? " SYN" : "") + std::string(e.seg->fin ? " FIN" : "") + (e.seg->rst ? " RST" : "");
        text += " " + spec::show(e.seg->octets);
        if (e.seg->ack) text += " ack " + std::to_string(*e.seg->ack);
        text += " wnd " + std::to_string(e.seg->window);
        for (const auto& r : e.seg->reported) text += " sack " + spec::show(r);
        if (e.seg->duplicate) text += " dsack " + spec::show(*e.seg->duplicate);
      }
      text += std::string(" ") + e.more;
      std::snprintf(line, sizeof line, "%14.6f ms %s%s\n", static_cast<double>(e.at) / 1e6,
                    e.where == 0 ? "" : "                                        | ", text.c_str());
      all += line;
    }
    return all;
  }

  void conclude() {
    result_.finished = result_.why.empty() && over();
    result_.ladder = drawing();
    for (std::size_t i = 0; i != 2; ++i) {
      result_.reasons[i] = watch_[i].counts();
      result_.repairs[i] = watch_[i].repairs();
      result_.reductions[i] = reductions_[i].reductions();
      result_.undone[i] = reductions_[i].undone();
      result_.read[i] = read_[i];
    }
  }

  path_setting given_;
  std::array<link, 2> ways_;
  std::array<told_causes, 2> told_{};
  std::function<void(const passing_packet&)> passes_{};
  std::array<std::unique_ptr<tcp>, 2> end_{};
  std::vector<spec::reasons_oracle> watch_{};
  std::array<mark_watch, 2> marks_{};
  std::vector<spec::finish_oracle> finish_{};
  std::vector<spec::reductions_oracle> reductions_{};
  std::array<u32, 2> threshold_{};
  std::array<bool, 2> repeated_in_vain_{};     // since the acknowledgment of direction i last advanced
  std::array<spec::octet_ranges, 2> again_{};  // what was sent again
  std::array<wire_reader, 2> near_{};          // what end i sees
  std::array<spec::octet_ranges, 2> arrived_{};
  std::multimap<nanoseconds, packet> flying_{};
  std::multimap<nanoseconds, std::function<void(two_ends&)>> happenings_{};
  std::array<std::uint64_t, 2> read_{}, written_{};
  std::array<nanoseconds, 2> reads_at_{}, writes_at_{};
  std::array<bool, 2> shut_{};
  std::array<std::uint64_t, 2> texts_{};
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(65'536);
  std::array<std::uint8_t, 16'384> segment_{};
  std::vector<event> events_{};
  nanoseconds now_ = 0;
  path_result result_{};
};

}  // namespace sequent::path
