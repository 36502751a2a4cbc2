"""Orders of the mock node, with every state that is hard to provoke in a real one.

Times count from the start of the mock, so countdowns run and samples go on as they do in a node.
"""

import math
import time

BEGUN = time.time()
CUSTOMER, SKU, QUARANTINED_SKU, REFERENCE = "17850", "85123A", "22423", "536365"
RESERVING, CARD_UNKNOWN, QUARANTINED, CONFIRMED, REJECTED = (
    f"01970b4e-7c1a-7{n}00-8aaa-0123456789ab" for n in range(1, 6)
)
NASTY = "<img src=x onerror=alert(1)>&amp;\u202e\"'"


def iso(seconds):
    whole = math.floor(seconds)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{int((seconds - whole) * 1000):03}Z"


def ago(seconds):
    return iso(time.time() - seconds)


def since_start(seconds):
    return iso(BEGUN - seconds)


# -- orders --------------------------------------------------------------------------------------------


def line(sku, quantity, price, reserved=True):
    return {"sku": sku, "quantity": quantity, "unit_price_minor": price, "reserved": reserved}


def order(
    order_id,
    status,
    customer=CUSTOMER,
    lines=None,
    currency="GBP",
    method="account",
    payment="requested",
    placed=95.0,
    **more,
):
    lines = lines or [line(SKU, 6, 255), line(QUARANTINED_SKU, 2, 1275, False), line("71053", 6, 339)]
    total = sum(each["quantity"] * each["unit_price_minor"] for each in lines)
    history = more.pop("history", [])
    return {
        "order_id": order_id,
        "reference": REFERENCE,
        "customer": customer,
        "status": status,
        "reason": None,
        "refused_line": None,
        "refused_payment": None,
        "currency": currency,
        "total_minor": total,
        "lines": lines,
        "payment": {"method": method, "state": payment, "authorized_minor": more.pop("authorized", 0)},
        "placed_at": since_start(placed),
        "updated_at": since_start(max(0, placed - 0.2)),
        "history": history,
        "actions": [],
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        **more,
    }


def item_state(sku, on_hand=120, reserved=14):
    return {"sku": sku, "on_hand": on_hand, "reserved": reserved, "available": on_hand - reserved}


def account_state(customer=CUSTOMER, currency="GBP"):
    return {
        "customer": customer,
        "currency": currency,
        "credit_limit_minor": 1_500_000,
        "held_minor": 321_050,
        "captured_minor": 88_025,
    }


def entity(kind, key, state, trouble=None):
    return {"kind": kind, "key": key, "exists": state is not None, "state": state, "trouble": trouble}


def trouble(quarantined, command="reserve_units", error="stored value of item 22423 is 2 bytes short", failures=3):
    return {
        "quarantined": quarantined,
        "command": command,
        "error": error,
        "failures": failures,
        "since": since_start(94),
        "retry_at": None if quarantined else next_try(8),
        "parked": 4,
        "parked_commands": [command, "reserve_units", "set_stock", "release_units"],
    }


def next_try(period, shift=0.0):
    now = time.time()
    return iso(now + period - ((now - BEGUN + shift) % period))


def step(at, what, took=None, detail=""):
    return {"at": at, "what": what, "took_ms": took, "detail": detail}


def explanation(what, state, headline, steps, waits=(), entities=(), next_steps=(), can=()):
    return {
        "order": what,
        "now": iso(time.time()),
        "shard": 7,
        "term": 12,
        "state": state,
        "headline": headline,
        "steps": list(steps),
        "waits": list(waits),
        "entities": list(entities),
        "next": list(next_steps),
        "you_can": [{"action": action, "kind": kind, "key": key, "text": text} for action, kind, key, text in can],
    }


def reserving():
    what = order(RESERVING, "reserving")
    return explanation(
        what,
        "waiting",
        f"Waits for SKU {QUARANTINED_SKU}, which failed 3 times and is tried again by itself",
        [
            step(since_start(95), "A client placed it", 0.4, "3 lines, 78.42 GBP, by account 17850"),
            step(since_start(94.9996), f"Reserved 6 units of {SKU}", 0.3),
            step(since_start(94.9993), "Reserved 6 units of 71053", 0.9),
            step(
                since_start(94.998),
                f"Asked SKU {QUARANTINED_SKU} for 2 units; it has not answered",
                None,
                "reserve_units failed 3 times in a row: stored value of item 22423 is 2 bytes short",
            ),
        ],
        [
            {
                "what": f"the answer of SKU {QUARANTINED_SKU}",
                "entity": {"kind": "item", "key": QUARANTINED_SKU},
                "since": since_start(94.998),
                "next_at": next_try(8),
                "next": "the command is tried again, the 4th of 8 times",
            },
            {
                "what": "its deadline",
                "entity": None,
                "since": since_start(95),
                "next_at": next_try(300, 95),
                "next": "it is rejected (deadline passed) and what it reserved is given back",
            },
        ],
        [
            entity("item", SKU, item_state(SKU)),
            entity("item", QUARANTINED_SKU, item_state(QUARANTINED_SKU, 40, 3), trouble(False)),
            entity("item", "71053", item_state("71053", 900, 6)),
            entity("account", CUSTOMER, account_state()),
        ],
        [
            "If SKU 22423 answers, the order goes on by itself.",
            "After 5 more failures SKU 22423 is put into quarantine and the order is rejected.",
        ],
        [("cancel", "order", RESERVING, "Cancel the order: 12 reserved units are given back at once.")],
    )


def card_unknown():
    what = order(
        CARD_UNKNOWN,
        "authorizing",
        customer=None,
        currency="KWD",
        method="card",
        payment="unknown",
        lines=[line(SKU, 2, 12_250)],
        placed=431.0,
    )
    card = {"state": "unknown", "amount_minor": 24_500, "currency": "KWD", "attempts": 5, "updated_at": ago(3)}
    return explanation(
        what,
        "waiting",
        "The card's provider did not answer; whether 24.500 KWD are authorized is not known",
        [
            step(since_start(431), "A client placed it", 0.5, "1 line, by card"),
            step(since_start(430.9), f"Reserved 2 units of {SKU}", 0.2),
            step(since_start(430.8), "Asked the provider for 24.500 KWD", 2000, "no answer within 2 s"),
            step(
                since_start(428.8),
                "The provider is asked what became of it, again and again",
                None,
                "5 calls so far, with one key",
            ),
        ],
        [
            {
                "what": "the card's provider",
                "entity": {"kind": "card", "key": CARD_UNKNOWN},
                "since": since_start(430.8),
                "next_at": next_try(5),
                "next": "it is asked again what became of the authorization",
            }
        ],
        [entity("item", SKU, item_state(SKU)), entity("card", CARD_UNKNOWN, card)],
        [
            "As soon as the provider answers, the order is confirmed or rejected.",
            "Nobody is charged twice: each call has the same key.",
        ],
        [
            (
                "cancel",
                "order",
                CARD_UNKNOWN,
                "Cancel the order: an authorization, if there is one, is voided once the provider answers.",
            )
        ],
    )


def quarantined(resolved):
    what = order(QUARANTINED, "reserving", placed=3723.0, actions=resolved)
    bad = None if any(each["what"] != "cancel" for each in resolved) else trouble(True, failures=8)
    return explanation(
        what,
        "stuck",
        f"Waits for a person: SKU {QUARANTINED_SKU} failed 8 times and is in quarantine",
        [
            step(since_start(3723), "A client placed it", 0.4, "3 lines, 78.42 GBP, by account 17850"),
            step(since_start(3722.9), f"Reserved 6 units of {SKU}", 0.3),
            step(since_start(3722.8), f"Asked SKU {QUARANTINED_SKU} for 2 units", 62_000, "failed 8 times"),
            step(since_start(3660.8), f"SKU {QUARANTINED_SKU} was put into quarantine", None, NASTY),
        ],
        [
            {
                "what": "a person",
                "entity": {"kind": "item", "key": QUARANTINED_SKU},
                "since": since_start(3660.8),
                "next_at": None,
                "next": "",
            }
        ],
        [
            entity("item", SKU, item_state(SKU)),
            entity("item", QUARANTINED_SKU, item_state(QUARANTINED_SKU, 40, 3), bad),
        ],
        ["Nothing goes on until somebody retries or releases the SKU."],
        [
            ("retry", "item", QUARANTINED_SKU, "Retry SKU 22423 when its cause is mended: 4 commands wait behind it."),
            (
                "release",
                "item",
                QUARANTINED_SKU,
                "Release SKU 22423: the failing command is dropped, the order is rejected.",
            ),
            ("cancel", "order", QUARANTINED, "Cancel the order."),
        ],
    )


def confirmed():
    what = order(
        CONFIRMED,
        "confirmed",
        currency="JPY",
        payment="authorized",
        authorized=8712,
        placed=7.0,
        lines=[line(SKU, 6, 255), line("71053", 6, 1197)],
    )
    return explanation(
        what,
        "settled",
        "Confirmed 21 ms after it was placed",
        [
            step(since_start(7), "A client placed it", 0.4),
            step(since_start(6.9996), f"Reserved 6 units of {SKU}", 0.3),
            step(since_start(6.9993), "Reserved 6 units of 71053", 0.9),
            step(since_start(6.998), "Account 17850 authorized 8,712 JPY", 1.2),
            step(since_start(6.979), "Confirmed", 0),
        ],
        entities=[entity("item", SKU, item_state(SKU)), entity("account", CUSTOMER, account_state(currency="JPY"))],
        can=[("nothing", "order", CONFIRMED, "A confirmed order needs nothing.")],
    )


def rejected():
    what = order(
        REJECTED,
        "rejected",
        reason="insufficient_stock",
        payment="none",
        placed=12.0,
        refused_line={"line": 2, "sku": QUARANTINED_SKU, "quantity": 2, "lines": 1, "available": 1},
    )
    return explanation(
        what,
        "settled",
        "Rejected: line 2 (SKU 22423) asked for 2 units, 1 was available",
        [
            step(since_start(12), "A client placed it", 0.4),
            step(since_start(11.99), f"SKU {QUARANTINED_SKU} refused 2 units", 0.2),
            step(since_start(11.98), f"Gave back 6 units of {SKU}", 0.2),
            step(since_start(11.97), "Rejected", 0),
        ],
        entities=[
            entity("item", SKU, item_state(SKU)),
            entity("item", QUARANTINED_SKU, item_state(QUARANTINED_SKU, 4, 3)),
        ],
    )
