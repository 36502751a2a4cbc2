"""orderctl against a real node, and without one."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import types
import unittest

import orderd_node


def ctl(*arguments):
    return subprocess.run([orderd_node.PROGRAMS / "orderctl", *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)


class OrderctlWithANode(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        owner = types.SimpleNamespace(addCleanup=cls.addClassCleanup)
        cls.node = orderd_node.TemporaryNode(owner).start()

    def ok(self, *arguments):
        done = self.node.ctl("--json", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_an_order_from_placing_to_cancelling(self):
        self.ok("stock", "set", "85123A", "10")
        self.ok("account", "set", "17850", "--limit", "100")
        placed = self.ok("place", "85123A=6@2.55", "--customer", "17850", "--reference", "536365")
        self.assertEqual((placed["status"], placed["authorized_minor"]), ("confirmed", 1530))
        again = self.ok("place", "85123A=6@2.55", "--customer", "17850", "--reference", "536365", "--id",
                        placed["order_id"])
        self.assertEqual(again, placed)
        other = self.node.ctl("--json", "place", "85123A=7@2.55", "--customer", "17850", "--id", placed["order_id"])
        self.assertEqual(other.returncode, 1, other.stdout)
        self.assertEqual(json.loads(other.stdout)["rejection"]["code"], "conflict")
        order = self.ok("get", placed["order_id"])
        self.assertEqual(order["reference"], "536365")
        self.assertEqual(order["payment"], {"method": "account", "state": "authorized", "authorized_minor": 1530})
        self.assertEqual(order["history"][-1]["status"], "confirmed")
        self.assertEqual(self.ok("stock", "get", "85123A"),
                         {"sku": "85123A", "on_hand": 10, "reserved": 6, "available": 4})
        self.assertEqual(self.ok("account", "get", "17850")["held_minor"], 1530)
        self.assertEqual(self.ok("cancel", placed["order_id"])["status"], "cancelled")
        self.assertEqual(self.ok("stock", "get", "85123A")["available"], 10)
        self.assertEqual(self.ok("account", "get", "17850")["held_minor"], 0)

    def test_a_node_by_itself_is_a_cluster_of_one(self):
        shown = self.ok("cluster", "status")
        self.assertIsNone(shown["cluster_id"])
        self.assertEqual([node["client_endpoint"] for node in shown["nodes"]], [f"127.0.0.1:{self.node.port}"])
        for shard in shown["shards"]:
            self.assertEqual((shard["primary"], shard["in_sync"], shard["state"]), (0, [0], "serving"))
        self.assertIn("serving", self.node.ctl("cluster", "status").stdout)

    def test_one_of_several_endpoints_is_enough(self):
        dead, alive = f"127.0.0.1:{orderd_node.free_port()}", f"127.0.0.1:{self.node.port}"
        for endpoints in (f"{dead},{alive}", f"{alive},{dead}"):
            done = ctl("--endpoint", endpoints, "--json", "stock", "set", "SEVERAL", "5")
            self.assertEqual(done.returncode, 0, done.stderr)
            done = ctl("--endpoint", endpoints, "--json", "audit")
            self.assertEqual(done.returncode, 0, done.stderr)
        done = ctl("--endpoint", f"{dead},{alive}", "--json", "status")
        self.assertEqual(done.returncode, 3)
        self.assertIn(f'"endpoint":"{alive}"', done.stdout)

    def test_a_rejected_order_names_its_line_before_and_after_a_restart(self):
        self.ok("stock", "set", "ENOUGH", "9")
        self.ok("stock", "set", "LITTLE", "3")
        self.ok("account", "set", "TIGHT", "--limit", "2")
        done = self.node.ctl("--json", "place", "ENOUGH=1@1", "LITTLE=5@1", "NEVER=1@1", "--customer", "TIGHT")
        self.assertEqual(done.returncode, 1, done.stderr)
        by_line = json.loads(done.stdout)
        self.assertEqual(by_line["refused_line"],
                         {"line": 2, "sku": "LITTLE", "quantity": 5, "lines": 1, "available": 3})
        by_account = json.loads(self.node.ctl("--json", "place", "ENOUGH=3@1", "--customer", "TIGHT").stdout)
        self.assertEqual(by_account["refused_payment"], {"amount_minor": 300, "account": "TIGHT",
                                                         "available_minor": 200, "account_currency": "GBP"})
        for _ in range(2):
            shown = self.ok("get", by_line["order_id"])
            self.assertEqual(shown["refused_line"], by_line["refused_line"])
            self.assertIn("refused    line 2 (SKU LITTLE) asks for 5, 3 were available\n",
                          self.node.ctl("get", by_line["order_id"]).stdout)
            self.assertEqual(self.ok("get", by_account["order_id"])["refused_payment"], by_account["refused_payment"])
            self.node.stop()
            self.node.start()

    def test_refusals_have_a_reason_and_exit_code_1(self):
        self.ok("stock", "set", "SCARCE", "1")
        self.ok("account", "set", "POOR", "--limit", "0.01")
        cases = (("insufficient_stock", "SCARCE=2@1", None), ("unknown_sku", "NEVER=1@1", None),
                 ("credit_limit", "SCARCE=1@1", "POOR"), ("unknown_account", "SCARCE=1@1", "NOBODY"))
        for reason, line, customer in cases:
            done = self.node.ctl("--json", "place", line, *(["--customer", customer] if customer else []))
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertEqual(json.loads(done.stdout)["reason"], reason)

    def test_lists_page_on_from_the_newest_to_the_oldest(self):
        self.ok("stock", "set", "LISTED", "100")
        self.ok("account", "set", "LISTER", "--limit", "1000")
        placed = [self.ok("place", "LISTED=1@1", "--customer", "LISTER")["order_id"] for _ in range(5)]
        self.ok("cancel", placed[1])
        for more, expected in (([], placed[::-1]), (["--status", "confirmed"], [placed[i] for i in (4, 3, 2, 0)])):
            found, after = [], []
            while True:
                page = self.ok("list", "--customer", "LISTER", "--limit", "2", *more, *after)
                found += [order["order_id"] for order in page["orders"]]
                if page["after"] is None:
                    break
                after = ["--after", page["after"]]
            self.assertEqual(found, expected)
        newest = self.ok("list", "--limit", "3")
        self.assertEqual([order["order_id"] for order in newest["orders"]],
                         sorted((order["order_id"] for order in newest["orders"]), reverse=True))
        cancelled = self.ok("list", "--status", "cancelled")["orders"]
        self.assertIn(placed[1], [order["order_id"] for order in cancelled])
        self.assertEqual({order["status"] for order in cancelled}, {"cancelled"})

    def test_a_list_goes_on_only_behind_what_there_is(self):
        self.ok("stock", "set", "KNOWN", "100")
        for customer in ("ONE", "OTHER"):
            self.ok("account", "set", customer, "--limit", "100")
        order = self.ok("place", "KNOWN=1@1", "--customer", "ONE")["order_id"]
        unknown = order[:-4] + ("0000" if order[-4:] != "0000" else "1111")
        for words in (("list", "--after", unknown), ("list", "--customer", "ONE", "--after", unknown),
                      ("list", "--customer", "OTHER", "--after", order), ("stock", "list", "--after", "UNKNOWN"),
                      ("account", "list", "--after", "UNKNOWN")):
            refused = self.node.ctl("--json", *words)
            self.assertEqual(refused.returncode, 1, f"{words}\n{refused.stdout}{refused.stderr}")
            why = json.loads(refused.stdout)["rejection"]
            self.assertEqual((why["code"], why["field"], why["value"]), ("invalid_field", "after", words[-1]))
        self.assertEqual(self.ok("list", "--customer", "ONE", "--after", order), {"orders": [], "after": None})

    def test_operators_commands_answer(self):
        self.assertEqual(self.ok("audit")["violations"], 0)
        self.assertTrue(self.ok("status")["admitting"])
        self.assertEqual(self.ok("quarantine", "list"), [])
        refused = self.node.ctl("quarantine", "retry", "item", "85123A")
        self.assertEqual(refused.returncode, 1, refused.stderr)
        for words in (("status",), ("audit",), ("list",)):
            self.assertEqual(self.node.ctl(*words).returncode, 0)


class Lists(unittest.TestCase):
    """stock list and account list, over more rows than a page of the wire holds (500), in two shards."""

    ROWS = 1_203

    @classmethod
    def setUpClass(cls):
        owner = types.SimpleNamespace(addCleanup=cls.addClassCleanup)
        cls.node = orderd_node.TemporaryNode(owner, "--shards", 2).start()
        cls.keys = sorted(f"{'EVEN' if n % 2 == 0 else 'odd'}-{n:04}" for n in range(cls.ROWS))
        with cls.node.client() as client:
            client.set_stock("é" * 10, 1)
            client.set_account("é" * 10, 1)
            for n, key in enumerate(cls.keys):
                client.set_stock(key, n)
                client.set_account(key, n)
        cls.keys.append("é" * 10)

    def page(self, what, *words):
        done = self.node.ctl("--json", what, "list", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = json.loads(done.stdout)
        key = {"stock": "sku", "account": "customer"}[what]
        rows = found[{"stock": "items", "account": "accounts"}[what]]
        return [row[key] for row in rows], found["after"]

    def test_page_on_to_the_last_row(self):
        for what in ("stock", "account"):
            for limit in (400, 500, 501, 1_000):
                found, after, pages = [], None, 0
                while pages == 0 or after is not None:
                    rows, after = self.page(what, "--limit", limit, *(("--after", after) if after else ()))
                    self.assertLessEqual(len(rows), limit)
                    found += rows
                    pages += 1
                self.assertEqual(found, self.keys, f"{what} by {limit}")
                self.assertEqual(pages, -(-len(self.keys) // limit))

    def test_give_all_rows_at_once_or_a_few_behind_a_key(self):
        for what in ("stock", "account"):
            self.assertEqual(self.page(what, "--limit", 5_000), (self.keys, None))
            self.assertEqual(self.page(what, "--limit", 2, "--after", "EVEN-1200"),
                             (["EVEN-1202", "odd-0001"], "odd-0001"))
            self.assertEqual(self.page(what, "--after", self.keys[-1]), ([], None))

    def test_are_tables_for_people(self):
        shown = self.node.ctl("stock", "list", "--limit", 3).stdout.splitlines()
        self.assertEqual(shown[0].split(), ["sku", "on", "hand", "reserved", "available"])
        self.assertEqual([line.split()[0] for line in shown[1:4]], self.keys[:3])
        self.assertEqual(shown[4], f"there are more: --after {self.keys[2]}")


class TheExamplesOfHelp(unittest.TestCase):
    def test_typed_in_order_in_an_empty_folder_with_a_new_node_all_succeed(self):
        node = orderd_node.TemporaryNode(self).start()
        words = ctl("--help").stdout.partition("Examples:\n")[2].partition("\n\n")[0]
        examples = [line.strip() for line in words.splitlines()]
        self.assertGreater(len(examples), 5, "no examples were found")
        with tempfile.TemporaryDirectory() as folder:
            typed = pathlib.Path(folder, "bin", "orderctl")  # as typed, but for the port of the node
            typed.parent.mkdir()
            typed.write_text(f'#!/bin/sh\ncase $1 in --endpoint) ;; *) set -- --endpoint 127.0.0.1:{node.port} "$@" ;; '
                             f'esac\nexec {orderd_node.PROGRAMS.resolve() / "orderctl"} "$@"\n')
            typed.chmod(0o700)
            empty = pathlib.Path(folder, "empty")
            empty.mkdir()
            for example in examples:
                line = example.replace(":7411", f":{node.port}").replace(":7421", f":{orderd_node.free_port()}")
                done = subprocess.run(["sh", "-c", line], cwd=empty, env={**os.environ, "PATH": f"{typed.parent}:"
                                      f"{os.environ['PATH']}"}, stdin=subprocess.DEVNULL, capture_output=True,
                                      text=True, timeout=60, check=False)
                self.assertEqual(done.returncode, 0, f"{example}\n{done.stdout}{done.stderr}")


class OrderctlWithASilentProvider(unittest.TestCase):
    def test_a_cancellation_is_accepted_while_the_card_is_unknown(self):
        node = orderd_node.TemporaryNode(self, "--provider-timeout-rate", 1, "--provider-delay-ms", 1,
                                         "--provider-timeout-ms", 50).start()
        node.ctl("stock", "set", "A", "5")
        order = "01890a5d-ac96-774b-bcce-b302099a8057"
        placing = subprocess.Popen(
            [orderd_node.PROGRAMS / "orderctl", "--endpoint", f"127.0.0.1:{node.port}", "place", "A=1@1", "--id",
             order],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)

        def shown():
            return json.loads(node.ctl("--json", "get", order).stdout)

        orderd_node.wait_until(lambda: shown().get("payment", {}).get("state") == "unknown", "the provider is silent")
        for _ in range(2):
            done = node.ctl("cancel", order)
            self.assertEqual((done.returncode, done.stdout),
                             (0, f"order {order} cancelling: accepted; it ends as cancelled once the card's provider "
                                 "answers\n"), done.stderr)
            self.assertEqual(json.loads(node.ctl("--json", "cancel", order).stdout)["status"], "cancelling")
            self.assertEqual((shown()["status"], shown()["reason"]), ("cancelling", "cancelled_by_request"))
            if placing:
                self.assertIn("cancelled (cancelled_by_request)", placing.communicate(timeout=30)[0])
                placing = None
            node.stop()
            node.start()


class OrderctlWithoutANode(unittest.TestCase):
    def test_a_refused_connection_is_told_at_once(self):
        begun_at = time.monotonic()
        done = ctl("--endpoint", f"127.0.0.1:{orderd_node.free_port()}", "status")
        self.assertEqual(done.returncode, 3)
        self.assertIn("cannot reach orderd at 127.0.0.1:", done.stderr)
        self.assertLess(time.monotonic() - begun_at, 5)

    def test_a_port_that_never_answers_is_told_within_seconds(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            begun_at = time.monotonic()
            done = ctl("--endpoint", f"127.0.0.1:{silent.getsockname()[1]}", "status")
            self.assertEqual(done.returncode, 3)
            self.assertIn("no answer", done.stderr)
            self.assertLess(time.monotonic() - begun_at, 15)

    def test_wrong_usage_has_exit_code_2(self):
        for words in ([], ["frobnicate"], ["get", "x"], ["place", "A=0@1"], ["import", "online-retail", "absent.csv"]):
            self.assertEqual(ctl(*words).returncode, 2, words)

    def test_every_program_names_the_option_that_was_meant(self):
        for program, words, meant in (("orderd", ["--shrads", "3"], "--shards"), ("orderctl", ["--jsno"], "--json"),
                                      ("orderctl", ["stock", "lst"], "list"), ("orderbench", ["--mxi"], "--mix")):
            done = subprocess.run([orderd_node.PROGRAMS / program, *words], stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(f"; did you mean {meant}?\n", done.stderr)
            self.assertTrue(done.stderr.startswith(program), done.stderr)

    def test_ctrl_c_ends_it_at_once_with_a_sentence(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            waiting = subprocess.Popen(
                [orderd_node.PROGRAMS / "orderctl", "--endpoint", f"127.0.0.1:{silent.getsockname()[1]}", "status"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            connection, _ = silent.accept()  # it is up, and waits for this end to speak
            with connection:
                waiting.send_signal(signal.SIGINT)
                _, said = waiting.communicate(timeout=5)
        self.assertEqual(waiting.returncode, 130)
        self.assertIn("interrupted", said)


if __name__ == "__main__":
    unittest.main()
