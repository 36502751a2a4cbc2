"""`orderctl import online-retail` against a real node: what is placed, what is left, and what a repeated or
killed import changes. What the file asks for is counted here independently, with Python's csv and decimal.

Every test runs twice: with the small made-up file of tests/sample, and with a year of a real retailer, which
is skipped where that file is not on the machine.
"""

import collections
import csv
import decimal
import json
import lzma
import pathlib
import subprocess
import tempfile
import unittest
import uuid

import orderd_node
from orderd_client import Client

SAMPLE = orderd_node.ROOT / "tests/sample/online_retail_sample.csv"
YEAR = orderd_node.ROOT.parent / "shared/data/online_retail_2009_2010.csv.xz"
NOT_FOUND = 3


class Demand:
    """What a file asks for, by the rules of the import."""

    def __init__(self, path):
        self.lines = collections.defaultdict(list)  # invoice -> [(sku, quantity, pence)]
        self.units = collections.Counter()          # of a SKU
        self.owed = collections.Counter()           # pence of a customer
        self.customer = {}
        opener = lzma.open if path.suffix == ".xz" else open
        with opener(path, "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                self.add(row)

    def add(self, row):
        invoice, sku = row["Invoice"].strip(), (row["StockCode"] or "").strip()
        if invoice.startswith(("C", "A")) or None in row or None in row.values() or not sku:
            return
        try:
            quantity = int(row["Quantity"])
            pence = decimal.Decimal(row["Price"]) * 100
        except (ValueError, decimal.InvalidOperation):
            return
        if quantity < 1 or pence <= 0 or pence % 1:
            return
        self.lines[invoice].append((sku, quantity, int(pence)))
        self.units[sku] += quantity
        self.customer[invoice] = row["Customer ID"] or None
        if row["Customer ID"]:
            self.owed[row["Customer ID"]] += quantity * int(pence)

    def total(self, invoice):
        return sum(quantity * pence for _, quantity, pence in self.lines[invoice])


class ImportTests:
    """The tests; `file` is what is imported, with `window` orders unanswered where a kill has to hit it."""

    file = None
    window = None

    @classmethod
    def setUpClass(cls):
        if not cls.file.exists():
            raise unittest.SkipTest(f"the data is not on this machine: {cls.file}")
        cls.demand = Demand(cls.file)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="orderd-import-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def node(self):
        return orderd_node.TemporaryNode(self).start()

    def arguments(self, *more):
        return ["--json", "import", "online-retail", self.file, "--rejects", self.folder / "rejects.csv",
                "--not-placed", self.folder / "not_placed.csv", *more]

    def run_import(self, node, *more):
        done = node.ctl(*self.arguments(*more))
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def launch_import(self, node, *more):
        importer = subprocess.Popen(
            [orderd_node.PROGRAMS / "orderctl", "--endpoint", f"127.0.0.1:{node.port}",
             *map(str, self.arguments(*more))],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (importer.kill(), importer.communicate()))
        return importer

    def export(self, node, what):
        done = node.ctl("export", what)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def exports(self, node):
        return {what: self.export(node, what) for what in ("orders", "stock", "accounts")}

    def exports_without_times(self, node):
        exports = self.exports(node)
        for order in exports["orders"]:
            del order["placed_at"], order["updated_at"], order["history"]
        return exports

    def assert_audit_clean(self, node):
        code, report = node.audit()
        self.assertEqual(code, 0, report)
        return report

    # -- what is placed ------------------------------------------------------------------------------

    def test_with_all_the_stock_every_order_confirms_and_nothing_is_left(self):
        node = self.node()
        summary = self.run_import(node, "--stock-factor", "1")
        self.assertEqual(summary["placed"]["orders"], len(self.demand.lines))
        self.assertEqual(summary["confirmed"], summary["placed"])
        self.assertEqual(summary["placed"]["units"], sum(self.demand.units.values()))
        self.assert_orders_are_the_invoices(self.export(node, "orders"))
        for item in self.export(node, "stock"):
            self.assertEqual(item["on_hand"], self.demand.units[item["sku"]], item)
            self.assertEqual((item["reserved"], item["available"]), (item["on_hand"], 0), item)
        accounts = {account["customer"]: account for account in self.export(node, "accounts")}
        self.assertEqual({customer: account["held_minor"] for customer, account in accounts.items()},
                         dict(self.demand.owed))
        report = self.assert_audit_clean(node)
        self.assertEqual(report["orders"], len(self.demand.lines))
        self.assertEqual(report["units_reserved"], sum(self.demand.units.values()))

    def assert_orders_are_the_invoices(self, orders):
        self.assertEqual([order["order_id"] for order in orders], sorted(order["order_id"] for order in orders))
        self.assertEqual({order["reference"] for order in orders}, set(self.demand.lines))
        for order in orders:
            invoice = order["reference"]
            self.assertEqual([(line["sku"], line["quantity"], line["unit_price_minor"]) for line in order["lines"]],
                             self.demand.lines[invoice])
            self.assertTrue(all(line["reserved"] for line in order["lines"]), order)
            self.assertEqual(order["customer"], self.demand.customer[invoice])
            self.assertEqual(order["total_minor"], self.demand.total(invoice))
            method = "account" if order["customer"] else "card"
            self.assertEqual(order["payment"], {"method": method, "state": "authorized",
                                                "authorized_minor": order["total_minor"]})

    def test_with_four_fifths_of_the_stock_none_is_oversold(self):
        node = self.node()
        summary = self.run_import(node, "--stock-factor", "0.8")
        rejected = summary["rejected"]
        self.assertEqual(summary["confirmed"]["orders"] + rejected["total"], len(self.demand.lines))
        self.assertEqual(rejected["by_reason"], {"insufficient_stock": rejected["total"]})
        self.assertGreater(rejected["total"], 0)
        for item in self.export(node, "stock"):
            self.assertEqual(item["on_hand"], self.demand.units[item["sku"]] * 8 // 10, item)
            self.assertLessEqual(item["reserved"], item["on_hand"], item)
        self.assert_audit_clean(node)

    # -- once more -----------------------------------------------------------------------------------

    def test_importing_again_changes_nothing(self):
        for factor in ("1", "0.8"):
            with self.subTest(factor=factor):
                node = self.node()
                first = self.run_import(node, "--stock-factor", factor)
                before = self.exports(node)
                again = self.run_import(node, "--stock-factor", factor)
                for what in ("placed", "confirmed", "rejected", "refused"):
                    self.assertEqual(again[what], first[what], what)
                self.assertEqual(self.exports(node), before)
                node.kill()

    # -- kill -9 -------------------------------------------------------------------------------------

    def undisturbed(self):
        """The exports of an import that nothing went wrong with, and the order that comes a third into it."""
        node = self.node()
        self.run_import(node, "--stock-factor", "1")
        exports = self.exports_without_times(node)
        node.kill()
        third = list(self.demand.lines)[len(self.demand.lines) // 3]
        third_id = next(order["order_id"] for order in exports["orders"] if order["reference"] == third)
        return exports, uuid.UUID(third_id).bytes

    def wait_for_order(self, node, order_id):
        with Client("127.0.0.1", node.port) as client:
            orderd_node.wait_until(lambda: client.get(order_id).get("rejection", {}).get("code") != NOT_FOUND,
                                   "a third of the import", seconds=300, every_s=0.001)

    def test_an_import_again_completes_what_a_killed_node_interrupted(self):
        expected, third = self.undisturbed()
        node = self.node()
        importer = self.launch_import(node, "--stock-factor", "1", "--concurrency", self.window)
        self.wait_for_order(node, third)
        node.kill()
        self.assertIsNone(importer.poll(), "the import was over before the node was killed")
        importer.kill()
        importer.wait()
        node.start()
        self.assertLess(len(self.export(node, "orders")), len(expected["orders"]))
        self.assert_audit_clean(node)
        self.run_import(node, "--stock-factor", "1")
        self.assertEqual(self.exports_without_times(node), expected)
        self.assert_audit_clean(node)

    def test_an_import_goes_on_by_itself_when_the_node_comes_back(self):
        expected, third = self.undisturbed()
        node = self.node()
        importer = self.launch_import(node, "--stock-factor", "1", "--concurrency", self.window)
        self.wait_for_order(node, third)
        node.kill()
        self.assertIsNone(importer.poll(), "the import was over before the node was killed")
        node.start()
        out, errors = importer.communicate(timeout=300)
        self.assertEqual(importer.returncode, 0, errors)
        self.assertEqual(json.loads(out)["confirmed"]["orders"], len(expected["orders"]))
        self.assertEqual(self.exports_without_times(node), expected)
        self.assert_audit_clean(node)


class ImportsAdd(unittest.TestCase):
    """What an import sets is for orders that are new, and is added once; what was set by hand is not lowered."""

    HEADER = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="orderd-import-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.node = orderd_node.TemporaryNode(self).start()

    def month(self, name, invoice, units):
        path = self.folder / name
        path.write_text(f"{self.HEADER}{invoice},M1,x,{units},2010-12-01 08:26:00,1.00,vip,UK\n", encoding="utf-8")
        return path

    def run_import(self, path, *more):
        done = self.node.ctl("--json", "import", "online-retail", path, "--rejects", self.folder / "rejects.csv",
                             "--not-placed", self.folder / "not_placed.csv", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def ask(self, *what):
        done = self.node.ctl("--json", *what)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_two_months_confirm_in_either_order_however_often_they_are_imported(self):
        for months in (("910001", 10), ("910002", 6)), (("920001", 6), ("920002", 10)):
            files = [self.month(f"{invoice}.csv", invoice, units) for invoice, units in months]
            before = self.ask("stock", "get", "M1")["on_hand"] if months[0][0] == "920001" else 0
            for path in (*files, *files):
                self.assertEqual(self.run_import(path, "--stock-factor", "1")["confirmed"]["orders"], 1)
            item = self.ask("stock", "get", "M1")
            self.assertEqual((item["on_hand"], item["available"]), (before + 16, 0))
        self.assertEqual(self.ask("account", "get", "vip")["credit_limit_minor"], 3200)

    def test_nothing_that_was_set_by_hand_is_lowered(self):
        first = self.month("first.csv", "910001", 10)
        self.ask("account", "set", "vip", "--limit", "5000")
        self.run_import(first, "--stock-factor", "1")
        self.assertEqual(self.ask("account", "get", "vip")["credit_limit_minor"], 500000 + 1000)
        self.ask("stock", "set", "M1", "500")
        self.ask("account", "set", "vip", "--limit", "70")
        self.run_import(first, "--stock-factor", "1")
        self.assertEqual(self.ask("stock", "get", "M1")["on_hand"], 500)
        self.run_import(first, "--credit", "1")
        self.assertEqual(self.ask("account", "get", "vip")["credit_limit_minor"], 7000)
        code, report = self.node.audit()
        self.assertEqual(code, 0, report)


class SampleImport(ImportTests, unittest.TestCase):
    file = SAMPLE
    window = 1


class YearImport(ImportTests, unittest.TestCase):
    file = YEAR
    window = 256


if __name__ == "__main__":
    unittest.main()
