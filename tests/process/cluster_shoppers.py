"""Shoppers of a cluster: each places one order after the other at whoever leads its shard, and remembers every
answer. What has no answer is sent again, under the same id, until it has one."""

import threading
import time

import orderd_client as wire
from orderd_node import wait_until

SLOTS = 16_384
CUSTOMER, CURRENCY = "C1", "GBP"
TRY_AGAIN = {"OVERLOADED", "TIMEOUT", "UNAVAILABLE", "STORAGE_FULL", "SHUTTING_DOWN", "NOT_OWNER"}


def order_id_in(shard, shards):
    """A new order id whose slot, the 14 bits after the variant, lies in that shard."""
    order_id = bytearray(wire.make_order_id())
    slot = (shard * SLOTS + shards - 1) // shards + 1
    order_id[8] = 0x80 | slot >> 8
    order_id[9] = slot & 0xFF
    return bytes(order_id)


class Router:
    """Calls the node that leads, by what NOT_OWNER says; else one after the other. For one thread."""

    def __init__(self, endpoints):
        self.endpoints = list(endpoints)
        self.at = self.endpoints[0]
        self.clients = {}

    def client(self):
        if self.at not in self.clients:
            host, port = self.at.rsplit(":", 1)
            self.clients[self.at] = wire.Client(host, int(port), timeout_s=5)
        return self.clients[self.at]

    def move_on(self, to=None):
        known = to in self.endpoints
        self.at = to if known else self.endpoints[(self.endpoints.index(self.at) + 1) % len(self.endpoints)]
        if not known:
            time.sleep(0.02)

    def call(self, request, seconds=120):
        """The reply, however long it takes to find who gives it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                reply = self.client().call(request)
            except (OSError, wire.ProtocolError):
                lost = self.clients.pop(self.at, None)
                if lost:
                    lost.socket.close()
                self.move_on()
                continue
            fault = reply.get("fault")
            if not fault or wire.FAULTS.get(fault["code"]) not in TRY_AGAIN:
                return reply
            self.move_on(fault.get("owner_endpoint"))
        raise AssertionError(f"no answer in {seconds} s to {request}")

    def close(self):
        for client in self.clients.values():
            client.socket.close()


def open_market(endpoints, skus=20, units=10**8):
    """Stock that never runs out, and an account."""
    router = Router(endpoints)
    for index in range(skus):
        router.call({"set_stock": {"command_id": index.to_bytes(16, "big"), "sku": f"S{index}", "on_hand": units}})
    router.call({"set_account": {"command_id": b"a" * 16, "customer": CUSTOMER, "currency": CURRENCY,
                                 "credit_limit_minor": 10**15}})
    router.close()


class Shopper(threading.Thread):
    """`orders`: by id, the reply to its placement. `answered_at`: when, by the monotonic clock."""

    def __init__(self, endpoints, shard, shards, number, skus=20):
        super().__init__(daemon=True)
        self.router = Router(endpoints)
        self.shard, self.shards, self.number, self.skus = shard, shards, number, skus
        self.orders = {}
        self.bodies = {}
        self.answered_at = []
        self.failure = None
        self.ending = threading.Event()

    def run(self):
        try:
            while not self.ending.is_set():
                self.place_one()
        except Exception as error:  # shown by the test, which joins this thread
            self.failure = error
        finally:
            self.router.close()

    def place_one(self):
        order_id = order_id_in(self.shard, self.shards)
        line = (f"S{len(self.orders) % self.skus}", 1 + self.number % 3, 100)
        body = wire.place_order(order_id, CUSTOMER, [line], reference=f"{self.number}")
        self.bodies[order_id] = body
        self.orders[order_id] = self.router.call({"place_order": body})
        self.answered_at.append(time.monotonic())

    def finish(self):
        self.ending.set()
        self.join()
        if self.failure:
            raise self.failure


def wait_for_orders(shoppers, more, seconds=60, what=""):
    """Until each has so many more orders acknowledged."""
    before = [len(shopper.orders) for shopper in shoppers]
    wait_until(lambda: all(len(shopper.orders) >= had + more for shopper, had in zip(shoppers, before)),
               f"{more} more orders of each shopper {what}", seconds)


def check_orders(endpoints, shoppers):
    """What is not as it was acknowledged: every order is asked for, and placed again."""
    router = Router(endpoints)
    wrong = []
    for shopper in shoppers:
        for order_id, said in shopper.orders.items():
            if "placement" not in said:
                wrong.append(f"order {order_id.hex()} was answered {said}")
                continue
            again = router.call({"place_order": shopper.bodies[order_id]})
            shown = router.call({"get_order": {"order_id": order_id}})
            if again != said:
                wrong.append(f"order {order_id.hex()} was answered {said}, and later {again}")
            if shown.get("order", {}).get("status") != said["placement"]["status"]:
                wrong.append(f"order {order_id.hex()} was answered {said}, and is now {shown}")
    router.close()
    return wrong
