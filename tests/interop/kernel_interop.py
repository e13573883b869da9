#!/usr/bin/env python3
"""Sequent against the TCP of the Linux kernel, over TUN devices in network namespaces of their own.

Serves files to the kernel's clients and fetches from its servers; what arrives must be identical to what was sent,
octet for octet. Window scale, SACK, timestamps and ECN are on and off on both sides, in both roles, over IPv4 and IPv6,
over a clean network and one that loses 2% of the packets in each direction, reorders 3% and marks 5% of those that
take part in ECN; the kernel's TCP_INFO and Sequent itself tell whether the options really were as they were to be.
The connections are kept by tun_host or by a stack. Then longer transfers over a worse network, the endings of
connections, refusals, a path with a narrow link, and throughput, which is measured and decides nothing.

Exit status: 0 all held, 1 something did not, 77 skipped (the last line says why), 130 interrupted.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from typing import Callable, NoReturn

sys.dont_write_bytecode = True  # nothing is left in the source tree
from support import matrix, path, throughput  # noqa: E402
from support.bed import KERNEL, SEQUENT, Bed, Failure, Skip, do_inside, first_line, write_file  # noqa: E402
from support.claims import Claims  # noqa: E402
from support.exchanges import (ENDINGS, Transfer, fetch_from_kernel, many_clients, refusals,  # noqa: E402
                               serve_slow_reader, serve_to, serve_to_curl)

BAD_NETWORK = ["--loss", "1", "--duplicate", "1", "--reorder", "2", "--corrupt", "0.5"]
SKIPPED = 77
MATRIX_OCTETS = 300_000


def report_transfer(name: str, way: Callable[[Transfer], tuple[float, dict[str, int]]], transfer: Transfer) -> None:
    octets = os.path.getsize(transfer.path("sent"))
    before = transfer.bed.kernel_sent_again()
    took, counted = way(transfer)
    again = transfer.bed.kernel_sent_again() - before
    print(f"{name}: {octets} octets identical in {took:.2f} s, {octets * 8 / took / 1e6:.0f} Mbit/s; sent again: "
          f"Sequent {counted['sent_again']}, kernel {again} segments; network: lost {counted['lost']}, duplicated "
          f"{counted['duplicated']}, reordered {counted['reordered']}, corrupted {counted['corrupted']}; "
          f"not parsed: {counted['refused']}", flush=True)
    if transfer.options and not all(counted[fate] for fate in ("lost", "duplicated", "reordered", "corrupted")):
        raise Failure(f"{name}: the network was not as bad as it should have been")


# covers: rfc9293#3.6 rfc9293#3.8.6.1 rfc9293#3.10.7.1
def check_exchanges(bed: Bed, chosen: argparse.Namespace, claims: Claims) -> None:
    impaired = ["--impair", str(chosen.seed), *BAD_NETWORK]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sequent-interop-") as folder:
        write_file(os.path.join(folder, "sent"), chosen.mebibytes << 20, chosen.seed)
        for name, way, options in (("serve, clean", serve_to_curl, []),
                                   ("fetch, clean", fetch_from_kernel, []),
                                   ("serve, impaired", serve_to_curl, impaired),
                                   ("fetch, impaired", fetch_from_kernel, impaired)):
            report_transfer(name, way, Transfer(bed, folder, options, chosen.seconds))
        write_file(os.path.join(folder, "sent"), 1 << 20, chosen.seed + 1)
        many_clients(Transfer(bed, folder, [], chosen.seconds))
        serve_slow_reader(bed, folder)
        print("serve, closed window: probed, and all arrived")
        for ending in ENDINGS:
            serve_to(bed, ending, folder)
            print(f"serve, {ending}: {ENDINGS[ending]}, and ready for the next client")
        refusals(bed, folder)
    claims.add("interop-exchanges",
               "curl and python3 -m http.server exchange files with Sequent, also over a bad network, with eight "
               "connections at once, a closed window, every way to end a connection, and refusals",
               f"4 transfers of {chosen.mebibytes} MiB, 8 connections, {len(ENDINGS)} endings",
               {"transfers": 4, "connections": 8, "endings": len(ENDINGS), "refusals": 2}, time.monotonic() - began)


# covers: rfc7323#2 rfc7323#3 rfc2018 rfc3168#6.1 stack-ecn rfc791 rfc8200 rfc9293#3.5
def check_matrix(tun_host: str, chosen: argparse.Namespace, claims: Claims) -> None:
    began = time.monotonic()
    tried, controls = matrix.combinations(), matrix.controls()
    outcomes = matrix.run_all(tun_host, [*tried, *controls], MATRIX_OCTETS, chosen.seed, chosen.seconds, chosen.beds)
    for outcome in outcomes:
        verdict = outcome.problem or f"{MATRIX_OCTETS} octets identical"
        counted = outcome.counted
        again = counted.get("sent_again", 0) + (outcome.info.sent_again if outcome.info else 0)
        print(f"{'control: ' if outcome.combination.is_control() else ''}{outcome.combination.describe()}: {verdict} "
              f"({outcome.seconds:.2f} s, lost {counted.get('lost', '?')}, reordered {counted.get('reordered', '?')}, "
              f"marked {counted.get('marked', '?')}, sent again {again})")
    wrong = [o for o in outcomes if o.problem and not o.combination.is_control()]
    caught = [o for o in outcomes if o.problem and o.combination.is_control()]
    print(f"{len(tried) - len(wrong)} of {len(tried)} combinations hold, {len(caught)} of {len(controls)} controls caught, "
          f"in {time.monotonic() - began:.0f} s", flush=True)
    claims.add("interop-options",
               "what the Linux kernel and Sequent send one another arrives identical with each of window scale, SACK, "
               "timestamps and ECN on and off, and each is used exactly when both ends have it on",
               f"{len(tried)} transfers of {MATRIX_OCTETS} octets: serving and fetching, IPv4 and IPv6, clean and with "
               "2% lost, 3% reordered and 5% marked each way, lone connections and a stack",
               {"combinations": len(tried), "identical": len(tried) - len(wrong), "controls": len(controls),
                "controls_caught": len(caught)}, time.monotonic() - began,
               [*(f"{o.combination.describe()}: {o.problem}" for o in wrong),
                *(f"control not caught: {o.combination.describe()}" for o in outcomes
                  if o.combination.is_control() and not o.problem)])


# covers: rfc1191#3 rfc8201#4 rfc4821#7.7 rfc9293#3.7.1 rfc9293#3.9.2.2
def check_path(bed: Bed, chosen: argparse.Namespace, claims: Claims) -> None:
    began = time.monotonic()
    problems, caught = [], 0
    cases = [(family, keeper) for family in ("IPv4", "IPv6") for keeper in ("table", "stack")]
    with path.Far(bed) as far:
        for silent, judge, other in ((False, path.learn, path.find_out), (True, path.find_out, path.learn)):
            for family, keeper in cases:
                if silent and keeper == "table":
                    path.hush(bed, family)
                try:
                    counted = path.serve_far(bed, far, family, keeper, MATRIX_OCTETS, chosen.seed)
                    print(f"narrow path, {family}, {keeper}: {judge(counted, family)}", flush=True)
                except (Failure, OSError, subprocess.TimeoutExpired) as why:
                    problems.append(f"{family}, {keeper}: {why}")
                    continue
                try:
                    other(counted, family)
                except Failure:
                    caught += 1
    if caught != 2 * len(cases):
        problems.append(f"{caught} of {2 * len(cases)} controls caught")
    claims.add("interop-path-mtu",
               "Sequent learns from the router's ICMP errors what a narrow link takes, finds a size that fits where the "
               "router says nothing, and everything arrives identical",
               f"{2 * len(cases)} transfers of {MATRIX_OCTETS} octets: IPv4 and IPv6, lone connections and a stack, with "
               "reports and without",
               {"transfers": 2 * len(cases), "controls": 2 * len(cases), "controls_caught": caught},
               time.monotonic() - began, problems)


def check(chosen: argparse.Namespace, claims: Claims) -> None:
    with open("/proc/sys/net/ipv4/tcp_congestion_control", encoding="utf-8") as file:
        print(f"kernel {os.uname().release}, congestion control {file.read().strip()}, seed {chosen.seed}", flush=True)
    tun_host = find_tun_host(chosen.tun_host)
    wanted = set(chosen.only) if chosen.only else {"exchanges", "matrix", "path", "throughput"}
    if "matrix" in wanted:
        check_matrix(tun_host, chosen, claims)
    with Bed(tun_host) as bed:
        if "exchanges" in wanted:
            check_exchanges(bed, chosen, claims)
        if "path" in wanted:
            check_path(bed, chosen, claims)
    if "throughput" in wanted:
        measure(tun_host, chosen)


def measure(tun_host: str, chosen: argparse.Namespace) -> None:
    with Bed(tun_host) as bed:
        do_inside(bed, lambda: throughput.measure(bed, chosen.mebibytes, chosen.runs))


def make_captures(bed: Bed, into: str, seed: int) -> None:
    """Small captures for the corpus: each way, clean and impaired, every ending, and refusals."""
    os.makedirs(into, exist_ok=True)
    impaired = ["--impair", str(seed), "--loss", "5", "--duplicate", "5", "--reorder", "10", "--corrupt", "5"]
    with tempfile.TemporaryDirectory(prefix="sequent-interop-") as folder:
        for name, way, octets, options in (("serve-impaired", serve_to_curl, 64_000, impaired),
                                           ("fetch-impaired", fetch_from_kernel, 64_000, impaired),
                                           ("serve-clean", serve_to_curl, 20_000, []),
                                           ("fetch-clean", fetch_from_kernel, 20_000, [])):
            write_file(os.path.join(folder, "sent"), octets, seed)
            way(Transfer(bed, folder, ["--capture", os.path.join(into, f"{name}.pcap"), *options], 60))
        serve_slow_reader(bed, folder, "--capture", os.path.join(into, "serve-zero-window.pcap"))
        for ending in ENDINGS:
            serve_to(bed, ending, folder, "--capture", os.path.join(into, f"serve-{ending}.pcap"))
        host = bed.start(*bed.sequent("--capture", os.path.join(into, "serve-refused.pcap"), "serve", "--port", "81",
                                      os.path.join(folder, "sent")))
        first_line(host, "tun_host")
        subprocess.run(bed.inside("curl", "--silent", "--max-time", "5", f"http://{SEQUENT}/"), timeout=20)
        bed.end(host)
        subprocess.run(bed.inside(*bed.sequent("--capture", os.path.join(into, "fetch-refused.pcap"), "fetch", "/",
                                               "--host", KERNEL, "--port", "9", "--output",
                                               os.path.join(folder, "nothing"))), capture_output=True, timeout=20)
    for name in sorted(os.listdir(into)):
        if name.endswith(".pcap"):
            print(f"{os.path.join(into, name)}: {os.path.getsize(os.path.join(into, name))} octets")


def find_tun_host(given: str | None) -> str:
    path = given or os.path.join(os.environ.get("SEQUENT_BIN_DIR", "build/test/bin"), "tun_host")
    if not os.access(path, os.X_OK):
        raise Skip(f"the example tun_host was not built: no {path}")
    return os.path.abspath(path)


def require_surroundings() -> None:
    if os.geteuid() != 0:
        raise Skip("needs root, to make a network namespace and a TUN device")
    if not os.path.exists("/dev/net/tun"):
        raise Skip("needs /dev/net/tun")
    for tool in ("ip", "curl"):
        if shutil.which(tool) is None:
            raise Skip(f"needs the command {tool}")


def interrupted(*_) -> NoReturn:
    raise KeyboardInterrupt


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=("matrix", "exchanges", "path", "throughput"),
                        help="this part; may be given again (default: all)")
    parser.add_argument("--mebibytes", type=int, default=16,
                        help="size of the long transfers and of those for throughput (default 16)")
    parser.add_argument("--runs", type=int, default=1, help="measurements of each throughput (default 1)")
    parser.add_argument("--seconds", type=float, default=60, help="most that one transfer may take (default 60)")
    parser.add_argument("--beds", type=int, default=4, help="combinations tried at the same time (default 4)")
    parser.add_argument("--seed", type=int, default=1, help="of the files and of the bad networks (default 1)")
    parser.add_argument("--tun-host", help="the example program (default: tun_host in $SEQUENT_BIN_DIR)")
    parser.add_argument("--json", help="write the records of the claims to this file")
    parser.add_argument("--make-captures", metavar="FOLDER", help="instead of testing, write small captures there")
    return parser.parse_args()


def main() -> int:
    chosen = parse_arguments()
    signal.signal(signal.SIGTERM, interrupted)
    claims = Claims()
    try:
        require_surroundings()
        if chosen.make_captures:
            with Bed(find_tun_host(chosen.tun_host)) as bed:
                make_captures(bed, chosen.make_captures, chosen.seed)
        else:
            check(chosen, claims)
    except Skip as why:
        print(f"skipped: {why}")
        return SKIPPED
    except (Failure, subprocess.TimeoutExpired) as why:
        claims.fall(str(why))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    if chosen.json:
        claims.write(chosen.json)
    for problem in claims.problems():
        print(f"FAILED: {problem}", file=sys.stderr)
    return 1 if claims.problems() else 0


if __name__ == "__main__":
    sys.exit(main())
