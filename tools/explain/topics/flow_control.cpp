// A reader that stops, and a writer that is told so.
#include "tools/explain/topics/common.hpp"

namespace sequent::explain {

namespace {

std::string about_windows(const step& at) {
  if (at.kind == happening::call && at.what.starts_with("read")) {
    const std::uint32_t room = at.is().rcv_wnd;
    if (at.is().unread == 0) return {};
    return fmt::format(
        "{} are still unread. The window that was offered is {}; a larger one is told only when it is worth it: a "
        "segment, or half of the buffer (the silly window would be one of a few octets).",
        in_octets(at.is().unread), in_octets(room));
  }
  if (at.kind == happening::arrives && at.end == 1 && !at.segment.text.empty() && at.fired("TEXT-3") &&
      at.got.empty()) {
    return fmt::format("Octets {} to {} are taken; nobody reads them. {} left in the window.", at.segment.seq,
                       at.segment.seq + at.segment.text.size() - 1, in_octets(at.is().rcv_wnd));
  }
  if (at.kind == happening::arrives && at.end == 0 && at.is().snd_wnd == 0 && at.was().snd_wnd != 0) {
    return fmt::format("ACK={}, window 0: slow down. The {} has {} to send and stops.", at.segment.ack, "client",
                       in_octets(at.is().buffered));
  }
  if (at.kind == happening::arrives && at.end == 1 && at.fired("SEQ-4")) {
    return "The probe brings one octet, for which there is no room: not taken, but answered. ACK and window say how "
           "things stand.";
  }
  if (at.kind == happening::arrives && at.end == 0 && at.is().snd_wnd == 0)
    return "Still closed. It is an answer all the same: the peer is alive, so the connection waits as long as it "
           "takes.";
  if (at.kind == happening::arrives && at.end == 0 && at.was().snd_wnd == 0 && at.is().snd_wnd != 0) {
    return fmt::format("Go on: the window is {}.", in_octets(at.is().snd_wnd));
  }
  return {};
}

chapter stopped(const variation& varied, bool lost_update) {
  scene_setting setting = alike();
  setting.end[1].receive_buffer = 40;
  setting.end[1].delayed_ack = 0;
  setting.reads[1] = false;
  scene run(setting, varied);
  std::uint32_t window = 40;
  run.path = [&](const passing& asked) {
    if (asked.from != 1) return treatment{};
    const bool update = window == 0 && asked.segment->window != 0 && lost_update;
    window = asked.segment->window;
    return treatment{update ? fate::lost : fate::whole};
  };
  run.open();
  run.write(0, numbered(7));
  if (!lost_update) run.after(2 * second, [&] { run.read(1, 5); });
  run.after(3 * second, [&] {
    run.read(1);
    run.set_reading(1, true);
  });
  run.run(30 * second);
  chapter made = run.told(lost_update ? "The word to go on is lost" : "Slow down, stop, go on");
  show_windows(made);
  narrate(made, about_windows);
  return made;
}

chapter scaled(const variation& varied) {
  end_setting end;
  end.window_scale = true;
  end.mss = 1'460;
  end.receive_buffer = 4 << 20;
  scene run(alike(end), varied);
  run.listen(1);
  run.connect(0);
  run.run(10 * second);
  chapter made = run.told("Windows of more than 65,535 octets");
  show_windows(made);
  narrate(made, [](const step& at) -> std::string {
    if (at.kind != happening::arrives) return {};
    if (at.segment.syn && at.segment.scale) {
      return fmt::format(
          "+ The option window scale says {}: from now on the field counts units of {} octets. The window of a SYN "
          "itself is "
          "never scaled, which is what people get wrong.",
          *at.segment.scale, 1u << *at.segment.scale);
    }
    return fmt::format("+ The field says {}, which is {} now.", at.segment.window, in_octets(at.is().snd_wnd));
  });
  return made;
}

}  // namespace

story tell_flow_control(const variation& varied) {
  story all;
  all.topic = "flow-control";
  all.title = "A reader that stops";
  all.about =
      "Every segment says how many octets more its sender can take: the window. It protects the receiver's memory; "
      "congestion control, "
      "which protects the network, is another matter, and the sender obeys whichever is less.";
  all.chapters = {stopped(varied, false), stopped(varied, true), scaled(varied)};
  all.chapters[0].about =
      "The server has room for 40 octets, and its user does not read for three seconds. The client wants to send 70. "
      "ACKs are not delayed "
      "here.";
  all.chapters[0].lessons = {
      "A window is never taken back: what was offered can be sent. So it shrinks only by what arrives.",
      "Reading 5 octets told nobody anything. Many small windows make many small segments, and that never heals by "
      "itself; so the "
      "receiver waits with the word to go on.",
  };
  all.chapters[1].about =
      "The same, but the segment that opens the window is lost. It carries no octets, so nobody will repeat it.";
  all.chapters[1].lessons = {
      "This is what the probes are for: without them both ends would wait for ever, one for octets and one for room."};
  all.chapters[2].about =
      "The field has 16 bits. Over a long fast path more must be in flight, so both SYNs agree on a shift.";
  all.chapters[2].lessons = {
      "A window of 65,535 octets over a round trip of 100 ms is 5.2 Mbit/s at most, however fast the links are. Both "
      "SYNs must carry the "
      "option, or neither direction is scaled.",
  };
  return all;
}

}  // namespace sequent::explain
