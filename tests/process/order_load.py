"""Load that remembers every answer: customers who place, repeat, cancel and ask, and know what they were told.

A `Shopper` is a process with one connection and a ledger, a file of JSON lines that has every order before it
is sent and every answer when it has come. Whatever has no answer is asked again after the connection broke,
under the same id. `check_ledger` asks everything once more and says what is not as it was acknowledged.
"""

import collections
import json
import multiprocessing
import random
import time

import orderd_client as wire
from orderd_node import wait_until

CONFIRMED, REJECTING, REJECTED, CANCELLING, CANCELLED = 4, 5, 6, 7, 8
CURRENCY = "GBP"
WINDOW = 64
REQUEST_TIMEOUT_MS = 5_000
SILENCE_S_MAX = 60  # the node answers within the request's timeout; longer is silence
TRY_AGAIN = {"OVERLOADED", "TIMEOUT", "UNAVAILABLE", "STORAGE_FULL", "SHUTTING_DOWN"}
REFUSED_S = 0.02  # a pause after a refusal


class Market:
    """What can be bought and by whom. Some SKUs are scarce and some accounts poor, so that all refusals occur."""

    def __init__(self, skus=200, customers=100):
        self.stock = {f"SKU{i:04}": 300 if i % 10 == 0 else 1_000_000 for i in range(skus)}
        self.credit = {f"C{i:04}": 20_000 if i % 10 == 0 else 10**12 for i in range(customers)}

    def open(self, client):
        stock = [{"set_stock": {"command_id": index.to_bytes(16, "big"), "sku": sku, "on_hand": units}}
                 for index, (sku, units) in enumerate(self.stock.items())]
        credit = [{"set_account": {"command_id": index.to_bytes(16, "big"), "customer": name, "currency": CURRENCY,
                                   "credit_limit_minor": limit}} for index, (name, limit) in
                  enumerate(self.credit.items(), len(stock))]
        for reply in client.call_many(stock + credit):
            if not reply.keys() & {"stock_item", "account"}:
                raise AssertionError(f"the market cannot open: {reply}")

    def random_order(self, random_source):
        """A new order as the body of place_order; one in five is a guest's, who pays by card."""
        guest = random_source.random() < 0.2
        skus = random_source.sample(sorted(self.stock), random_source.choice((1, 1, 2, 4)))
        if random_source.random() < 0.1:
            skus[0] = "SKU0000"
        return wire.place_order(
            wire.make_order_id(), "" if guest else random_source.choice(sorted(self.credit)),
            [(sku, random_source.randint(1, 3), random_source.randint(1, 500)) for sku in dict.fromkeys(skus)],
            method=wire.CARD if guest else wire.ACCOUNT, reference=f"R{random_source.randrange(10**6)}",
            allow_partial=random_source.random() < 0.1)


class Ledger:
    """What was sent and what was answered: orders by id, each with `body`, `answer` and `cancel`."""

    def __init__(self, path):
        self.path = path
        self.file = None
        self.orders = {}

    @classmethod
    def read(cls, path):
        made = cls(path)
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                made.apply(*json.loads(line))
        return made

    def write(self, what, order_id, content):
        """Applies and keeps an entry. The line is with the kernel when this returns."""
        if self.file is None:
            self.file = open(self.path, "a", encoding="utf-8")
        self.file.write(json.dumps([what, order_id, content]) + "\n")
        self.file.flush()
        return self.apply(what, order_id, content)

    def close(self):
        if self.file is not None:
            self.file.close()

    def apply(self, what, order_id, content):
        if what == "sent":
            self.orders[order_id] = {"body": content, "answer": None, "cancel": None}
        else:
            self.orders[order_id][what] = content
        return self.orders[order_id]


def to_request(body):
    return {"timeout_ms": REQUEST_TIMEOUT_MS, "place_order": {**body, "order_id": bytes.fromhex(body["order_id"])}}


def by_id(kind, order_id):
    return {"timeout_ms": REQUEST_TIMEOUT_MS, kind: {"order_id": bytes.fromhex(order_id)}}


def readable(reply):
    """A reply that can be compared and written as JSON."""
    return json.loads(json.dumps(reply, default=lambda value: value.hex()))


def read_replies(client):
    """The (request id, reply) pairs of the next frame."""
    kind, _, payload = client.read_frame()
    client.check(kind, wire.REPLIES, payload)
    for _, one in wire.fields(payload):
        reply = readable(wire.decode(wire.REPLY, one))
        yield reply.pop("request_id"), reply


class Shopper:
    """One customer process. `run` returns when `stop` is set and everything sent has its final answer."""

    def __init__(self, port, path, seed, market, orders_per_turn=8):
        self.port = port
        self.random = random.Random(seed)
        self.market = market
        self.ledger = Ledger(path)
        self.answered = []                  # ids with an answer
        self.again = collections.deque()    # (what, id) to be asked again
        self.outstanding = {}               # request id -> (what, id, expectation)
        self.orders_per_turn = orders_per_turn
        self.refused = False                # something has just been refused
        self.wrong = []
        self.broken_off = 0                 # connections that ended with requests under way

    def run(self, stop):
        while not (stop.is_set() and not self.again):
            try:
                with wire.Client("127.0.0.1", self.port, SILENCE_S_MAX) as client:
                    self.shop(client, stop)
            except TimeoutError:
                self.wrong.append(f"silence for {SILENCE_S_MAX} s: {list(self.outstanding.values())[:3]}")
                return
            except (OSError, wire.ProtocolError) as gone:
                if isinstance(gone, wire.ProtocolError) and gone.fault.get("code") != 11:
                    self.wrong.append(f"connection refused: {gone}")
                stop.wait(0.01)
            self.give_up_connection()

    def give_up_connection(self):
        self.broken_off += bool(self.outstanding)
        self.again.extendleft((what, order_id) for what, order_id, _ in reversed(self.outstanding.values())
                              if what in ("place", "cancel"))
        self.outstanding.clear()

    def shop(self, client, stop):
        while self.outstanding or self.again or not stop.is_set():
            if not self.wrong or self.again:
                self.send(client, stop)
            for request_id, reply in read_replies(client):
                self.take(*self.outstanding.pop(request_id), reply)
            if self.refused:
                self.refused = False
                time.sleep(REFUSED_S)

    # -- asking --------------------------------------------------------------------------------------

    def send(self, client, stop):
        batch = []
        while self.again and len(self.outstanding) + len(batch) < WINDOW:
            batch.append(self.again.popleft())
        if not stop.is_set() and len(self.outstanding) + len(batch) < WINDOW:
            for _ in range(self.orders_per_turn):
                batch.extend(self.choose())
        if not batch:
            return
        first = client.next_id
        client.next_id += len(batch)
        for offset, (what, order_id) in enumerate(batch):
            self.outstanding[first + offset] = (what, order_id, expected_statuses(self.ledger.orders[order_id]))
        client.send(wire.requests_frame(first, [self.request(*one) for one in batch]))

    def choose(self):
        """What the customer does next: mostly a new order, else something with one that is answered."""
        dice = self.random.random()
        if dice < 0.6 or not self.answered:
            body = readable(self.market.random_order(self.random))
            self.ledger.write("sent", body["order_id"], body)
            yield "place", body["order_id"]
            if dice < 0.03:  # changed one's mind before the answer
                yield from self.cancel(body["order_id"])
            return
        order_id = self.random.choice(self.answered)
        if dice < 0.72:
            yield from self.cancel(order_id)
        else:
            yield self.random.choice(("place", "get", "conflict")), order_id

    def cancel(self, order_id):
        if self.ledger.orders[order_id]["cancel"] is None:
            self.ledger.write("cancel", order_id, "asked")
            yield "cancel", order_id

    def request(self, what, order_id):
        body = self.ledger.orders[order_id]["body"]
        if what == "place":
            return to_request(body)
        if what == "conflict":
            return to_request({**body, "reference": "another"})
        return by_id("get_order" if what == "get" else "cancel_order", order_id)

    # -- answers -------------------------------------------------------------------------------------

    def take(self, what, order_id, expected, reply):
        fault = wire.FAULTS.get(reply.get("fault", {}).get("code"))
        if fault in TRY_AGAIN:
            self.refused = True
            if what in ("place", "cancel"):
                self.again.append((what, order_id))
        elif not getattr(self, f"take_{what}")(order_id, expected, reply):
            self.wrong.append(f"{what} {order_id}: {reply}, expected {expected}: {self.ledger.orders[order_id]}")

    def take_place(self, order_id, _, reply):
        answer = reply.get("placement")
        known = self.ledger.orders[order_id]["answer"]
        if known is None and answer:
            self.ledger.write("answer", order_id, answer)
            self.answered.append(order_id)
        return answer and answer["order_id"] == order_id and known in (None, answer)

    def take_conflict(self, _order_id, _expected, reply):
        return wire.REJECTIONS.get(reply.get("rejection", {}).get("code")) == "CONFLICT"

    def take_get(self, order_id, expected, reply):
        # A cancellation that was asked for meanwhile may show already.
        return reply.get("order", {}).get("status") in expected | expected_statuses(self.ledger.orders[order_id])

    def take_cancel(self, order_id, _, reply):
        order = self.ledger.orders[order_id]
        rejection = wire.REJECTIONS.get(reply.get("rejection", {}).get("code"))
        if rejection == "NOT_FOUND" and order["answer"] is None:  # its placement was not admitted yet
            self.again.append(("cancel", order_id))
            return True
        if reply.get("cancellation", {}).get("status") == CANCELLING:  # accepted; the provider does not answer yet
            self.again.append(("cancel", order_id))
            return order["answer"] is None or order["answer"]["status"] != REJECTED
        outcome = "done" if reply.get("cancellation", {}).get("status") == CANCELLED else rejection
        self.ledger.write("cancel", order_id, outcome)
        may = {"done", "ALREADY_REJECTED"} if order["answer"] is None else {cancel_outcome(order["answer"])}
        return outcome in may


def cancel_outcome(answer):
    return "ALREADY_REJECTED" if answer["status"] == REJECTED else "done"


def settled_statuses(order):
    """The statuses in which an order ends, by what its customer knows. Empty: nothing is known yet."""
    if order["answer"] is None:
        return set()
    status = order["answer"]["status"]
    if status != CONFIRMED or order["cancel"] in (None, "ALREADY_REJECTED"):
        return {status}
    return {CANCELLED} if order["cancel"] == "done" else {CONFIRMED, CANCELLED}


def expected_statuses(order):
    """The statuses in which an order can be now: what ended is decided, and given back a little later."""
    ended = settled_statuses(order)
    if order["cancel"] == "done":
        return ended
    return ended | {underway for underway, end in ((REJECTING, REJECTED), (CANCELLING, CANCELLED)) if end in ended}


# -- processes ---------------------------------------------------------------------------------------


def shop(results, stop, *arguments):
    shopper = Shopper(*arguments)
    try:
        shopper.run(stop)
    finally:
        shopper.ledger.close()
        results.put({"orders": len(shopper.ledger.orders), "answered": len(shopper.answered),
                     "broken_off": shopper.broken_off, "wrong": shopper.wrong})


class Crowd:
    """Shoppers under way. `finish` waits until each has all its answers and returns what each counted."""

    def __init__(self, port, folder, seed, market, size=3, orders_per_turn=8):
        context = multiprocessing.get_context("fork")
        self.stop = context.Event()
        self.results = context.Queue()
        self.ledgers = [folder / f"ledger-{index}.jsonl" for index in range(size)]
        self.processes = [
            context.Process(target=shop, daemon=True, args=(self.results, self.stop, port, path, f"{seed}-{index}",
                                                            market, orders_per_turn))
            for index, path in enumerate(self.ledgers)]
        for process in self.processes:
            process.start()

    def alive(self):
        return all(process.is_alive() for process in self.processes)

    def wait_for_load(self, orders=50, seconds=60):
        """Until each has written down so many more orders and answers."""
        def written():
            return [path.read_bytes().count(b"\n") if path.exists() else 0 for path in self.ledgers]
        before = written()
        wait_until(lambda: all(now >= then + orders for now, then in zip(written(), before)),
                   f"{orders} more lines in each of the ledgers", seconds)

    def finish(self, seconds=120):
        self.stop.set()
        counted = [self.results.get(timeout=seconds) for _ in self.processes]
        for process in self.processes:
            process.join(seconds)
        return counted

    def kill(self):
        for process in self.processes:
            process.kill()
            process.join()
