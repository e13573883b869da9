"""How fast it goes over TUN, each way, with and without offload. Measured, and nothing follows from it."""

import os
import resource
import socket
import subprocess
import tempfile
import time
from typing import NamedTuple

from support.bed import DEVICE, KERNEL, SEQUENT, Bed, Failure, counts, first_line, run

# lwIP over TUN, as measured elsewhere on two cores; beside Sequent's figures, not against them.
LWIP = {"out": 4.1, "in": 5.4}
WAYS = {"MTU 1500": (1_500, []), "MTU 1500, offload": (1_500, ["--offload"])}


class Rate(NamedTuple):
    seconds: float
    cpu: float      # seconds of the processor that tun_host took
    sent_again: int

    def gigabits(self, octets: int) -> float:
        return octets * 8 / self.seconds / 1e9


def send_out(bed: Bed, options: list[str], file: str) -> Rate:
    """Sequent sends, a socket of the kernel's reads and throws away."""
    host = bed.start(*bed.sequent(*options, "serve", file))
    try:
        first_line(host, "tun_host")
        buffer, received = bytearray(1 << 20), 0
        with socket.create_connection((SEQUENT, 80), timeout=60) as peer:
            began = time.monotonic()
            peer.sendall(b"GET / HTTP/1.0\r\n\r\n")
            while got := peer.recv_into(buffer):
                received += got
            took = time.monotonic() - began
    finally:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        said = bed.end(host)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if received < os.path.getsize(file):
        raise Failure(f"throughput out: {received} octets arrived of {os.path.getsize(file)}")
    return Rate(took, cpu_between(before, after), counts(said)["sent_again"])


def take_in(bed: Bed, options: list[str], file: str) -> Rate:
    """A socket of the kernel's sends, Sequent reads and writes to the null device."""
    again = bed.kernel_sent_again()
    with socket.create_server((KERNEL, 0)) as listener:
        listener.settimeout(60)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        client = bed.start(*bed.sequent(*options, "fetch", "/", "--host", KERNEL, "--port",
                                        str(listener.getsockname()[1]), "--output", os.devnull))
        try:
            with listener.accept()[0] as peer, open(file, "rb") as body:
                peer.settimeout(60)
                peer.recv(4096)
                began = time.monotonic()
                peer.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % os.path.getsize(file))
                peer.sendfile(body)
                peer.shutdown(socket.SHUT_WR)
                peer.recv(1)  # the end: everything was read
                took = time.monotonic() - began
            client.communicate(timeout=60)
        finally:
            bed.end(client)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if client.returncode != 0:
        raise Failure("throughput in: tun_host did not get the file")
    return Rate(took, cpu_between(before, after), bed.kernel_sent_again() - again)


def cpu_between(before, after) -> float:
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(bed: Bed, mebibytes: int, runs: int) -> dict[str, list[float]]:
    """Gigabits a second of each run, by way and direction; prints them. The thread is in the bed's namespace."""
    octets = mebibytes << 20
    found: dict[str, list[float]] = {}
    with tempfile.NamedTemporaryFile(prefix="sequent-interop-") as file:
        subprocess.run(["truncate", "--size", str(octets), file.name], check=True)
        for way, (mtu, options) in WAYS.items():
            run(*bed.inside("ip", "link", "set", DEVICE, "mtu", str(mtu)))
            every = [*options, "--mtu", str(mtu), "--ring", "4096"]
            for direction, transfer in (("out", send_out), ("in", take_in)):
                rates = [transfer(bed, every, file.name) for _ in range(runs)]
                speeds = sorted(rate.gigabits(octets) for rate in rates)
                found[f"{direction}, {way}"] = speeds
                cpu = min(rate.cpu for rate in rates)
                print(f"throughput {direction:3} {way:18}: {speeds[0]:.2f} {speeds[len(speeds) // 2]:.2f} "
                      f"{speeds[-1]:.2f} Gbit/s (least, median, most of {runs}); {octets * 8 / cpu / 1e9:.2f} Gbit for "
                      f"each second of tun_host's processor time; sent again {max(r.sent_again for r in rates)}"
                      + (f"; lwIP {LWIP[direction]}" if way == "MTU 1500" else ""), flush=True)
        run(*bed.inside("ip", "link", "set", DEVICE, "mtu", "1500"))
    return found
