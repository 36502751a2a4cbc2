"""The HTTP API of a real node: with curl as its README has it, with a client made from its document, at its limits."""

import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request
import uuid

from orderd_node import ROOT, Node, wait_until

CLIENT = ROOT / "tests/http_client"
CACHE = pathlib.Path(os.environ.get("ORDERD_CACHE", pathlib.Path.home() / ".cache/orderd")) / "http_client"
# Neither customer nor SKU is one that the README or the client sets to what its own lines need.
ORDER = {"customer": "dave", "currency": "GBP", "payment_method": "account",
         "lines": [{"sku": "C", "quantity": 2, "unit_price_minor": 999}]}


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=600, check=False,
                          **more)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def new_id():
    """A UUIDv7, as far as the node looks."""
    text = str(uuid.uuid4())
    return text[:14] + "7" + text[15:]


def install_packages():
    """What the client needs of npm, once a machine; each package is held to the checksum in package-lock.json."""
    lock = (CLIENT / "package-lock.json").read_bytes()
    complete = CACHE / "complete"
    if complete.exists() and complete.read_bytes() == lock:
        return
    shutil.rmtree(CACHE, ignore_errors=True)
    CACHE.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(CLIENT / name, CACHE)
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=CACHE)
    complete.write_bytes(lock)


class HttpApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="orderd-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.node = Node(pathlib.Path(folder.name) / "data", metrics=True)
        cls.addClassCleanup(cls.node.kill)
        cls.node.start()
        cls.base = f"http://127.0.0.1:{cls.node.metrics_port}"
        wait_until(lambda: cls.ask("GET", "/readyz")[0] == 200, "the node is ready")
        cls.ask("PUT", "/v1/stock/C", {"on_hand": 1_000})
        cls.ask("PUT", "/v1/accounts/dave", {"currency": "GBP", "credit_limit_minor": 10_000_000})

    @classmethod
    def ask(cls, method, path, body=None, **headers):
        """(status, body, headers)"""
        data = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} if data is not None else {}
        request = urllib.request.Request(cls.base + path, data, {**sent, **headers}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read()), answer.headers
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.loads(refusal.read()), refusal.headers

    def test_the_lines_of_the_readme(self):
        page = (ROOT / "cluster/http/README.md").read_text(encoding="utf-8")
        block = re.search(r"## With curl\n```\n(.*?)```", page, re.DOTALL).group(1)
        lines = block.replace("\\\n", " ").replace("http://127.0.0.1:9464", self.base).splitlines()
        self.assertEqual(len(lines), 6)
        answers = []
        for line in lines[1:]:
            answers.append(json.loads(run("bash", "-c", f"{lines[0]}; {line.replace('curl ', 'curl -sS --fail ', 1)}")))
        stock, account, placed, listed, cancelled = answers
        self.assertEqual((stock["on_hand"], account["credit_limit_minor"]), (10, 50_000))
        self.assertEqual((placed["status"], placed["authorized_minor"]), ("confirmed", 1_998))
        self.assertIn(placed["order_id"], [order["order_id"] for order in listed["items"]])
        self.assertEqual(cancelled["status"], "cancelled")

    def test_the_same_key_gives_the_same_answer(self):
        key = {"Idempotency-Key": new_id(), "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
        status, placed, headers = self.ask("POST", "/v1/orders", ORDER, **key)
        self.assertEqual((status, placed["status"]), (200, "confirmed"), placed)
        self.assertEqual(headers["Location"], "/v1/orders/" + placed["order_id"])
        self.assertEqual(headers["traceparent"], key["traceparent"])
        self.assertEqual(self.ask("POST", "/v1/orders", ORDER, **key)[1], placed)
        status, problem, _ = self.ask("POST", "/v1/orders", {**ORDER, "reference": "other"}, **key)
        self.assertEqual((status, problem["code"], problem["field"]), (409, "conflict", "content_digest"))
        self.assertRegex(problem["limit"], "^[0-9a-f]{16}, of the first content$")
        self.assertNotIn(problem["value"], problem["limit"])
        status, order, _ = self.ask("GET", headers["Location"])
        self.assertEqual((status, order["status"], order["total_minor"]), (200, "confirmed", 1_998))

    def test_refusals_name_field_value_and_limit(self):
        status, problem, headers = self.ask("POST", "/v1/orders", {**ORDER, "currency": "XYZ"})
        self.assertEqual((status, problem["code"], problem["field"], problem["value"]),
                         (400, "invalid_field", "currency", "XYZ"), problem)
        self.assertEqual(headers["Content-Type"], "application/problem+json")
        status, problem, _ = self.ask("PUT", "/v1/stock/C", {"on_hand": -1})
        self.assertEqual((status, problem["field"], problem["value"]), (400, "on_hand", "-1"))
        self.assertEqual(self.ask("GET", "/v1/orders/" + new_id())[0], 404)

    def test_lists_go_on_where_they_ended(self):
        for number in range(7):
            self.assertEqual(self.ask("PUT", f"/v1/stock/L{number}", {"on_hand": 1})[0], 200)
        seen, cursor = [], ""
        while cursor is not None:
            _, page, _ = self.ask("GET", "/v1/stock?limit=3" + (f"&cursor={cursor}" if cursor else ""))
            seen += [item["sku"] for item in page["items"]]
            cursor = page["next"]
        self.assertEqual(seen, sorted(set(seen)))
        self.assertLessEqual({f"L{number}" for number in range(7)}, set(seen))

    def test_operators_see_the_node(self):
        self.assertEqual(self.ask("GET", "/v1/cluster")[1]["nodes"][0]["heard"], True)
        nodes = self.ask("GET", "/v1/nodes")[1]["items"]
        self.assertEqual((len(nodes), nodes[0]["status"]["admitting"], nodes[0]["error"]), (1, True, None))
        overview = self.ask("GET", "/v1/overview?seconds=5")[1]
        self.assertEqual((len(overview["nodes"]), overview["nodes"][0]["reachable"]), (1, True))
        self.assertEqual(self.ask("GET", "/v1/quarantine")[1], {"items": [], "next": None})
        self.assertIn("orderd_http_requests_total", self.node.metrics_page())

    def test_pages_of_other_origins_change_nothing(self):
        foreign = {"Origin": "http://evil.example"}
        self.assertEqual(self.ask("PUT", "/v1/stock/C", {"on_hand": 1}, **foreign)[0], 403)
        self.assertEqual(self.ask("GET", "/v1/stock/C", Host="evil.example")[0], 421)
        self.assertEqual(self.ask("PUT", "/v1/stock/C", {"on_hand": 1}, **{"Content-Type": "text/plain"})[0], 415)

    def test_whole_requests_are_served_beside_half_ones(self):
        crowd = [socket.create_connection(("127.0.0.1", self.node.metrics_port)) for _ in range(300)]
        for each in crowd:
            each.sendall(b"POST /v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
        self.assertEqual(self.ask("POST", "/v1/orders", ORDER)[0], 200)
        for each in crowd:
            each.close()

    def test_one_connection_serves_many_requests(self):
        client = http.client.HTTPConnection("127.0.0.1", self.node.metrics_port, timeout=30)
        for _ in range(50):
            client.request("POST", "/v1/orders", json.dumps(ORDER), {"Content-Type": "application/json"})
            with client.getresponse() as answer:
                self.assertEqual((answer.status, json.loads(answer.read())["status"]), (200, "confirmed"))
        client.close()

    def test_a_client_made_from_the_document(self):
        install_packages()
        work = CACHE / f"run{os.getpid()}"
        work.mkdir()
        self.addClassCleanup(shutil.rmtree, work)
        for name in ("client.ts", "environment.d.ts", "tsconfig.json", "package.json"):
            shutil.copy(CLIENT / name, work)
        with urllib.request.urlopen(self.base + "/v1/openapi.json", timeout=30) as document:
            (work / "openapi.json").write_bytes(document.read())
        tools = CACHE / "node_modules/.bin"
        run(tools / "openapi-typescript", "openapi.json", "-o", "schema.d.ts", cwd=work)
        run(tools / "tsc", "-p", ".", cwd=work)
        order = new_id()
        said = json.loads(run("node", "client.js", self.base, order, new_id(), cwd=work))
        self.assertEqual(said, {
            "stock": 5, "account": 10_000, "placed": "confirmed", "again": True, "conflict": "conflict",
            "refused": ["rejected", "insufficient_stock", 3], "total": 500, "cancelled": "cancelled", "left": 5,
            "missing": 404, "listed": said["listed"]})
        self.assertIn(order, said["listed"])


if __name__ == "__main__":
    unittest.main()
