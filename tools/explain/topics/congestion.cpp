// How a sender finds out what the path can take, without anybody telling it.
#include "tools/explain/bottleneck.hpp"
#include "tools/explain/topics/common.hpp"

namespace sequent::explain {

namespace {

bottleneck path_of(const variation& varied) {
  bottleneck over;
  if (varied.round_trip) over.round_trip = *varied.round_trip;
  over.loss = varied.loss;
  over.seed = varied.seed;
  return over;
}

table reductions_of(const growth& of, const std::string& title) {
  table made{title, {"at", "window before, segments", "after", "ratio", "why"}, {}};
  for (const reduction& each : of.reductions) {
    if (made.rows.size() == 8) break;
    made.rows.push_back(
        {fmt::format("{:.2f} s", each.at), fmt::format("{:.1f}", each.before), fmt::format("{:.1f}", each.after),
         fmt::format("{:.2f}", each.before > 0 ? each.after / each.before : 0), each.timeout ? "timeout" : "loss"});
  }
  return made;
}

chapter alone(const bottleneck& over, const growth& of, const char* name) {
  chapter made;
  made.title = fmt::format("{} alone", name);
  made.plots = {
      {fmt::format("Congestion window of {}", name), "seconds", "segments in flight at most", {{name, of.window}}}};
  made.tables = {reductions_of(of, "When it was reduced")};
  made.wrong = of.wrong;
  made.lessons = {fmt::format("{} octets in {:.1f} s: {:.2f} of {:.0f} Mbit/s. {} segments dropped, {} sent again.",
                              grouped(of.octets), of.seconds, of.mbit, static_cast<double>(over.rate) / 1e6, of.dropped,
                              of.again)};
  return made;
}

}  // namespace

story tell_congestion(const variation& varied) {
  const bottleneck over = path_of(varied);
  const std::uint64_t octets = varied.loss == 0 ? 30'000'000 : 3'000'000 / varied.loss;
  const growth reno = grow_alone(over, false, octets), cubic = grow_alone(over, true, octets);
  const sharing both = grow_together(over, 10, 60);
  const double product = static_cast<double>(over.rate) / 8 * static_cast<double>(over.round_trip) / 1e6 / 1'500;
  story all;
  all.topic = "congestion";
  all.title = "How fast may I send?";
  all.about = fmt::format(
      "Nobody tells a sender what the path can take. It sends more until something is lost, takes that for a full "
      "queue, and sends less. "
      "The path here: {:.0f} Mbit/s, {} there and back, a queue of {} octets. {:.0f} full packets are in flight when "
      "it is just full.",
      static_cast<double>(over.rate) / 1e6, in_time(over.round_trip), grouped(static_cast<std::uint64_t>(over.queue)),
      product);
  all.chapters = {alone(over, reno, "NewReno"), alone(over, cubic, "CUBIC"), {}};
  chapter& first = all.chapters[0];
  first.about =
      "Slow start is not slow: the window doubles each round trip, until the first loss. Then it is halved, and grows "
      "by one segment a "
      "round trip (RFC 5681, RFC 6582).";
  first.lessons.push_back(fmt::format("Slow start ended after {:.2f} s, with a window of {:.0f} segments.",
                                      reno.slow_start_until,
                                      reno.reductions.empty() ? 0.0 : reno.reductions[0].before));
  first.lessons.push_back(
      "The window is not the receiver's: that one protects a buffer, this one the network. The sender obeys the "
      "smaller.");
  chapter& second = all.chapters[1];
  second.about =
      "CUBIC, the core's default, goes down to seven tenths and comes back along a cubic curve: quickly at first, "
      "carefully near where the "
      "loss was, then boldly again. The curve is drawn over time, not over round trips (RFC 9438).";
  if (!reno.reductions.empty() && !cubic.reductions.empty()) {
    second.lessons.push_back(
        fmt::format("At the first loss the window was {:.0f} segments, with NewReno {:.0f}: the core's CUBIC has "
                    "HyStart++, which slows down where "
                    "round trips begin to grow (RFC 9406).",
                    cubic.reductions[0].before, reno.reductions[0].before));
  }
  chapter& third = all.chapters[2];
  third.title = "Two that share";
  third.about =
      "Two transfers with CUBIC over the same queue; the second begins ten seconds later. Nobody divides the path for "
      "them.";
  third.plots = {{"What each of two gets", "seconds", "Mbit/s", both.rates}};
  third.wrong = both.wrong;
  third.tables = {{"From the middle of the run on",
                   {"transfer", "Mbit/s"},
                   {{"1", fmt::format("{:.2f}", both.mbit[0])}, {"2", fmt::format("{:.2f}", both.mbit[1])}}}};
  third.lessons = {
      fmt::format("Jain's index of the two shares is {:.3f}: 1 would be equal, 0.5 one that has everything.",
                  both.jain),
      "Both reduce by a share of what they have and grow by the same curve: who has more gives more back. That is why "
      "it becomes fair.",
  };
  return all;
}

}  // namespace sequent::explain
