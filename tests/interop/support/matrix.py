"""Every option of TCP on and off, in both roles, over both families, on a good and on a bad network."""

import itertools
import os
import queue
import subprocess
import tempfile
import threading
import time
from typing import Iterable, NamedTuple

from support import kernel_end
from support.bed import (KERNEL, KERNEL6, SEQUENT, SEQUENT6, Bed, Failure, counts, first_line, write_file)
from support.kernel_end import ECN, SACK, SWITCHES, TIMESTAMPS, WINDOW_SCALE, TcpInfo

OFF = {WINDOW_SCALE: "--no-window-scale", SACK: "--no-sack", TIMESTAMPS: "--no-timestamps"}  # ECN is off unless asked for
REPORTED = {WINDOW_SCALE: "window_scale", SACK: "sack", TIMESTAMPS: "timestamps", ECN: "ecn"}
LETTERS = {WINDOW_SCALE: "w", SACK: "s", TIMESTAMPS: "t", ECN: "e"}
BAD = ["--loss", "2", "--reorder", "3", "--mark", "5"]


class Combination(NamedTuple):
    role: str             # what Sequent does: "serve" or "fetch"
    family: str           # "IPv4" or "IPv6"
    network: str          # "clean" or "impaired"
    keeper: str           # of Sequent's connections: "table" or "stack"
    sequent: frozenset    # the options that Sequent has switched on
    kernel: frozenset     # the options that the kernel has switched on
    more: tuple = ()      # further options of tun_host, for controls
    expected: frozenset | None = None  # if not what both ends have switched on, for controls

    def agreement(self) -> frozenset:
        return self.sequent & self.kernel if self.expected is None else self.expected

    def describe(self) -> str:
        return (f"{self.role:5} {self.family} {self.network:8} {self.keeper:5} Sequent {letters(self.sequent)} "
                f"kernel {letters(self.kernel)} agreed {letters(self.agreement())}")


    def is_control(self) -> bool:
        return bool(self.more) or self.expected is not None


class Outcome(NamedTuple):
    combination: Combination
    seconds: float
    problem: str          # empty if everything held
    counted: dict         # by tun_host
    info: TcpInfo | None


def letters(options: frozenset) -> str:
    return "".join(letter if option in options else "-" for option, letter in LETTERS.items())


def combinations() -> list[Combination]:
    """Sequent's switches in every combination; the kernel's, and those of Sequent's stack, none, one and all off."""
    everything = frozenset(SWITCHES)
    subsets = [frozenset(s) for n in range(len(everything) + 1) for s in itertools.combinations(sorted(everything), n)]
    few = [frozenset(), *(everything - {option} for option in sorted(everything))]
    places = list(itertools.product(("serve", "fetch"), ("IPv4", "IPv6"), ("clean", "impaired")))
    return ([Combination(*place, "table", some, everything) for place in places for some in subsets]
            + [Combination(*place, "table", everything, some) for place in places for some in few]
            + [Combination(*place, "stack", some, everything) for place in places for some in [everything, *few]])


def controls() -> list[Combination]:
    """Runs in which something must be found to be wrong: an octet was forged, an option is not what it is taken for, the
    network is not as bad as it is said to be."""
    on = frozenset(SWITCHES)
    forged = [Combination(role, family, "clean", keeper, on, on, ("--forge", "20"))
              for role in ("serve", "fetch") for family in ("IPv4", "IPv6") for keeper in ("table", "stack")]
    mistaken = [Combination(role, "IPv4", "clean", "table", on - {option}, on, expected=on)
                for role in ("serve", "fetch") for option in sorted(on)]
    good = [Combination("serve", "IPv4", "impaired", "table", on, on, ("--loss", "0", "--reorder", "0", "--mark", "0"))]
    return forged + mistaken + good


def tun_options(tried: Combination, seed: int) -> list[str]:
    options = [OFF[option] for option in sorted(OFF) if option not in tried.sequent]
    options += ["--ecn"] if ECN in tried.sequent else []
    options += ["--stack"] if tried.keeper == "stack" else []
    if tried.network == "impaired":
        # CLI11 takes the last of an option that is given twice as an error, so a control's replace the usual ones.
        usual = dict(zip(BAD[::2], BAD[1::2])) | dict(zip(tried.more[::2], tried.more[1::2]))
        return [*options, "--impair", str(seed), *itertools.chain.from_iterable(usual.items())]
    return [*options, *tried.more]


def exchange(bed: Bed, tried: Combination, body: str, seed: int, seconds: float) -> tuple[dict, TcpInfo]:
    """One transfer of the file `body`. Raises Failure unless it arrives as it was sent."""
    kernel, sequent = (KERNEL, SEQUENT) if tried.family == "IPv4" else (KERNEL6, SEQUENT6)
    kernel_end.switch(tried.kernel)
    command = bed.sequent(*tun_options(tried, seed), address=sequent)
    with open(body, "rb") as file:
        sent = file.read()
    if tried.role == "serve":
        host = bed.start(*command, "serve", body)
        try:
            first_line(host, "tun_host")
            received, info = kernel_end.fetch(sequent, 80, seconds)
        finally:
            said = bed.end(host)
    else:
        server = kernel_end.Server(kernel, sent, seconds)
        with tempfile.NamedTemporaryFile(prefix="sequent-interop-") as output:
            client = bed.start(*command, "fetch", "/", "--host", kernel, "--port", str(server.port), "--output",
                               output.name)
            try:
                info = server.serve()
                said = client.communicate(timeout=seconds)[0]
            finally:
                bed.end(client)
            received = output.read()
    kernel_end.same(sent, received)
    return counts(said), info


def judge(tried: Combination, counted: dict, info: TcpInfo) -> None:
    """Raises Failure unless the options and the network were what they were to be."""
    bad = tried.network == "impaired"
    agreement = tried.agreement()
    # A SYN that was lost is the end of ECN, unless an answer to it was only slow (RFC 3168 section 6.1.1.1).
    if bad and counted["plain_syn"] and ECN not in info.options:
        agreement = agreement - {ECN}
    if info.options != agreement:
        raise Failure(f"the kernel has agreed on {letters(info.options)}")
    for option, name in REPORTED.items():
        if (option in agreement) != bool(counted[name]):
            raise Failure(f"Sequent takes {option} to be {'on' if counted[name] else 'off'}")
    if bad != bool(counted["lost"]) or bad != bool(counted["reordered"]):
        raise Failure(f"the network lost {counted['lost']} and reordered {counted['reordered']} packets")
    if bad and ECN in agreement:
        if counted["marked"] == 0 or (tried.role == "serve" and not info.ecn_seen):
            raise Failure(f"ECN: {counted['marked']} packets marked, and the kernel saw {info.ecn_seen}")
        if tried.role == "fetch" and info.delivered_ce == 0:
            raise Failure(f"ECN: {counted['marked']} packets marked, and nobody told the kernel")


def attempt(bed: Bed, tried: Combination, body: str, seed: int, seconds: float) -> Outcome:
    began = time.monotonic()
    counted, info, problem = {}, None, ""
    try:
        counted, info = exchange(bed, tried, body, seed, seconds)
        judge(tried, counted, info)
    except (Failure, OSError, subprocess.TimeoutExpired) as why:
        problem = str(why) or type(why).__name__
    return Outcome(tried, time.monotonic() - began, problem, counted, info)


def run_all(tun_host: str, tried: Iterable[Combination], octets: int, seed: int, seconds: float,
            beds: int) -> list[Outcome]:
    """Runs all of them, as many at a time as there are to be namespaces, and returns what came of them in their order."""
    waiting: queue.SimpleQueue = queue.SimpleQueue()
    for numbered in enumerate(tried):
        waiting.put(numbered)
    done: dict[int, Outcome] = {}
    problems: list[BaseException] = []

    def work(body: str) -> None:
        try:
            with Bed(tun_host) as bed:
                bed.enter()
                while not problems:
                    index, one = waiting.get_nowait()
                    done[index] = attempt(bed, one, body, seed + index, seconds)
        except queue.Empty:
            pass
        except BaseException as why:  # told to the main thread, which raises it
            problems.append(why)

    with tempfile.TemporaryDirectory(prefix="sequent-interop-") as folder:
        body = os.path.join(folder, "sent")
        write_file(body, octets, seed)
        workers = [threading.Thread(target=work, args=(body,)) for _ in range(beds)]
        try:
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
        except BaseException as why:  # an interrupt: the workers take their beds away after what they are at
            problems.append(why)
            for worker in workers:
                worker.join()
            raise
    if problems:
        raise problems[0]
    return [done[index] for index in sorted(done)]
