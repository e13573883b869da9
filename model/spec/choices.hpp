// How the specification answers every choice (C1 to C40) that RFC 9293 leaves open and every ambiguity (A1 to A42) in
// it.
#pragma once

#include <array>
#include <cstdint>

namespace sequent::spec {

/// What the specification does with a choice or an ambiguity.
enum class answer_kind : std::uint8_t {
  allowed,       ///< every reading is in the set of outcomes
  decided,       ///< one reading is taken; `says` tells which and why
  out_of_scope,  ///< the specification does not speak of it; `says` tells why
};

/// The word for an answer in the documentation.
[[nodiscard]] constexpr const char* name(answer_kind a) {
  constexpr const char* names[] = {"allowed", "decided", "out of scope"};
  return names[static_cast<int>(a)];
}

/// One answer.
struct choice {
  const char* id;     ///< C1 to C40, A1 to A42
  const char* about;  ///< the question
  answer_kind answer;
  const char* says;   ///< which, and why
  const char* rules;  ///< ids of the rules that embody it, separated by blanks; may be empty
};

namespace detail {

inline constexpr auto allowed = answer_kind::allowed;
inline constexpr auto decided = answer_kind::decided;
inline constexpr auto out_of_scope = answer_kind::out_of_scope;

}  // namespace detail

/// The choices left to the implementation.
inline constexpr std::array<choice, 40> choices_table{{
    {"C1", "order of the steps in detail", detail::decided,
     "the checks run in the order of RFC 9293; only states and replies are compared, so any order that cannot be told "
     "apart is permitted too",
     ""},
    {"C2", "malformed headers", detail::out_of_scope,
     "a segment is an event only after it has been parsed; the parser is checked on its own", ""},
    {"C3", "illegal option lengths", detail::out_of_scope, "as C2: a matter of the parser", ""},
    {"C4", "which error wins when a call fails for several reasons", detail::allowed,
     "errors are one signal; a call that must fail fails", "OPEN-4 OPEN-5 SEND-1 SEND-2 SEND-5 SEND-6"},
    {"C5", "the initial sequence number", detail::allowed, "positions count from it, so every value is the same value",
     "OPEN-2 OPEN-3 LISTEN-3"},
    {"C6", "text or FIN on a SYN", detail::decided,
     "none is sent; what arrives is not kept and only the SYN is acknowledged, so the peer sends the rest again; with "
     "Fast Open (RFC 7413), off by default, text is sent and taken, never a FIN",
     "LISTEN-3 SYNSENT-5 SYNSENT-6 EMIT-1 EMIT-2"},
    {"C7", "SEND that opens the connection", detail::decided, "SEND in CLOSED is an error; OPEN is explicit", "SEND-1"},
    {"C8", "when and how much to send", detail::allowed,
     "any emission that fits the state and the peer's window, at any time; Nagle and silly-window avoidance have "
     "checks of their own",
     "EMIT-3 EMIT-5 EMIT-6 EMIT-7"},
    {"C9", "partial and blocking calls", detail::allowed,
     "the event carries the octets that were taken; taking none may be reported as an error", "SEND-3 SEND-4 RECV-3"},
    {"C10", "reporting a received PSH", detail::out_of_scope, "PSH does not change what the stream holds", ""},
    {"C11", "CLOSE in SYN-RECEIVED at once or deferred", detail::decided,
     "at once where nothing was written, behind text when the connection is established, as the text has it; the FIN "
     "may go out at once or wait for the handshake (A8)",
     "CLOSE-9 CLOSE-4 ACK-4"},
    {"C12", "a second CLOSE", detail::allowed,
     "an error, or nothing, and an error once both ends have closed; never a second FIN", "CLOSE-7 CLOSE-8"},
    {"C13", "half-duplex CLOSE with a RST", detail::decided,
     "a call of its own beside CLOSE; whatever it throws away, at once or later, costs a RST in every state, but "
     "TIME-WAIT "
     "goes on behind it",
     "QUIT-3 QUIT-4 QUIT-5 QUIT-6 TEXT-6"},
    {"C14", "ACK field on the RST of an ABORT", detail::allowed, "with or without", "ABORT-3 TIMEOUT-3 SYN-6"},
    {"C15", "STATUS", detail::out_of_scope, "it changes nothing and its contents are free", ""},
    {"C16", "silence instead of a RST in CLOSED", detail::decided,
     "every segment that deserves a RST gets one; rate limits belong to the layer that finds no connection",
     "CLOSED-2 CLOSED-3"},
    {"C17", "security compartments", detail::out_of_scope,
     "multi-level security hosts only; the third check is left out", ""},
    {"C18", "backlog and SYN cookies", detail::out_of_scope,
     "the specification is of one connection, not of a listener", ""},
    {"C19", "what going back to LISTEN means", detail::decided,
     "the record listens again as a fresh passive OPEN; an adapter of a listener that spawns children maps a child's "
     "end "
     "to LISTEN",
     "RST-4 SYN-2"},
    {"C20", "= or =< in SYN-SENT", detail::allowed, "the same, since a SYN carries no text (C6); with Fast Open =<",
     "SYNSENT-5"},
    {"C21", "text on the last segment of the handshake", detail::allowed,
     "the acknowledgment that is owed may be any segment that acknowledges", "SYNSENT-5 EMIT-6"},
    {"C22", "leaving out the last ACK of the handshake", detail::decided,
     "it is required: text on the SYN,ACK is not taken, so nothing else would acknowledge it", "SYNSENT-5"},
    {"C23", "what is read of a segment at a closed window", detail::allowed,
     "RST and URG always (MUST-66), the ACK field and window or not, text and FIN never", "SEQ-3 SEQ-4 TEXT-5 FIN-7"},
    {"C24", "throttled acknowledgments", detail::allowed,
     "challenges may be left out, and so may the answer to an empty unacceptable segment; a segment that occupies "
     "sequence space is always answered",
     "SEQ-7 TS-3 RST-3 SYN-5 ACK-2 ACK-3"},
    {"C25", "holding text that is out of order", detail::decided,
     "it is held (SHLD-31), and stays so, but what would be one range more than a stated number may be refused; a "
     "policy loosens this for foreign stacks",
     "TEXT-4 FIN-6"},
    {"C26", "RFC 5961 for RST and SYN", detail::decided, "both on; each is a policy of its own",
     "RST-2 RST-3 SYN-5 SYN-6"},
    {"C27", "RST in TIME-WAIT", detail::decided, "ignored (RFC 1337 F1); a policy lets it end TIME-WAIT",
     "RST-8 RST-9"},
    {"C28", "reuse of TIME-WAIT by a new SYN", detail::decided,
     "not done by a connection: the SYN is challenged or answered; reuse replaces the connection from outside",
     "SYN-5 SEQ-7"},
    {"C29", "range check of the ACK field", detail::decided,
     "on, against the largest window seen; a policy switches it off", "ACK-2"},
    {"C30", "taking only part of the text", detail::decided,
     "all text in the window is taken: what was offered is kept", "TEXT-3 TEXT-4"},
    {"C31", "when text is acknowledged", detail::allowed,
     "in-order text now or later, at once where it fills a gap or a part of one; a FIN and text out of order at once",
     "TEXT-3 FIN-3 FIN-4 FIN-5"},
    {"C32", "duplicate ACK for text out of order", detail::decided, "required, as RFC 5681 section 4.2 has it",
     "TEXT-4 FIN-6"},
    {"C33", "notify or close at the user timeout", detail::decided,
     "the event user_timeout closes; notices before it (R1) are not events here", "TIMEOUT-2 TIMEOUT-3"},
    {"C34", "values of R1, R2 and the user timeout", detail::out_of_scope,
     "the specification has no clock: a timeout is an event; values are checked where timers are", ""},
    {"C35", "what a retransmission looks like", detail::allowed,
     "any part of what was sent, cut in any way, with fresh ACK and window", "EMIT-1 EMIT-2 EMIT-5"},
    {"C36", "the maximum segment lifetime", detail::out_of_scope, "as C34: its end is an event", ""},
    {"C37", "giving up in FIN-WAIT-2 or for want of resources", detail::allowed,
     "as an ABORT or a user timeout, which are events in every state; of its own accord only where the user has closed "
     "both directions",
     "ABORT-3 TIMEOUT-3 RECLAIM-1 RECLAIM-2 EVICT-1 EVICT-2 EVICT-3"},
    {"C38", "the window at any time", detail::decided,
     "any right edge that is not behind the one offered before, up to what a header can say", "EMIT-3 EMIT-8"},
    {"C39", "ICMP hard errors", detail::out_of_scope,
     "not an event of section 3.10; a stack maps one to ABORT or to none", ""},
    {"C40", "keep-alive, ECN, timestamps, scaling, SACK", detail::allowed,
     "keep-alives may be sent; timestamps and ECN are used when both ends offer them, and a RST carries timestamps as "
     "RFC 7323 section 5.2 recommends; SACK does not change the outcomes; the shift is written by the adapter",
     "EMIT-4 TS-1 TS-2 TS-3 TS-4 TS-5 LISTEN-3 SYNSENT-5"},
}};

/// The ambiguities, contradictions and bugs of the text.
inline constexpr std::array<choice, 42> ambiguities_table{{
    {"A1", "order of numbers 2^31 apart", detail::decided,
     "positions never wrap, so the question falls to the adapter: the position nearest the state variable", ""},
    {"A2", "SND.NXT moved back to retransmit", detail::decided, "snd_nxt is the highest ever sent and never moves back",
     "EMIT-5 ACK-3"},
    {"A3", "SND.NXT when the SYN carries text", detail::decided,
     "it does with Fast Open alone (C6): snd_nxt is behind the text", "OPEN-2 LISTEN-3"},
    {"A4", "passive OPEN on a listening record", detail::decided, "an error that leaves the record alone (MUST-41)",
     "OPEN-4"},
    {"A5", "sending urgent data", detail::out_of_scope,
     "URG on emissions is not constrained: new applications should not use it (SHLD-13) and the receiver treats it as "
     "a "
     "hint",
     ""},
    {"A6", "calls after a queued CLOSE", detail::decided,
     "SEND fails; FIN-WAIT-1 is entered by the call, LAST-ACK by the FIN's emission, each as its paragraph says",
     "SEND-6 CLOSE-5 CLOSE-6 EMIT-6 EMIT-7"},
    {"A7", "RECEIVE with text held in CLOSING and later", detail::allowed, "delivered, or an error", "RECV-5"},
    {"A8", "consequences of FIN-WAIT-1 before our SYN is acknowledged", detail::decided,
     "the handshake goes on in FIN-WAIT-1: the SYN,ACK is repeated, a wrong acknowledgment is answered by a RST, and "
     "the "
     "acknowledgment of our SYN gives the window; a connection that its user has closed never listens again, whatever "
     "its origin: a RST ends it and he is told, a new SYN is challenged",
     "CLOSE-9 ACK-4 ACK-5 RST-5 RST-6 SYN-5 EMIT-2"},
    {"A9", "after sending a RST: CLOSED or TIME-WAIT", detail::decided,
     "CLOSED, and nothing sent once both ends have closed, as section 3.10.5 has it", "ABORT-3 ABORT-4"},
    {"A10", "FIN or text on a SYN, when to process it", detail::decided,
     "never: it is not kept (C6); text with Fast Open at once", "LISTEN-3 SYNSENT-5 SYNSENT-6"},
    {"A11", "the misplaced discard bullet in SYN-SENT", detail::decided,
     "it belongs to the unacceptable acknowledgment alone", "SYNSENT-1 SYNSENT-2"},
    {"A12", "send window on leaving SYN-SENT", detail::decided,
     "set from the SYN,ACK, unscaled, as RFC 1122 section 4.2.2.20 (c) requires", "SYNSENT-5"},
    {"A13", "SND.WL2 from a SYN without ACK", detail::decided, "zero until an acknowledgment comes", "SYNSENT-6"},
    {"A14", "what is retransmitted after a simultaneous open", detail::decided,
     "the SYN,ACK: a bare SYN is not sent in SYN-RECEIVED", "EMIT-2 EMIT-8"},
    {"A15", "closed window: never acceptable, but RST, URG and ACKs are", detail::allowed,
     "RST and URG are read, the ACK field may be, text and FIN are not", "SEQ-3 SEQ-4"},
    {"A16", "segments that Table 6 rejects although they are useful", detail::allowed,
     "the ACK field of a bare acknowledgment at the right edge, or one octet past it, may be read: without that, two "
     "ends "
     "that have filled each other's windows refuse each other's acknowledgments for ever; else the letter of Table 6",
     "SEQ-1 SEQ-7 SEQ-8"},
    {"A17", "control fields of a segment that is held", detail::decided,
     "RST, SYN, ACK, window and URG act at once; only text and FIN wait for their turn", "RST-3 ACK-6 URG-2 TEXT-4"},
    {"A18", "TIME-WAIT: restarting the timer, and replies", detail::decided,
     "the peer's own FIN, by its number and an acceptable ACK field, is acknowledged and restarts the timer; no other "
     "segment does, or a stranger could prolong TIME-WAIT blindly; an empty acceptable segment gets no reply, or two "
     "ends would answer each other for ever; the window offered there is free",
     "SEQ-9 SEQ-7 ACK-12 EMIT-3"},
    {"A19", "a SYN again in SYN-RECEIVED", detail::allowed, "answered by an acknowledgment or by the SYN,ACK",
     "SEQ-6 SYN-3"},
    {"A20", "a RST left of the window whose text reaches it", detail::decided,
     "SEG.SEQ as sent decides: dropped; without RFC 5961 both readings are permitted", "RST-2 RST-3"},
    {"A21", "telling the user of a RST late in the closing", detail::allowed,
     "reset may be signalled or not; refused and reset stand in for one another in SYN-SENT", "RST-7 RST-8 SYNSENT-3"},
    {"A22", "trimming a SYN before the fourth check", detail::decided,
     "the check sees the segment as sent; in SYN-RECEIVED the peer's own SYN with text is answered like the bare one, "
     "and another that begins left of the window as one that does not reach it",
     "SYN-3 SYN-4 SYN-5 SYN-7"},
    {"A23", "a new SYN in passive SYN-RECEIVED", detail::decided,
     "back to LISTEN, silently, and the SYN is not processed", "SYN-2"},
    {"A24", "a SYN in TIME-WAIT that is not accepted", detail::decided, "challenged, since C28 accepts none", "SYN-5"},
    {"A25", "the RST that answers a SYN without RFC 5961", detail::allowed,
     "at SND.NXT with or without ACK, or where the segment's acknowledgment points", "SYN-6"},
    {"A26", "SND.UNA on leaving SYN-RECEIVED", detail::decided, "it moves to SEG.ACK", "ACK-4"},
    {"A27", "after the RST for a wrong ACK in SYN-RECEIVED", detail::decided,
     "the segment is dropped and the state stays", "ACK-5"},
    {"A28", "the range check before the SYN-RECEIVED rule", detail::decided,
     "synchronized states only, so a wrong acknowledgment of our SYN gets its RST", "ACK-2 ACK-5"},
    {"A29", "the window when SND.UNA moves without an update", detail::decided,
     "against the letter the edge never passes what was offered: a new acknowledgment brings its window whatever its "
     "number, since it was sent after all that came before, or SND.WND is reduced by what it acknowledges; for the "
     "comparison a segment begins where it was sent or where trimming leaves it, both are permitted",
     "ACK-6 ACK-7"},
    {"A30", "SND.WL1 and SND.WL2 compare only within 2^31", detail::decided,
     "both are set on every path into a synchronized state, by the acknowledgment of our SYN after an early CLOSE",
     "SYNSENT-5 ACK-4"},
    {"A31", "the TIME-WAIT timer from CLOSING", detail::decided,
     "it starts whenever TIME-WAIT is entered, which is seen with the step", "ACK-10 FIN-5"},
    {"A32", "LAST-ACK and partial acknowledgments", detail::decided,
     "the ESTABLISHED processing runs first; only an acknowledgment of the FIN ends the connection", "ACK-9 ACK-11"},
    {"A33", "urgent pointer: offset or absolute, and its refresh", detail::decided,
     "SEG.SEQ plus the field (RFC 6093); values that are not ahead of rcv_nxt are all the same", "URG-2"},
    {"A34", "when to signal urgent data again", detail::allowed,
     "required when the pointer advances and is ahead of what arrived (MUST-32), tolerated whenever URG is set",
     "URG-2 SEQ-4"},
    {"A35", "a FIN whose text is missing or cut", detail::decided,
     "it counts only when every octet before it was taken and it lies in the window itself", "FIN-6 FIN-7"},
    {"A36", "a second FIN, text after a FIN", detail::decided,
     "ignored, with or without an acknowledgment; of two FINs the earlier position counts, and nothing at or beyond it "
     "is taken",
     "FIN-2 TEXT-2 FIN-6"},
    {"A37", "RST at the user timeout", detail::allowed, "sent or not, but never from TIME-WAIT", "TIMEOUT-3 TIMEOUT-6"},
    {"A38", "crossing SYN,ACKs of a simultaneous open", detail::allowed,
     "answered without throttling, as the letter has it, or read at once, as figure 7 draws it", "SEQ-5 SYN-4"},
    {"A39", "a restarted peer whose SYN is challenged for ever", detail::decided,
     "the letter of RFC 5961: the challenge stands; only the user timeout ends it", "SEQ-7 SYN-5"},
    {"A40", "two ends that answer each other for ever", detail::allowed,
     "the answers may be throttled (C24), which ends it", "ACK-2 ACK-3 SEQ-7"},
    {"A41", "wrong columns in appendix B", detail::out_of_scope, "levels are taken from the body of the text", ""},
    {"A42", "section 3.6 case 3 against figure 13", detail::decided, "TIME-WAIT, as figure 13 and section 3.10 have it",
     "ACK-10 FIN-5"},
}};

}  // namespace sequent::spec
