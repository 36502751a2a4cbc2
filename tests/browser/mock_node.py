#!/usr/bin/env python3
"""A node that only pretends: the HTTP API of orderd with made-up answers, for states that are hard to provoke.

    tests/browser/mock_node.py [--port N] [--libraries FOLDER]

Prints "listening on ADDRESS". Its state is set by POST /mock with a JSON object, and told by GET /mock:

    wrong        whether something is wrong: conditions, a silent node, a shard without a leader (true)
    refuse       a problem's code that every question is answered with: "unavailable", "overloaded", ... (null)
    delay_ms     how long every answer takes (0)
    empty        whether there is nothing: no orders, nothing in quarantine (false)
    quarantined  entities in quarantine (7)
"""

import argparse
import json
import os
import pathlib
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import mock_cluster
import mock_orders as data

ROOT = pathlib.Path(__file__).resolve().parents[2]
SITE = ROOT / "cluster/page/site"
CACHE = pathlib.Path(os.environ.get("ORDERD_CACHE", pathlib.Path.home() / ".cache/orderd"))
LIBRARIES = {
    "preact.js": "preact/dist/preact.module.js",
    "htm.js": "htm/dist/htm.module.js",
    "uplot.js": "uplot/dist/uPlot.iife.min.js",
    "uplot.css": "uplot/dist/uPlot.min.css",
}
TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".md": "text/plain",
}
POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
RUNBOOK = ROOT / "config/RUNBOOK.md"
STATUS_OF = {
    "not_found": 404,
    "conflict": 409,
    "invalid_field": 400,
    "overloaded": 503,
    "unavailable": 503,
    "timeout": 504,
}


class Problem(Exception):
    def __init__(self, code, detail, **more):
        super().__init__(detail)
        self.status = STATUS_OF.get(code, 500)
        self.body = {
            "type": "about:blank",
            "title": code.replace("_", " "),
            "status": self.status,
            "detail": detail,
            "code": code,
            "field": None,
            "value": None,
            "limit": None,
            "retry_after_ms": 0,
            **more,
        }


class State:
    """What the mock remembers between requests."""

    def __init__(self):
        self.knobs = {"wrong": True, "refuse": None, "delay_ms": 0, "empty": False, "quarantined": 7}
        self.actions = {}
        self.cancelled = set()
        self.resolved = set()


class Answers:
    """The API. Each method answers one kind of question with what becomes JSON, or raises a Problem."""

    def __init__(self, state):
        self.state = state

    def overview(self, query):
        return mock_cluster.overview(min(3600, int(query.get("seconds", 60))), self.state.knobs["wrong"])

    def explanation(self, order_id):
        made = {
            data.RESERVING: data.reserving,
            data.CARD_UNKNOWN: data.card_unknown,
            data.CONFIRMED: data.confirmed,
            data.REJECTED: data.rejected,
        }.get(order_id)
        actions = self.state.actions.get(order_id, [])
        if order_id == data.QUARANTINED:
            told = data.quarantined(actions)
        elif made:
            told = made()
        else:
            raise Problem("not_found", f"There is no order {order_id}.", field="order_id", value=order_id)
        told["order"]["actions"] = actions
        if order_id in self.state.cancelled:
            told["order"].update(status="cancelled", reason="cancelled_by_request", updated_at=actions[-1]["at"])
            told.update(state="settled", headline="Cancelled by " + actions[-1]["by"], waits=[], next=[], you_can=[])
            told["steps"].append(data.step(actions[-1]["at"], "Cancelled", 0, actions[-1]["why"]))
        return told

    def cancel(self, order_id, body):
        if order_id in (data.CONFIRMED, data.REJECTED):
            raise Problem("already_rejected", "A rejected order cannot be cancelled.")
        self.explanation(order_id)
        self.note(order_id, "cancel", body)
        self.state.cancelled.add(order_id)
        return {"order_id": order_id, "status": "cancelled"}

    def note(self, order_id, what, body):
        self.state.actions.setdefault(order_id, []).append(
            {"at": data.iso(time.time()), "what": what, "by": body.get("by", ""), "why": body.get("why", "")}
        )

    def orders(self, query):
        limit, begin = int(query.get("limit", 50)), int(query.get("cursor", 0))
        if self.state.knobs["empty"]:
            return {"items": [], "next": None}
        if "reference" in query:
            end = min(begin + 10_000, mock_cluster.ORDERS_LISTED)
            index = 540_000 - int(query["reference"]) if query["reference"].isdigit() else -1
            return {
                "items": [mock_cluster.listed(index)] if begin <= index < end else [],
                "looked_through": end - begin,
                "next": str(end) if end < mock_cluster.ORDERS_LISTED else None,
            }
        items, index = [], begin
        while len(items) < limit and index < mock_cluster.ORDERS_LISTED:
            if query.get("status") in (None, mock_cluster.status_of(index)) and query.get("customer") in (
                None,
                mock_cluster.customer_of(index),
            ):
                items.append(mock_cluster.listed(index))
            index += 1
        return {"items": items, "next": str(index) if index < mock_cluster.ORDERS_LISTED else None}

    def entity(self, kind, key):
        if kind == "item":
            state = None if key == "NONE" else data.item_state(key, 40, 40 if key == "SOLD" else 3)
        else:
            state = None if key == "NONE" else data.account_state(key)
        if state is None:
            raise Problem("not_found", f"there is no {kind} {key}")
        bad = data.trouble(True, failures=8) if key == data.QUARANTINED_SKU and not self.state.resolved else None
        return {
            "now": data.iso(time.time()),
            "shard": 3,
            "term": 12,
            "in_memory": True,
            **data.entity(kind, key, state, bad),
        }

    def quarantine(self, query):
        count = 0 if self.state.knobs["empty"] else self.state.knobs["quarantined"]
        left = [
            each
            for each in mock_cluster.quarantine_entries(count)
            if (each["kind"], each["key"]) not in self.state.resolved
        ]
        limit, begin = int(query.get("limit", 50)), int(query.get("cursor", 0))
        return {"items": left[begin : begin + limit], "next": str(begin + limit) if begin + limit < len(left) else None}

    def resolve(self, body):
        items = []
        for each in body["entities"]:
            if each["kind"] == "card":
                refusal = Problem("not_quarantined", f"The card payment {each['key']} is not in quarantine.").body
                items.append({**each, "ok": False, "error": refusal})
            else:
                self.state.resolved.add((each["kind"], each["key"]))
                self.note(data.QUARANTINED, body["action"], body)
                items.append({**each, "ok": True, "error": None})
        return {"items": items}

    def answer(self, method, parts, query, body):
        """parts: of the path behind /v1/."""
        if self.state.knobs["refuse"]:
            raise Problem(
                self.state.knobs["refuse"], "Nothing can be committed now: 1 of 3 copies is heard.", retry_after_ms=400
            )
        if method == "POST":
            if parts[0] == "orders" and parts[2:] == ["cancel"]:
                return self.cancel(parts[1], body)
            if parts == ["quarantine", "resolve"]:
                return self.resolve(body)
        if parts[0] == "orders" and parts[2:] == ["explanation"]:
            return self.explanation(parts[1])
        if parts[0] == "entities" and len(parts) == 3:
            return self.entity(parts[1], parts[2])
        if parts[0] in ("stock", "accounts") and len(parts) == 2:
            known = parts[1] in (data.SKU, data.QUARANTINED_SKU) if parts[0] == "stock" else parts[1] == data.CUSTOMER
            if not known:
                raise Problem("not_found", f"There is no {parts[0]} {parts[1]}.")
            return data.item_state(parts[1]) if parts[0] == "stock" else data.account_state(parts[1])
        wrong = self.state.knobs["wrong"]
        whole = {
            "overview": lambda: self.overview(query),
            "cluster": lambda: mock_cluster.cluster(wrong),
            "nodes": lambda: mock_cluster.nodes(wrong),
            "orders": lambda: self.orders(query),
            "quarantine": lambda: self.quarantine(query),
        }
        if len(parts) == 1 and parts[0] in whole:
            return whole[parts[0]]()
        raise Problem("not_found", "There is no such path.")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state = State()
    lock = threading.Lock()
    libraries = CACHE / "page/node_modules"

    def log_message(self, *_):
        pass

    def send(self, status, content_type, content):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", POLICY)
        try:
            self.end_headers()
            self.wfile.write(content)
        except ConnectionError:
            pass  # who asked has left the view

    def send_json(self, value, status=200):
        self.send(
            status, "application/json" if status == 200 else "application/problem+json", json.dumps(value).encode()
        )

    def file(self, path):
        name = "index.html" if path == "/" else path.removeprefix("/page/")
        place = RUNBOOK if name == "runbook.md" else SITE / name
        if name.startswith("lib/"):
            place = self.libraries / LIBRARIES.get(name.removeprefix("lib/"), "none")
        if ".." in name or not place.is_file():
            self.send(404, "text/plain", b"no such file")
        else:
            self.send(200, f"{TYPES[place.suffix]}; charset=utf-8", place.read_bytes())

    def handle_request(self, method):
        path, _, query = self.path.partition("?")
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
        if path == "/mock":
            self.state.knobs.update(body)
            self.send_json(self.state.knobs)
        elif not path.startswith("/v1/"):
            self.file(path)
        else:
            time.sleep(self.state.knobs["delay_ms"] / 1000)
            parts = [urllib.parse.unquote(each) for each in path.removeprefix("/v1/").split("/")]
            try:
                with self.lock:
                    told = Answers(self.state).answer(method, parts, dict(urllib.parse.parse_qsl(query)), body)
                self.send_json(told)
            except Problem as problem:
                self.send_json(problem.body, problem.status)

    def do_GET(self):
        self.handle_request("GET")

    def do_POST(self):
        self.handle_request("POST")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--libraries", type=pathlib.Path, default=Handler.libraries)
    options = parser.parse_args()
    Handler.libraries = options.libraries
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
