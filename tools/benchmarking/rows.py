"""The rows of the benchmark's table: what each is, where its figures come from, and what is aimed at."""

from typing import NamedTuple, Optional

# Who is measured, by the name that a figure carries, and the head of the column.
PEERS = {"kernel": "Linux loopback", "kernel.segments": "Linux, MTU 1500, no offload", "lwip": "lwIP"}

NOT_ALIKE = "has no such thing to measure from outside"
NO_VIRTUAL_TIME = "the kernel's TCP does not run in virtual time"
WINDOW_FIXED = "the package's window was fixed at 64 KiB when it was built"
SUMS_ALWAYS = "the package has no way to leave checksums out"
NO_CHECKSUM = "does not call a function of its own for it that could be timed alone"
NO_LARGE = "has no such path"


class Row(NamedTuple):
    figure: str                     # the name of the figure in the programs' output
    work: str
    unit: str = "ns"
    aim: Optional[float] = None     # at most this
    who: str = "sequent"            # whose figure is Sequent's: sequent, or sequent.plain
    limit: str = ""                 # whose figure is the physical limit, if it has one
    peers: tuple = ()               # of PEERS
    absent: dict = {}               # why another peer has no figure
    aliases: dict = {}              # peers whose figure has another name

    def id(self) -> str:
        return f"{self.figure}|{self.who}"


KERNELS = ("kernel", "kernel.segments")
NO_KERNEL = {"kernel": NOT_ALIKE, "kernel.segments": NOT_ALIKE}
NOBODY = {**NO_KERNEL, "lwip": NOT_ALIKE}
VIRTUAL = {"kernel": NO_VIRTUAL_TIME, "kernel.segments": NO_VIRTUAL_TIME}
BULK = "bulk, checksums made and verified, copied in and out, 64 KiB window, a segment"

ROWS = (
    Row("bulk.64k", BULK, aim=125, limit="limit", peers=(*KERNELS, "lwip")),
    Row("bulk.1m", "the same, 1 MiB window", aim=220, limit="limit", peers=KERNELS, absent={"lwip": WINDOW_FIXED}),
    Row("bulk.64k", "the same at plain `-O2`, 64 KiB", aim=150, who="sequent.plain", limit="limit.plain",
        peers=(*KERNELS, "lwip")),
    Row("bulk.64k.timestamps", "the same with timestamps on, as by default", limit="limit", peers=KERNELS,
        absent={"lwip": "the package was built without timestamps"},
        aliases={"kernel": "bulk.64k", "kernel.segments": "bulk.64k"}),
    Row("bulk.64k.large", "the same, large segments (as with TSO), 1460 octets", aim=100, limit="limit",
        peers=("kernel",), absent={"kernel.segments": "offload is what this row is about", "lwip": NO_LARGE},
        aliases={"kernel": "bulk.64k"}),
    Row("bulk.64k.nosum", "no checksum, copied at the API, 64 KiB, a segment", limit="limit",
        peers=KERNELS, absent={"lwip": SUMS_ALWAYS}, aliases={"kernel": "bulk.64k", "kernel.segments": "bulk.64k"}),
    Row("bulk.64k.nocopy", "no checksum, no copy at the API, 64 KiB, a segment", aim=85, limit="limit",
        absent={**NO_KERNEL, "lwip": SUMS_ALWAYS}),
    Row("parse.none", "parse and verify, no options, no text", aim=8, absent=NOBODY),
    Row("parse.timestamps", "parse and verify, timestamps, no text", aim=12, absent=NOBODY),
    Row("parse.four", "parse and verify, four options, no text", aim=18, absent=NOBODY),
    Row("checksum", "checksum of 1460 octets", aim=18, peers=("lwip",),
        absent={"kernel": NO_CHECKSUM, "kernel.segments": NO_CHECKSUM}),
    Row("checksum", "checksum of 1460 octets, plain `-O2`", aim=35, who="sequent.plain", peers=("lwip",),
        absent={"kernel": NO_CHECKSUM, "kernel.segments": NO_CHECKSUM}),
    Row("connect_close", "connect and close in memory, checksums on", aim=350, peers=(*KERNELS, "lwip")),
    Row("path.loss.64k", "1% loss both ways, RTT 10 ms, 64 KiB window: 1 GiB (ideal 164)", "virtual s", 640,
        peers=("lwip",), absent=VIRTUAL),
    Row("path.loss.64k.again_per_loss", "there: retransmissions for each segment lost", "", 1.03, peers=("lwip",),
        absent=VIRTUAL),
    Row("path.loss.256k", "the same, 256 KiB window (ideal 41)", "virtual s", 620,
        absent={**VIRTUAL, "lwip": WINDOW_FIXED}),
    Row("path.loss.256k.again_per_loss", "there: retransmissions for each segment lost", "", 1.03,
        absent={**VIRTUAL, "lwip": WINDOW_FIXED}),
    Row("path.reorder.64k", "5% reordered by 1 to 8 positions, 64 KiB window: 1 GiB (ideal 164)", "virtual s", 175,
        peers=("lwip",), absent=VIRTUAL),
    Row("path.reorder.64k.again", "there: retransmissions (floor 0)", "", 400, peers=("lwip",), absent=VIRTUAL),
    *(Row(f"out_of_order.{n}", f"{n:,} segments out of order, worst order: a segment", aim=120, absent=NOBODY) for n in (100, 1_000, 10_000, 100_000)),
    Row("out_of_order.call", "there: the longest single call, for 64 KiB", aim=1_000, absent=NOBODY),
    Row("size", "state of a connection, its buffers aside", "octets", 512, peers=("kernel", "lwip"),
        absent={"kernel.segments": "as in the column before"}),
    Row("size.asleep", "what one more sleeping connection adds to a stack: slot, timer, flow", "octets", 512,
        absent=NOBODY),
    Row("idle.ack.10k", "pure ACK to a random one of 10 000 idle connections", aim=60, peers=("lwip",),
        absent=NO_KERNEL),
    Row("idle.ack.10k.together", "the same, handed over by sixteens", aim=60, absent=NOBODY),
    Row("idle.clock.10k", "advance the clock over 10 000 idle connections", aim=50, peers=("lwip",), absent=NO_KERNEL),
    Row("idle.ack.1m", "pure ACK to a random one of 1 000 000 idle connections", aim=120,
        absent={**NO_KERNEL, "lwip": "looks connections up one after another"}),
    Row("idle.ack.1m.together", "the same, handed over by sixteens", aim=120, absent=NOBODY),
    Row("idle.clock.1m", "advance the clock over 1 000 000 idle connections", aim=120,
        absent={**NO_KERNEL, "lwip": "looks connections up one after another"}),
    Row("idle.asleep.ack.10k", "the same, 9 900 of the 10 000 asleep", aim=60, absent=NOBODY),
    Row("idle.asleep.ack.10k.together", "the same, handed over by sixteens", aim=60, absent=NOBODY),
    Row("idle.asleep.clock.10k", "advance the clock over them", aim=50, absent=NOBODY),
    Row("idle.asleep.ack.1m", "pure ACK to one of 1 000 000, 999 000 asleep", aim=120, absent=NOBODY),
    Row("idle.asleep.ack.1m.together", "the same, handed over by sixteens", aim=120, absent=NOBODY),
    Row("idle.asleep.clock.1m", "advance the clock over them", aim=120, absent=NOBODY),
    Row("threads.2", "two threads, each with its own bulk: octets a second of CPU time, times those of one", "",
        absent=NOBODY),
)

# Figures that Google Benchmark's output has under another name: a pattern of its names, ours, and the counter that has
# the nanoseconds where the time of the function is not it. Of several functions with one figure, the slowest counts.
FUNCTIONS = (
    (r"parse_and_verify/0", "parse.none", ""),
    (r"parse_and_verify/1", "parse.timestamps", ""),
    (r"parse_and_verify/2", "parse.four", ""),
    (r"sum/1460", "checksum", ""),
    (r"out_of_order/ranges:([0-9]+)/order:[0-9]/acks:0", r"out_of_order.\1", "ns_a_segment"),
    (r"longest_call/ranges:[0-9]+/order:[0-9]", "out_of_order.call", "longest_ns_per_64KiB"),
)
