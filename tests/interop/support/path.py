"""A path whose second link takes less than the first: the kernel routes between Sequent and a far host, and tells
Sequent by ICMP what does not fit."""

import os
import subprocess
import tempfile

from support import kernel_end
from support.bed import SEQUENT, SEQUENT6, Bed, Failure, Skip, counts, do_inside, first_line, inside, run, write_file

FAR, ROUTER, NETWORK = "198.51.100.2", "198.51.100.1", "198.51.100.0/24"
FAR6, ROUTER6, NETWORK6 = "2001:db8:2::2", "2001:db8:2::1", "2001:db8:2::/64"
MTU = {"IPv4": 1_000, "IPv6": 1_280}
HEADERS = {"IPv4": 20 + 20 + 12, "IPv6": 40 + 20 + 12}  # with timestamps


class Far:
    """A namespace behind that of the bed, over a narrow link. Only the way there is narrow: what comes from there fits."""

    def __init__(self, bed: Bed):
        self.bed = bed
        self.name = f"{bed.name}-far"

    def __enter__(self) -> "Far":
        bed, name = self.bed, self.name
        run("ip", "netns", "add", name)
        try:
            link = subprocess.run(bed.inside("ip", "link", "add", "name", "narrow", "type", "veth", "peer", "name",
                                             "far", "netns", name), capture_output=True, text=True)
            if link.returncode != 0:
                raise Skip(f"no veth devices can be made here: {link.stderr.strip()}")
            for command in (["address", "add", f"{ROUTER}/24", "dev", "narrow"],
                            ["address", "add", f"{ROUTER6}/64", "dev", "narrow", "nodad"],
                            ["link", "set", "narrow", "up"]):
                run(*bed.inside("ip", *command))
            for command in (["address", "add", f"{FAR}/24", "dev", "far"],
                            ["address", "add", f"{FAR6}/64", "dev", "far", "nodad"],
                            ["link", "set", "far", "up"],
                            ["route", "add", "default", "via", ROUTER],
                            ["-6", "route", "add", "default", "via", ROUTER6]):
                run(*inside(name, "ip", *command))
            run(*bed.inside("ip", "route", "replace", NETWORK, "dev", "narrow", "mtu", "lock",
                             str(MTU["IPv4"])))
            run(*bed.inside("ip", "-6", "route", "replace", NETWORK6, "dev", "narrow", "metric", "256",
                             "mtu", "lock", str(MTU["IPv6"])))
            for forwards in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
                run(*bed.inside("sh", "-c", f"echo 1 >/proc/sys/net/{forwards}"))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        subprocess.run(["ip", "netns", "delete", self.name], capture_output=True)


def hush(bed: Bed, family: str) -> None:
    """From now on nothing that the router itself says reaches Sequent; what it forwards does."""
    version, sequent = ("-4", SEQUENT) if family == "IPv4" else ("-6", SEQUENT6)
    run(*bed.inside("ip", version, "rule", "add", "priority", "10", "iif", "lo", "to", sequent, "blackhole"))


def serve_far(bed: Bed, far: Far, family: str, keeper: str, octets: int, seed: int) -> dict[str, int]:
    """Sequent serves a client behind the narrow link. Raises Failure unless everything arrives; returns its counts."""
    sequent = SEQUENT if family == "IPv4" else SEQUENT6
    options = ["--stack"] if keeper == "stack" else []
    with tempfile.TemporaryDirectory(prefix="sequent-interop-") as folder:
        body = os.path.join(folder, "sent")
        write_file(body, octets, seed)
        with open(body, "rb") as file:
            sent = file.read()
        host = bed.start(*bed.sequent(*options, "serve", body, address=sequent))
        try:
            first_line(host, "tun_host")
            do_inside(far, lambda: kernel_end.same(sent, kernel_end.fetch(sequent, 80, 60)[0]))
        finally:
            said = bed.end(host)
    return counts(said)


def learn(counted: dict[str, int], family: str) -> str:
    """Raises Failure unless the router has told what fits, and that is what has been sent; returns it in words."""
    fits = MTU[family] - HEADERS[family]
    if counted["icmp"] == 0 or counted["segment"] != fits:
        raise Failure(f"path MTU, {family}: {counted['icmp']} ICMP errors, segments of {counted['segment']} octets where "
                      f"{fits} fit")
    return f"{counted['icmp']} ICMP errors, segments of {fits} octets, {counted['sent_again']} sent again"


def find_out(counted: dict[str, int], family: str) -> str:
    """Raises Failure unless a smaller size was found without being told; returns it in words."""
    fits = MTU[family] - HEADERS[family]
    if counted["icmp"] != 0 or counted["segment"] > fits:
        raise Failure(f"black hole, {family}: {counted['icmp']} ICMP errors, segments of {counted['segment']} octets "
                      f"where {fits} fit")
    return f"no ICMP error, segments of {counted['segment']} octets, {counted['sent_again']} sent again"
