"""Tests of tools/bench with programs that only pretend: nothing here measures anything."""

import json
import os
import stat
import subprocess
import sys
import tempfile
import unittest

import samples

sys.path.insert(0, os.path.join(samples.ROOT, "tools"))
from benchmarking import rows, run, table  # noqa: E402

BENCH = os.path.join(samples.ROOT, "tools", "bench")
PROGRAMS = ("bulk", "bulk_plain", "connect_close", "idle", "path", "size", "threads", "kernel", "lwip")
EMPTY = f"# A\n{table.BEGIN}\n{table.END}\nB\n"


class TableTest(unittest.TestCase):
    def setUp(self):
        self.results = table.sample_results()

    def test_every_row_is_drawn_with_its_figures(self):
        drawn = table.draw(self.results)
        for row in rows.ROWS:
            self.assertIn(f"| {row.work} ", drawn)
        self.assertIn("1.00 / **2.00** / 3.00 ns", drawn)
        self.assertIn("2.00 (1.00×)", drawn)

    def test_a_missing_figure_is_refused_unless_there_is_a_reason(self):
        for figure, who in (("bulk.64k", "sequent"), ("bulk.64k", "sequent.plain"), ("bulk.64k", "kernel"),
                            ("bulk.64k", "limit"), ("path.loss.64k.again_per_loss", "sequent"),
                            ("checksum", "lwip")):
            with self.subTest(figure=figure, who=who):
                results = table.sample_results()
                del results["figures"][figure][who]
                with self.assertRaisesRegex(table.Problem, figure):
                    table.draw(results)
                if who == "limit":
                    continue
                results["absent"][f"{figure}|{who}"] = "because"
                self.assertRegex(table.draw(results), r"(?m)^\d+\. because$")

    def test_a_peer_that_is_missing_altogether_has_one_reason(self):
        for samples_of_figure in self.results["figures"].values():
            samples_of_figure.pop("lwip", None)
        with self.assertRaises(table.Problem):
            table.draw(self.results)
        self.results["absent"]["lwip"] = "needs something"
        self.assertEqual(table.draw(self.results).count("needs something"), 1)

    def test_a_row_without_a_word_on_a_peer_is_refused(self):
        kept = rows.ROWS
        self.addCleanup(setattr, rows, "ROWS", kept)
        rows.ROWS = (kept[0]._replace(peers=("kernel",), absent={}),)
        with self.assertRaisesRegex(table.Problem, "kernel.segments"):
            table.draw(self.results)

    def test_aims_are_judged_by_the_median(self):
        self.results["figures"]["bulk.64k"]["sequent"] = [1, 125, 999]
        self.assertIn("≤ 125, met", table.draw(self.results))
        self.results["figures"]["bulk.64k"]["sequent"] = [1, 126, 126]
        self.assertIn("≤ 125, missed", table.draw(self.results))

    def test_a_page_is_replaced_between_its_markers_alone(self):
        once = table.with_table(EMPTY, self.results, "x")
        self.assertTrue(once.startswith("# A\n") and once.endswith(table.END + "\nB\n"))
        self.assertEqual(table.with_table(once, self.results, "x"), once)
        self.assertEqual(table.works(once, "x"), [row.work for row in rows.ROWS])
        self.assertEqual(table.self_check(once, "x"), [])

    def test_bad_markers_are_refused(self):
        for text in ("", table.BEGIN, table.END + table.BEGIN, EMPTY * 2):
            with self.subTest(text), self.assertRaises(table.Problem):
                table.with_table(text, self.results, "x")
            self.assertNotEqual(table.self_check(text, "x"), [])

    def test_self_check_notices_a_page_with_other_rows(self):
        text = table.with_table(EMPTY, self.results, "x").replace("| " + rows.ROWS[1].work, "| something else")
        self.assertEqual(len(table.self_check(text, "x")), 1)

    def test_self_check_notices_a_table_that_hides_what_is_missing(self):
        kept = table.draw
        self.addCleanup(setattr, table, "draw", kept)
        table.draw = lambda results: kept(table.sample_results())
        self.assertNotEqual(table.self_check(EMPTY, "x"), [])

    def test_figures_of_google_benchmark_are_found(self):
        def found(name, **more):
            return {"name": name, "run_type": "iteration", "cpu_time": 2.0, "time_unit": "us", **more}
        middle = {"run_type": "aggregate", "aggregate_name": "median"}
        got = run.functions_in({"benchmarks": [
            found("sum/1460/repeats:7_median", **middle), found("sum/1460/repeats:7_mean", run_type="aggregate",
                                                                aggregate_name="mean"),
            found("sum/20"), found("parse_and_verify/1"),
            found("out_of_order/ranges:1000/order:0/acks:0/manual_time", ns_a_segment=50.0),
            found("out_of_order/ranges:1000/order:2/acks:0/manual_time", ns_a_segment=70.0),
            found("out_of_order/ranges:1000/order:2/acks:1/manual_time", ns_a_segment=90.0),
            found("longest_call/ranges:100/order:1/iterations:15", longest_ns_per_64KiB=190.0)]})
        self.assertEqual(got, {"checksum": 2000.0, "parse.timestamps": 2000.0, "out_of_order.1000": 70.0,
                               "out_of_order.call": 190.0})


class CommandTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.json = os.path.join(self.folder, "bench.json")
        os.mkdir(os.path.join(self.folder, "bin"))
        figures = table.sample_results()["figures"]
        whose = {"kernel": ("kernel",), "lwip": ("lwip",), "bulk_plain": ("sequent.plain", "limit.plain")}
        first = {"bulk": "bulk", "bulk_plain": "bulk", "connect_close": "connect", "idle": "idle", "path": "path", "size": "size", "threads": "threads"}
        for name in PROGRAMS:
            lines = [json.dumps({"row": figure, "who": who, "value": 7}) for figure, found in figures.items()
                     for who in found if who in whose.get(name, ("sequent", "limit"))
                     and figure.startswith(first.get(name, ""))]
            self.install(name, "\n".join(lines))
        for name in ("functions", "functions_plain"):
            held = [f"out_of_order/ranges:{n}/order:0/acks:0/manual_time" for n in (100, 1000, 10000, 100000)]
            self.install(name, json.dumps({"benchmarks": [
                {"name": each, "cpu_time": 3, "time_unit": "ns", "ns_a_segment": 3, "longest_ns_per_64KiB": 3} for each in
                ("sum/1460", "parse_and_verify/0", "parse_and_verify/1", "parse_and_verify/2", *held,
                 "longest_call/ranges:100/order:0/iterations:15")]}))

    def install(self, name, text, status=0):
        path = os.path.join(self.folder, "bin", "bench_" + name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\ncat <<'TEXT'\n{text}\nTEXT\nexit {status}\n")
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)

    def bench(self, *options):
        return subprocess.run([BENCH, "--no-build", "--build", self.folder, "--json", self.json, *options],
                              capture_output=True, text=True, timeout=60, check=False)

    def test_bad_usage_exits_2(self):
        for options in (["--nonsense"], ["--runs", "0"], ["--runs", "x"], ["--quick", "--write"],
                        ["--only", "bulk", "--write"], ["--show"], ["extra"]):
            with self.subTest(options):
                done = self.bench(*options)
                self.assertEqual(done.returncode, 2)
                self.assertNotEqual(done.stderr, "")

    def test_help_exits_0(self):
        self.assertIn("--self-check", self.bench("--help").stdout)

    def test_a_run_is_measured_written_and_shown_again(self):
        done = self.bench("--runs", "2", "--mebibytes", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.json, encoding="utf-8") as file:
            results = json.load(file)
        self.assertEqual(results["figures"]["bulk.64k"]["sequent"], [7, 7])
        self.assertEqual(results["figures"]["checksum"]["sequent.plain"], [3, 3])
        self.assertEqual(results["octets"], 1 << 20)
        self.assertEqual(self.bench("--show").stdout, done.stdout)

    def test_a_program_that_fails_exits_1(self):
        self.install("path", "", status=1)
        self.assertEqual(self.bench("--quick").returncode, 1)

    def test_a_program_that_leaves_a_figure_out_exits_1(self):
        self.install("connect_close", json.dumps({"row": "something", "who": "sequent", "value": 7}))
        done = self.bench("--quick")
        self.assertEqual(done.returncode, 1)
        self.assertIn("connect_close", done.stderr)

    def test_a_program_that_prints_something_else_exits_1(self):
        self.install("size", "hello")
        done = self.bench("--quick")
        self.assertEqual(done.returncode, 1)
        self.assertIn("hello", done.stderr)

    def test_without_optional_peers_the_table_says_why(self):
        for name in ("lwip", "functions"):
            os.remove(os.path.join(self.folder, "bin", "bench_" + name))
        done = self.bench("--quick")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("needs liblwip-dev", done.stdout)
        self.assertIn("needs Google Benchmark", done.stdout)

    def test_the_page_is_in_step(self):
        done = self.bench("--self-check")
        self.assertEqual((done.returncode, done.stdout), (0, ""))


if __name__ == "__main__":
    unittest.main()
