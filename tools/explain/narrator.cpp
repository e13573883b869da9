#include "tools/explain/narrator.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace sequent::explain {

namespace {

constexpr const char* waits_at_length =
    "One segment alone is not acknowledged at once: the ACK waits up to 40 ms for a second one, or for something to "
    "travel with.";
constexpr const char* lost_at_length = "The path loses it, and tells nobody.";
constexpr const char* resent_at_length =
    "The oldest segment that is not acknowledged goes out again, alone: the timer cannot know what else is missing. "
    "The "
    "next timeout is twice as long.";

/// What is needed to speak of one step.
struct speaker {
  const chapter& of;
  const step& at;
  const step* earlier = nullptr;  // the one before it, if there is one

  [[nodiscard]] const std::string& me() const { return of.names[static_cast<std::size_t>(at.end)]; }
  [[nodiscard]] const std::string& peer() const { return of.names[static_cast<std::size_t>(1 - at.end)]; }
  [[nodiscard]] const segment_facts& seg() const { return at.segment; }
  [[nodiscard]] const end_facts& was() const { return at.was(); }
  [[nodiscard]] const end_facts& is() const { return at.is(); }

  [[nodiscard]] std::string call() const;
  [[nodiscard]] std::string sends() const;
  [[nodiscard]] std::string timer() const;
  [[nodiscard]] std::string arrives() const;
  [[nodiscard]] std::string opening() const;
  [[nodiscard]] std::string refusal() const;
  [[nodiscard]] std::string acknowledgment() const;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string fin() const;
  [[nodiscard]] std::string waits_for_second() const;
  [[nodiscard]] std::string kept() const {
    return fmt::format(
        "They are kept; the user gets nothing yet. The {} repeats ACK={} at once: it is the only number that it can "
        "acknowledge.",
        me(), was().rcv_nxt);
  }
};

std::string speaker::call() const {
  if (!at.error.empty()) return fmt::format("The call is refused: {}.", at.error);
  if (at.what == "listen") return fmt::format("The {} waits for anybody: a passive OPEN.", me());
  if (at.what == "connect")
    return fmt::format("The {} picks its first number, {}, and sends a SYN: an active OPEN.", me(), is().iss);
  if (at.what == "shutdown" && was().state == "CLOSE-WAIT")
    return fmt::format("The {} closes the other direction.", me());
  if (at.what == "shutdown")
    return fmt::format("The {}'s user has nothing more to say. It may go on listening: one direction closes, not both.",
                       me());
  if (at.what == "abort")
    return fmt::format("The {}'s user gives the connection up: whatever was under way is thrown away.", me());
  return {};
}

std::string speaker::sends() const {
  const std::string lost = at.became == fate::lost      ? std::string(" ") + lost_at_length
                           : at.became == fate::too_big ? " A link on the way cannot carry it."
                                                        : "";
  if (at.what == "timeout" && earlier != nullptr && earlier->kind == happening::timer) return resent_at_length + lost;
  if (at.what == "timeout") {
    return "After the timeout all that was outstanding counts as lost; the next of it goes out, as the window allows." +
           lost;
  }
  if (at.what == "repair")
    return fmt::format("{} is taken for lost and goes out again, long before its timer.{}", seg().seq, lost);
  if (at.what == "tail probe") {
    return "Nothing has come back for two round trips (and, as one segment alone may be acknowledged late, 200 ms "
           "more). A probe "
           "sends the last segment once more, in the hope of an answer that says more than the timer could (RFC "
           "8985)." +
           lost;
  }
  if (at.what == "window probe" && was().snd_wnd != 0)
    return "The octet of the probe goes first: it was sent, and not taken." + lost;
  if (at.what == "window probe") {
    return fmt::format(
        "A probe of a closed window: {}. The answer says how things stand, even if the update was lost.{}",
        in_octets(seg().text.size()), lost);
  }
  if (at.what == "keep-alive")
    return fmt::format("A probe one number below what is next, {}: it carries nothing and must be answered.{}",
                       seg().seq, lost);
  return lost.empty() ? "" : lost.substr(1);
}

std::string speaker::timer() const {
  if (at.what == "retransmission") {
    if (was().state == "SYN-SENT" || was().state == "SYN-RECEIVED") {
      return fmt::format("No answer within {}.", in_time(was().rto));
    }
    if (was().snd_wnd == 0) {
      return fmt::format(
          "As far as the {} knows the window is closed still. Probes come at longer and longer intervals, {} now.",
          me(), in_time(was().rto));
    }
    const microseconds computed = was().srtt + 4 * was().rttvar, undoubled = was().rto >> was().doublings;
    const std::string least = computed < undoubled ? fmt::format(", raised to the least, {}", in_time(undoubled)) : "";
    const std::string doubled =
        was().doublings == 0 ? ""
                             : fmt::format(", and doubled {} time{}", was().doublings, was().doublings == 1 ? "" : "s");
    return fmt::format(
        "{} without an acknowledgment of {}: the retransmission timer expires. RTO = SRTT {} + 4 x RTTVAR {} = {}{}{}.",
        in_time(was().rto), was().snd_una, in_time(was().srtt), in_time(was().rttvar), in_time(computed), least,
        doubled);
  }
  if (at.what == "delayed ack")
    return fmt::format("No second segment came, and nothing went back that could have carried the ACK: it goes alone.");
  if (at.what == "TIME-WAIT")
    return "Two maximum segment lifetimes are over. Nothing of this connection can be in the network any more: its "
           "numbers may be used again.";
  if (at.what == "persist")
    return "The window has been closed for a while, and an update may have been lost: time to ask.";
  if (at.what == "loss probe")
    return "Nothing has come back for a while: it is time for a probe, well before the timeout.";
  if (at.what == "keep-alive") return "Nobody has said anything for as long as was agreed: time to ask.";
  if (at.what == "reordering") {
    return "What was sent later has arrived, and the time is over by which the rest may merely have been overtaken "
           "(RACK, RFC 8985).";
  }
  if (at.what == "user timeout")
    return fmt::format("The {}'s patience is at an end. The user is told that the connection timed out.", me());
  return {};
}

std::string speaker::waits_for_second() const {
  const timer_fact* const delayed = is().timer("delayed ack");
  if (delayed != nullptr && was().timer("delayed ack") == nullptr) {
    return delayed->due - at.at == 40 * millisecond ? std::string(" ") + waits_at_length : std::string();
  }
  if (was().timer("delayed ack") != nullptr && is().owes_ack) {
    return " It is the second since the last ACK, so both are acknowledged now.";
  }
  return {};
}

std::string speaker::opening() const {
  if (at.fired("LISTEN-3")) {
    return fmt::format(
        "The {} remembers {} and will next expect {}: a SYN takes one number, so that it can be acknowledged. "
        "It chooses a first number of its own, {}.",
        me(), seg().seq, is().rcv_nxt, is().iss);
  }
  if (at.fired("SYNSENT-5") && seg().ack != was().iss + 1) {
    return fmt::format("ACK={} counts the SYN and {} of text that came with it. For the {} the connection is open.",
                       seg().ack, in_octets(seg().ack - was().iss - 1), me());
  }
  if (at.fired("SYNSENT-5")) {
    return fmt::format(
        "ACK={} is {} + 1: the {}'s number has been heard. For the {} the connection is open; it still has to "
        "say that it heard {}.",
        seg().ack, was().iss, me(), me(), seg().seq);
  }
  if (at.fired("SYN-2")) {
    return fmt::format("A new SYN on a half-open connection: the old attempt is forgotten, and the {} listens again.",
                       me());
  }
  if (at.fired("SEQ-5")) {
    return fmt::format(
        "{} is known already, so by the first check this is answered with an ACK and not read further. The ACK opens "
        "the {}.",
        seg().seq, peer());
  }
  if (at.fired("SYNSENT-6")) {
    return fmt::format(
        "A SYN crosses the {}'s own: a simultaneous open. Both answer SYN,ACK, and there is one connection, not two.",
        me());
  }
  if (at.fired("ACK-4")) {
    return fmt::format("ACK={} is {} + 1: now the {} knows that its own number arrived. Open on both sides.", seg().ack,
                       is().iss, me());
  }
  return {};
}

std::string speaker::refusal() const {
  if (at.fired("CLOSED-2")) {
    return fmt::format(
        "The {} knows nothing of such a connection. It answers RST, at the number that the segment itself names, {}, "
        "so "
        "that the RST will be believed.",
        me(), seg().ack);
  }
  if (at.fired("CLOSED-3")) {
    return fmt::format(
        "Nobody is there. The {} answers RST with ACK={}: it acknowledges the segment, and so shows that it answers "
        "this one.",
        me(), seg().end());
  }
  if (at.fired("LISTEN-2")) return fmt::format("An acknowledgment of what the {} never sent: RST.", me());
  if (at.fired("SYNSENT-3"))
    return fmt::format("The RST acknowledges {}: it answers this very SYN, and is believed. Connection refused.",
                       seg().ack);
  if (at.fired("SYNSENT-2"))
    return fmt::format("ACK={} is not {} + 1: this answers something that the {} has not said. RST.", seg().ack,
                       was().iss, me());
  if (at.fired("SEQ-2"))
    return fmt::format("The RST lies outside of the window, which begins at {}: dropped.", was().rcv_nxt);
  if (at.fired("RST-2")) return "The RST lies outside of the window: dropped.";
  if (at.fired("RST-3")) {
    return fmt::format(
        "The RST lies in the window, but not exactly at {}: it may be a guess. The {} does not believe it, and "
        "answers with a challenge ACK; a real peer that is gone will send an exact RST.",
        was().rcv_nxt, me());
  }
  if (at.fired("RST-4"))
    return fmt::format("The RST is exact: the half-open connection is forgotten, and the {} listens again.", me());
  if (at.fired("RST-6") || at.fired("RST-5"))
    return fmt::format("The RST stands exactly at {}: it is believed. The connection is gone, and the user is told.",
                       was().rcv_nxt);
  if (at.fired("RST-9")) return "A RST does not end TIME-WAIT (RFC 1337).";
  if (at.fired("SYN-5") || at.fired("TS-5")) {
    return fmt::format(
        "A SYN on an open connection. Whoever forged it would like it to reset the connection; the {} answers with "
        "a challenge ACK, and nothing else happens.",
        me());
  }
  if (at.fired("ACK-2"))
    return fmt::format("ACK={} acknowledges what is long gone: challenged, and not taken.", seg().ack);
  if (at.fired("ACK-3"))
    return fmt::format("ACK={} acknowledges what the {} has not sent: answered, and not taken.", seg().ack, me());
  return {};
}

std::string speaker::acknowledgment() const {
  if (!seg().has_ack || seg().syn) return {};
  const std::uint32_t moved = is().snd_una - was().snd_una;
  if (moved != 0 && moved < 0x8000'0000u) {
    const std::uint32_t freed = was().buffered - is().buffered;
    const std::string what = freed == 0 ? ""
                                        : fmt::format(" {} {} the {}'s send buffer, {} remain.", in_octets(freed),
                                                      freed == 1 ? "leaves" : "leave", me(), is().buffered);
    return fmt::format("ACK={}: everything before {} has arrived.{}", seg().ack, seg().ack, what);
  }
  if (seg().text.empty() && !seg().fin && seg().ack == was().snd_una && was().snd_una != was().snd_nxt &&
      (at.fired("ACK-6") || at.fired("ACK-7"))) {
    std::string blocks;
    for (const number_range& each : seg().sack)
      blocks += fmt::format("{} {} to {}", blocks.empty() ? "" : " and", each.first, each.second - 1);
    if (!blocks.empty()) blocks = fmt::format(" but SACK says that{} did arrive.", blocks);
    return fmt::format("ACK={} again: {} is still what the {} waits for.{}", seg().ack, seg().ack, peer(),
                       blocks.empty() ? "" : " The ACK cannot say more," + blocks);
  }
  if (is().snd_wnd != was().snd_wnd && seg().text.empty()) {
    if (is().snd_wnd == 0) return "The window is closed: not an octet more.";
    return fmt::format("The window is {} now.", in_octets(is().snd_wnd));
  }
  return {};
}

std::string speaker::text() const {
  const bool one = seg().text.size() == 1;
  const std::string range =
      one ? fmt::format("Octet {}", seg().seq)
          : fmt::format("Octets {} to {}", seg().seq, seg().seq + static_cast<std::uint32_t>(seg().text.size()) - 1);
  if (at.fired("TEXT-3")) {
    const std::uint32_t moved = is().rcv_nxt - was().rcv_nxt - (seg().fin && at.is().state != at.was().state ? 1u : 0u);
    const std::string joined = moved > seg().text.size() ? ", and what had waited behind the gap joins it" : "";
    return fmt::format("{} {} what was expected{}: next is {}.{}", range, one ? "is" : "are", joined, is().rcv_nxt,
                       joined.empty() ? waits_for_second() : " A gap that closes is acknowledged at once.");
  }
  if (at.fired("TEXT-4") && was().held == is().held) return fmt::format("{} again: kept already.", range);
  if (at.fired("TEXT-4")) {
    return fmt::format("{} {} come, but {} is missing. ", range, one ? "has" : "have", was().rcv_nxt) + kept();
  }
  if (at.fired("TEXT-5") || at.fired("SEQ-7")) {
    return fmt::format("{} {} here already: next is {}. Dropped, and acknowledged again, in case the ACK was lost.",
                       range, one ? "is" : "are", was().rcv_nxt);
  }
  return {};
}

std::string speaker::fin() const {
  if (at.fired("FIN-6")) {
    return fmt::format("The FIN is here, but {} is not. It is kept like text that came early.", was().rcv_nxt);
  }
  if (at.fired("FIN-3"))
    return fmt::format("The FIN takes a number too. The {} will send nothing more, but may still be told things: {}.",
                       peer(), is().state);
  if (at.fired("FIN-4"))
    return fmt::format("A FIN while the {}'s own is not acknowledged: both close at once, {}.", me(), is().state);
  if (at.fired("FIN-5"))
    return fmt::format("The {}'s FIN: both directions are closed. The {} waits in TIME-WAIT.", peer(), me());
  if (at.fired("ACK-8"))
    return fmt::format("ACK={} counts the FIN: the {} has closed its direction, {}.", seg().ack, me(), is().state);
  if (at.fired("ACK-10")) return fmt::format("ACK={} counts the FIN: {}.", seg().ack, is().state);
  if (at.fired("ACK-11"))
    return fmt::format("ACK={} counts the last FIN: the {} is done, and forgets the connection.", seg().ack, me());
  if (at.fired("SEQ-9"))
    return fmt::format(
        "The FIN came again, so the last ACK was lost: it is repeated, and the wait of two lifetimes begins anew.");
  return {};
}

std::string speaker::arrives() const {
  if (at.became == fate::damaged && at.rules.empty()) {
    return fmt::format(
        "One bit is not what it was: the checksum over header and text does not hold. The {} drops the segment and "
        "says nothing, since not even the sender's port can be trusted.",
        me());
  }
  for (const std::string& one : {refusal(), opening()}) {
    if (!one.empty()) return one;
  }
  std::string all;
  const auto add = [&](const std::string& one) {
    if (one.empty()) return;
    if (!all.empty()) all += ' ';
    all += one;
  };
  if (seg().text.empty() || was().snd_una != is().snd_una)
    add(at.fired("ACK-8") || at.fired("ACK-10") || at.fired("ACK-11") ? "" : acknowledgment());
  if (!seg().text.empty()) add(text());
  add(fin());
  if (all.empty() && at.fired("SEQ-7"))
    add(fmt::format("Nothing in it is new: answered with an ACK that says where the {} stands, and dropped.", me()));
  if (all.empty() && at.fired("SEQ-6")) add("The SYN came again: answered once more.");
  if (all.empty() && at.fired("ACK-6")) add(fmt::format("The {} knows this already: nothing changes.", me()));
  return all;
}

}  // namespace

void show_windows(chapter& of) {
  for (step& each : of.steps) each.segment.tells_window = true;
}

namespace {

// That an acknowledgment was looked at says nothing where it moved nothing, and something else is to be told.
void quieten(step& at) {
  const bool moved = at.was().snd_una != at.is().snd_una || at.was().snd_wnd != at.is().snd_wnd;
  const bool more = std::any_of(at.rules.begin(), at.rules.end(),
                                [](const rule_fact& each) { return each.tells && each.id != "ACK-6"; });
  for (rule_fact& each : at.rules) {
    if (each.id == "ACK-6" && !moved && more) each.tells = false;
  }
}

// What has been explained once is only named.
void shorten(std::string& says, const std::string& at_length, const std::string& briefly, bool& told) {
  const std::size_t where = says.find(at_length);
  if (where == std::string::npos) return;
  if (told) says.replace(where, at_length.size(), briefly);
  told = true;
}

}  // namespace

void narrate(chapter& of, const remark& own) {
  bool gaps_told = false, delays_told = false, losses_told = false, timers_told = false;
  for (step& each : of.steps) {
    if (each.kind == happening::arrives) quieten(each);
    const speaker at{of, each, &each == of.steps.data() ? nullptr : &each - 1};
    std::string usual;
    switch (each.kind) {
      case happening::call: usual = at.call(); break;
      case happening::sends: usual = at.sends(); break;
      case happening::arrives: usual = at.arrives(); break;
      case happening::timer: usual = at.timer(); break;
      case happening::reports: break;
    }
    const std::string mine = own ? own(each) : std::string();
    if (mine.empty()) {
      each.says = usual;
    } else if (mine.front() == '+') {
      const std::size_t from = mine.find_first_not_of("+ ");
      each.says = usual + (usual.empty() ? "" : " ") + mine.substr(from);
    } else {
      each.says = mine;
    }
    shorten(each.says, at.kept(), fmt::format("Kept; ACK={} once more.", each.was().rcv_nxt), gaps_told);
    shorten(each.says, waits_at_length, "Its ACK waits for a second.", delays_told);
    shorten(each.says, lost_at_length, "Lost.", losses_told);
    shorten(each.says, resent_at_length, "Once more.", timers_told);
  }
}

}  // namespace sequent::explain
