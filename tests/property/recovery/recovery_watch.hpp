// What stands beside a sender that repairs losses: the oracles of RACK, of PRR, of loss probes, of needless recoveries
// and of what is taken back after one. They are told what comes, what goes and what the sender says of itself.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "model/spec/oracles/duplicates.hpp"
#include "model/spec/oracles/ecn.hpp"
#include "model/spec/oracles/frto.hpp"
#include "model/spec/oracles/probe.hpp"
#include "model/spec/oracles/prr.hpp"
#include "model/spec/oracles/rack.hpp"
#include "model/spec/oracles/repeated_loss.hpp"
#include "model/spec/oracles/round_trip.hpp"
#include "model/spec/oracles/undo.hpp"
#include "model/spec/oracles/window_use.hpp"

namespace sequent::property {

/// Whose complaints count.
enum class recovery_oracle {
  rack,
  prr,
  bare_prr,
  probe,
  doubt,
  response,
  repeats,
  hold,
  twice_the_hold,
  round_trip,
  use,
  duplicates,
  reopened,
  reopened_deaf
};

/// What a sender says of itself before and after an event, over positions of the stream.
struct recovery_moment {
  spec::position una = 0, nxt = 0, recover = 0;
  spec::position sacked = 0, pipe = 0, window = 0, threshold = 0;
  spec::position unsent = 0;                  ///< queued beyond nxt
  bool open = true;                           ///< neither recovery nor the time after a timeout
  bool repairs = false;                       ///< fast recovery
  std::optional<std::uint32_t> lowered_at{};  ///< when the window was lowered last for what was lost again
  int reductions = 0;                         ///< on_congestion() calls so far
  int undone = 0;                             ///< undo() calls so far
  spec::microseconds min_rtt = 0, srtt = 0, rttvar = 0, timeout = 0;
  std::optional<spec::microseconds> retransmission_at{}, reordering_at{}, probe_at{};
  spec::octet_ranges lost{};
};

/// When the reordering timer and that of probes are due.
using two_timers = std::array<std::optional<spec::microseconds>, 2>;

/// An acknowledgment as it came.
struct heard_acknowledgment {
  spec::position ack = 0;
  std::vector<spec::octet_range> blocks{};
  std::optional<spec::octet_range> duplicate{};
  std::optional<std::int64_t> echoed{};  ///< in ticks
  spec::microseconds tick = 1'000;
  bool is_duplicate = false;
  std::optional<spec::microseconds> sample{};  ///< the round trip that the sender takes it to measure
  bool marked = false;                         ///< it has the ECN-Echo flag
};

/// All oracles of one connection.
class recovery_watch {
 public:
  recovery_watch(recovery_oracle which, spec::position smss, bool sack, const spec::undo_parameters& response)
      : which_(which),
        smss_(smss),
        sack_(sack),
        rack_(spec::rack_parameters{.smss = smss, .coalesces = true}),
        prr_(spec::prr_parameters{.smss = smss, .least = 1}),
        probe_(spec::probe_parameters{.smss = smss, .most_delay = 200'000, .tolerance = 1}),
        round_trip_(sack),
        frto_(sack),
        response_(response),
        repeats_({.smss = smss}),
        duplicates_(smss, sack),
        hold_(smss),
        use_(smss) {}

  void sent(spec::position first, spec::position last, bool again, bool probe, const recovery_moment& before,
            spec::microseconds now, std::int64_t ticks) {
    rack_.resolution_is(before.srtt / 8);  // what it sends further apart the sender tells apart
    rack_.sent(first, last, now);
    round_trip_.sent({first, last}, now, ticks);
    if (before.repairs) prr_.sent(last - first);
    if (probe) {
      probe_.probed(first, last, now, before.retransmission_at.value_or(now));
      probed_ = true;
    } else {
      probe_.sent(first, last, now);
    }
    if (!again && !probe && before.open) {
      duplicates_.sent_new({first, last}, before.una, before.sacked, before.window);
    } else {
      duplicates_.sent({first, last});
    }
    if (!again) {
      if (!before.open && frto_.awaits_first_answer()) plain_ = false;
      hold_.sent_new(now);
      return frto_.sent_new(last);
    }
    reports_.repeated(first, last);
    repeats_.repeated({first, last}, now);
    resent_.push_back({first, last});
    resent_ = spec::joined(resent_);
    if (before.open) return;
    if (starts_) eifel_.started(ticks);
    if (timer_) {
      frto_.timed_out(before.una, last, before.nxt);
    } else {
      const bool could = before.unsent >= smss_ && before.pipe + smss_ <= before.window;
      if (plain_ && frto_.wants_new() && could) {
        wrong_doubt_.note("after a timeout F-RTO wants something new sent, and " +
                          spec::show(spec::octet_range{first, last}) + " is sent again");
      }
      if (plain_ && frto_.awaits_verdict()) {
        wrong_doubt_.note("F-RTO has something new on its way, whose answer tells, and " +
                          spec::show(spec::octet_range{first, last}) + " is sent again before it");
      }
      plain_ = false;
      frto_.went_on_repeating();
    }
    starts_ = timer_ = false;
  }

  void acknowledged(const heard_acknowledgment& told, const recovery_moment& before, const recovery_moment& after,
                    spec::microseconds now) {
    rack_.resolution_is(after.srtt / 8);
    duplicates_.next_event();
    duplicates_.acknowledged(after.una, told.is_duplicate, !before.open);
    if (told.ack < before.una && !told.blocks.empty()) plain_ = false;  // F-RTO ignores what the scoreboard notes
    const bool undone = after.undone != before.undone;
    const bool over = !before.open && (after.open || after.recover != before.recover);
    // Found needless: what is outstanding goes on without being sent again, whether or not the window comes back.
    const bool resumed = undone || (!before.open && after.open && after.una < before.recover);
    tell_rack(told, after, over && !resumed, now);
    round_trip_.acknowledged(after.una, told.blocks, told.echoed, told.sample, now);
    if (resumed) rack_.undone();
    const bool was_undecided = frto_.now() == spec::verdict::undecided;
    const bool echo_waited = eifel_.now() == spec::verdict::undecided;
    tell_doubt(told, before);
    if (late_ && echo_waited && eifel_.now() == spec::verdict::spurious && !resumed && after.una != after.nxt &&
        before.lowered_at == timed_out_lowered_) {
      wrong_doubt_.note("an echo shows that a recovery and the timeout within it were needless, and it goes on");
    }
    if (after.una != before.una) late_ = false;
    if (resumed) {
      judge_undo(told, before);
      frto_.undone();
    }
    // The sender does not remember which octets it has sent again after the timeout, and which before.
    if (plain_ && was_undecided && frto_.now() == spec::verdict::spurious && !resumed && !told.marked && !before.open) {
      wrong_doubt_.note("F-RTO shows that a timeout was spurious, and it is not undone");
    }
    tell_response(told, before, after, undone);
    tell_probe(told, before, after, now);
    const spec::position delivered = after.una - before.una + after.sacked - before.sacked;
    follow(told, before, after, over, resumed, delivered);
    tell_losses(before, after, over || undone, now);
    if (after.una != before.una) {
      hold_.acknowledged(told.marked && told.ack == after.una, std::max(before.window, after.window),
                         before.repairs || after.repairs,
                         after.timeout * (which_ == recovery_oracle::twice_the_hold ? 2 : 1), now);
    }
    if (undone) {
      use_.undone();
    } else if (before.open && after.open && after.una != before.una) {
      use_.acknowledged(before.una, before.window, after.window);
    }
    check(after, now);
  }

  void reordering_expired(const recovery_moment& before, const recovery_moment& after, spec::microseconds now) {
    rack_.timer_expired(now);
    rack_.recovery(!after.open);
    if (before.open && !after.open) {
      probe_.recovery_started();
      begin(before, after, false);
    } else if (after.repairs && lowered(before, after)) {
      prr_.begin(after.threshold, before.nxt - before.una - before.sacked);
    }
    if (after.repairs) prr_.losses_found(after.pipe);
    tell_losses(before, after, false, now);
    check(after, now);
  }

  void timed_out(const recovery_moment& before, const recovery_moment& after, spec::microseconds now) {
    duplicates_.next_event();
    duplicates_.repairs();
    rack_.timed_out(now, after.sacked < before.sacked);
    round_trip_.abandoned();
    prr_.abandon();
    probe_.timed_out();
    if (before.open) {
      plain_ = before.recover <= before.una && !spec::holds_any(resent_, {before.una, before.nxt});
      begin(before, after, true);
      response_.timed_out(before.nxt - before.una, before.threshold, before.srtt, before.rttvar, before.nxt);
    } else {
      if (before.repairs) late_ = before.una == began_at_ && !before.lowered_at && !starts_ && lowers_;
      timed_out_lowered_ = after.lowered_at;
      starts_ = false;
      plain_ = plain_ && before.una == timed_out_at_;  // else another recovery is underway
    }
    timed_out_at_ = before.una;
    timer_ = true;
    repeats_.timed_out(now);
    hold_.timed_out();
    check(after, now);
  }

  /// The handshake has measured a round trip.
  void handshake(spec::microseconds round_trip, spec::microseconds srtt, spec::microseconds now) {
    rack_.handshake(round_trip, now);
    probe_.measured(srtt);
  }

  /// The peer has opened its window: where nothing became due by that, the timers that wait for losses wait as if the
  /// same acknowledgment had come with a window that was open all along.
  void reopened(bool due, const two_timers& are, const two_timers& would_be) {
    if (!due && are != would_be) wrong_reopened_.note("a window that opens again stops a timer that waits for losses");
  }

  void probe_expired(const recovery_moment& before, spec::microseconds now) {
    probe_.fired(now, before.retransmission_at.value_or(now));
  }

  /// What the sender says of itself must be so at any time.
  void check(const recovery_moment& now_is, spec::microseconds now) {
    use_.now_is(now_is.pipe, now_is.window, now_is.nxt);
    if (sack_) {
      rack_.claims_lost(now_is.lost, now);
      rack_.claims_timer(now_is.reordering_at);
      rack_.claims_pipe(now_is.pipe, now);
      if (now_is.open && !now_is.lost.empty()) wrong_rack_.note("text is lost, and no recovery is under way");
    }
    if (probed_) probe_.claims_timeout(now_is.retransmission_at, now_is.timeout, now);
    probed_ = false;
    if (now_is.retransmission_at) probe_.claims_timer(now_is.probe_at, *now_is.retransmission_at);
  }

  [[nodiscard]] std::string violation() const {
    switch (which_) {
      case recovery_oracle::rack: return wrong_rack_.text().empty() ? rack_.violation() : wrong_rack_.text();
      case recovery_oracle::prr:
      case recovery_oracle::bare_prr: return prr_.violation();
      case recovery_oracle::probe: return wrong_probe_.text().empty() ? probe_.violation() : wrong_probe_.text();
      case recovery_oracle::doubt: return wrong_doubt_.text();
      case recovery_oracle::response: return response_.violation();
      case recovery_oracle::duplicates: return duplicates_.violation();
      case recovery_oracle::repeats: return repeats_.violation();
      case recovery_oracle::round_trip: return round_trip_.violation();
      case recovery_oracle::hold:
      case recovery_oracle::twice_the_hold: return hold_.violation();
      case recovery_oracle::use: return use_.violation();
      case recovery_oracle::reopened:
      case recovery_oracle::reopened_deaf: return wrong_reopened_.text();
    }
    return {};
  }

 private:
  [[nodiscard]] static bool lowered(const recovery_moment& before, const recovery_moment& after) {
    return after.lowered_at && after.lowered_at != before.lowered_at;
  }

  void tell_losses(const recovery_moment& before, const recovery_moment& after, bool over, spec::microseconds now) {
    repeats_.acknowledged(after.una);
    if (after.open) return;
    if (before.open || over) return repeats_.recovery_begins();
    repeats_.lost(newly_lost(before, after), {before.window, before.threshold}, {after.window, after.threshold},
                  !after.repairs, now);
  }

  [[nodiscard]] static spec::octet_ranges newly_lost(const recovery_moment& before, const recovery_moment& after) {
    spec::octet_ranges newly;
    for (const spec::octet_range& each : after.lost) {
      spec::position from = each.first;
      for (const spec::octet_range& known : spec::joined(before.lost)) {
        if (known.first < each.last && from < known.last) {
          if (from < known.first) newly.push_back({from, known.first});
          from = std::max(from, known.last);
        }
      }
      if (from < each.last) newly.push_back({from, each.last});
    }
    return newly;
  }

  void tell_rack(const heard_acknowledgment& told, const recovery_moment& after, bool ends, spec::microseconds now) {
    spec::rack_acknowledgment ack;
    ack.ack = told.ack;
    ack.blocks = told.blocks;
    ack.duplicate_reported = told.duplicate.has_value();
    if (told.echoed) ack.echoed = *told.echoed * told.tick;
    ack.min_rtt = after.min_rtt;
    ack.srtt = after.srtt;
    ack.in_recovery = !after.open;
    ack.ends_recovery = ends;
    rack_.acknowledged(ack, now);
  }

  void tell_doubt(const heard_acknowledgment& told, const recovery_moment& before) {
    frto_.acknowledged({told.ack, told.blocks, told.is_duplicate});
    if (told.duplicate) reports_.reported(*told.duplicate, before.una, before.sacked == 0);
    if (told.echoed && told.ack > before.una) {
      eifel_.acknowledged(*told.echoed, told.duplicate.has_value(), told.ack == before.nxt);
    } else if (told.duplicate) {
      eifel_.duplicate_reported();
    }
  }

  void judge_undo(const heard_acknowledgment& told, const recovery_moment& before) {
    const bool by_frto = by_timeout_ && frto_.now() == spec::verdict::spurious;
    const bool by_original = by_frto || eifel_.now() == spec::verdict::spurious;
    if (!by_original && reports_.now() != spec::verdict::spurious) {
      wrong_doubt_.note(std::string("a recovery is undone that was not needless: F-RTO says ") + name(frto_.now()) +
                        ", Eifel " + name(eifel_.now()) + ", the D-SACKs " + name(reports_.now()));
    }
    // Reports answer what was sent again: of what still waits for that they tell nothing, and it is not to be passed
    // over (RFC 4015 section 3.1, step 7: LATE_SPUR_TO).
    for (const spec::octet_range& each : before.lost) {
      spec::octet_ranges arrived = told.blocks;
      arrived.push_back({0, told.ack});
      if (!by_original && !spec::holds_all(spec::joined(arrived), each)) {
        wrong_doubt_.note("reports of what was sent again undo a recovery that has not sent all of it");
      }
    }
  }

  void tell_response(const heard_acknowledgment& told, const recovery_moment& before, const recovery_moment& after,
                     bool undone) {
    if (told.marked) response_.congestion_echoed();
    const bool enters = !after.open && (before.open || undone);
    if (!undone && by_timeout_ && !before.open && after.open && after.una < before.recover) {
      response_.kept();  // what is outstanding is not sent again: the timeout is taken for needless
    } else if (undone && enters) {
      response_.forget();  // what lay between the two is not seen
    } else if (undone) {
      response_.undone({before.window, before.threshold}, {after.window, after.threshold}, after.nxt - after.una,
                       after.una - before.una, std::max(before.sacked, after.sacked));
    }
    if (told.sample) response_.measured(after.una, *told.sample, after.timeout);
  }

  void tell_probe(const heard_acknowledgment& told, const recovery_moment& before, const recovery_moment& after,
                  spec::microseconds now) {
    spec::probe_acknowledgment ack;
    ack.ack = told.ack;
    ack.duplicate_report = told.duplicate;
    ack.has_sack = told.duplicate.has_value() || !told.blocks.empty();
    ack.duplicate = told.is_duplicate;
    ack.sampled = told.sample.has_value();
    ack.sacked_outstanding = after.sacked != 0;
    ack.in_recovery = !after.open;
    ack.srtt = after.srtt;
    const spec::probe_fate fate = probe_.fate();
    probe_.acknowledged(ack, now);
    const bool repaired = fate == spec::probe_fate::in_flight && probe_.fate() == spec::probe_fate::repaired;
    const bool reduced = after.reductions != before.reductions;
    if (repaired && !reduced && before.open) wrong_probe_.note("a probe repaired a loss, and the window is as large");
    if (!repaired && reduced && before.open && after.open) {
      wrong_probe_.note("the window is reduced though no probe repaired a loss");
    }
  }

  void follow(const heard_acknowledgment& told, const recovery_moment& before, const recovery_moment& after, bool over,
              bool undone, spec::position delivered) {
    if (undone) {
      prr_.abandon();
    } else if (over && before.repairs) {
      if (after.open) prr_.end(after.window);
      prr_.abandon();
    }
    if (!after.open && (before.open || over || undone)) begin(before, after, false);
    if (after.repairs && !over && lowered(before, after)) {
      prr_.begin(after.threshold, before.nxt - before.una - before.sacked);
    }
    if (!after.repairs) return;
    const bool safe = after.una != before.una && newly_lost(before, after).empty();
    if (sack_) {
      prr_.acknowledged(delivered, after.pipe, safe, !newly_lost(before, after).empty());
      return prr_.claims_window(after.window);
    }
    prr_.counted({after.una - before.una, told.is_duplicate, before.nxt - before.una}, after.pipe, safe);
    prr_.claims_departed(after.nxt - after.una - after.pipe - spec::count(spec::joined(after.lost)));
  }

  // RecoverFS: what was in the network before the acknowledgment that began it.
  void begin(const recovery_moment& before, const recovery_moment& after, bool by_timeout) {
    if (!by_timeout) {
      prr_.begin(after.threshold, before.nxt - before.una - before.sacked);
      frto_.recovery_point(after.nxt);
      const spec::position flight = after.nxt - after.una;
      // Where another ends with the same acknowledgment the window is ssthresh in between.
      const spec::position window = before.repairs ? std::min(before.window, before.threshold) : before.window;
      response_.recovery_begins(flight, std::min(flight, window), before.threshold);
      if (after.undone != before.undone) response_.forget();
    }
    reports_.started(after.una, after.nxt);
    duplicates_.repairs();
    starts_ = true;
    lowers_ = after.threshold != before.threshold;
    late_ = false;
    began_at_ = after.una;
    by_timeout_ = by_timeout;
  }

  recovery_oracle which_;
  spec::position smss_;
  bool sack_;
  spec::rack_oracle rack_;
  spec::prr_oracle prr_;
  spec::probe_oracle probe_;
  spec::round_trip_oracle round_trip_;
  spec::frto_oracle frto_;  // the recommended way: without anything new to send nothing is concluded
  spec::undo_oracle response_;
  spec::repeated_loss_oracle repeats_;
  spec::duplicates_oracle duplicates_;
  spec::one_segment_oracle hold_;
  spec::window_use_oracle use_;
  spec::eifel_oracle eifel_;
  spec::duplicate_report_oracle reports_{};
  spec::octet_ranges resent_;
  spec::complaint wrong_rack_;
  spec::complaint wrong_probe_;
  spec::complaint wrong_doubt_;
  spec::complaint wrong_reopened_;
  bool probed_ = false;  // the last segment was a probe
  bool starts_ = false;  // the next text that is sent again is the first of its recovery
  // Nothing of what was outstanding at the latest timeout had been sent again before, or while something was repaired;
  // and nothing new was sent between the timeout and its first answer.
  bool plain_ = true;
  spec::position timed_out_at_ = 0;  // SND.UNA at the latest timeout
  bool timer_ = false;               // ... or follows another timeout of the same recovery
  // A timeout struck within a recovery that nobody had answered; where the recovery began; when that timeout lowered.
  bool late_ = false;
  bool lowers_ = false;  // the latest recovery: else an earlier reduction answers it, and it is never undone
  spec::position began_at_ = 0;
  std::optional<std::uint32_t> timed_out_lowered_{};
  bool by_timeout_ = false;  // the latest recovery began with a timeout
};

}  // namespace sequent::property
