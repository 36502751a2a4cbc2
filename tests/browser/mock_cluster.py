"""Lists and the cluster of the mock node: 100,000 orders, what is in quarantine, three nodes, an hour of samples."""

import math
import time

from mock_orders import BEGUN, CUSTOMER, NASTY, QUARANTINED_SKU, iso, order, since_start

STATUSES = ["placed", "reserving", "authorizing", "confirmed", "rejecting", "rejected", "cancelling", "cancelled"]
ORDERS_LISTED = 100_000


def status_of(index):
    return STATUSES[(index * 5 + 3) % 8] if index % 3 else "confirmed"


def customer_of(index):
    return None if index % 7 == 3 else CUSTOMER if index % 11 == 0 else f"{12_000 + index % 900}"


def listed(index):
    """Order number `index` of the list, the newest first."""
    status = status_of(index)
    made = order(
        f"01970b4e-{index // 65536:04x}-7{index % 4096:03x}-8bbb-{index:012x}",
        status,
        placed=index * 0.7 + 1,
        customer=customer_of(index),
        currency=("GBP", "EUR", "JPY")[index % 3],
    )
    made["reference"] = f"{540_000 - index}"
    made["reason"] = {
        "rejected": "insufficient_stock",
        "rejecting": "credit_limit",
        "cancelled": "cancelled_by_request",
    }.get(status)
    made.pop("trace_id")
    return made


def quarantine_entries(count):
    kinds = [
        ("item", "{:05}"),
        ("account", "1{:04}"),
        ("card", "01970b4e-7c1a-7c00-8ccc-{:012}"),
        ("order", "01970b4e-7c1a-7c00-8ddd-{:012}"),
    ]
    errors = [
        "stored value is 2 bytes short",
        "the provider's answer names another currency: " + NASTY,
        "assertion failed: reserved <= on_hand, and a long account of what was found, where, and with which numbers",
    ]
    for index in range(count):
        kind, form = kinds[index % 4]
        yield {
            "kind": kind,
            "key": QUARANTINED_SKU if index == 0 else form.format(index),
            "command": "reserve_units" if kind == "item" else "authorize",
            "error": errors[index % 3],
            "attempts": 8,
            "since": since_start(60 + 37 * index),
            "parked": 1 + index % 5,
        }


# -- the cluster ---------------------------------------------------------------------------------------


def sample(second, wrong):
    wave = math.sin(second / 47) + math.sin(second / 13) / 3
    slow = 1 + 6 * max(0.0, math.sin(second / 211) - 0.93) * 14
    waiting = int(40 + 30 * max(0.0, wave)) + (1840 if wrong else 0)
    return {
        "at": iso(second),
        "confirmed": int(910 + 160 * wave),
        "rejected": int(34 + 9 * math.sin(second / 7)),
        "cancelled": int(5 + 3 * math.sin(second / 29)),
        "requests": int(1420 + 210 * wave),
        "refusals": {"overloaded": int(220 + 40 * wave), "not_owner": second % 3}
        if wrong
        else ({"overloaded": 3} if second % 97 == 0 else {}),
        "p50_us": int(1800 * slow + 90 * wave),
        "p99_us": int(6900 * slow + 800 * wave),
        "unsettled": waiting,
        "oldest_unsettled_s": 3723 if wrong else 2,
        "drain_s": None if wrong else 1,
        "shards_led": 8,
        "missing_copies": 3 if wrong else 0,
        "quarantined": 4 if wrong else 0,
        "lag_epochs": 2,
        "disk_used": 0.914 if wrong else 0.433,
        "in_doubt": [
            {"currency": "GBP", "payments": 12, "amount_minor": 184_233, "oldest_s": 431},
            {"currency": "KWD", "payments": 1, "amount_minor": 24_500, "oldest_s": 431},
            {"currency": "JPY", "payments": 3, "amount_minor": 88_000, "oldest_s": 12},
        ]
        if wrong
        else [],
    }


def events(wrong):
    node = 2
    made = [
        {
            "at": since_start(3500 - n),
            "node": n + 1,
            "what": "began",
            "shard": None,
            "term": 0,
            "took_ms": 0,
            "text": f"node {n + 1} began, version 0.1.0",
        }
        for n in range(3)
    ]
    for shard in range(3):
        made.append(
            {
                "at": since_start(1260 - shard * 0.2),
                "node": 1 + shard % 2,
                "what": "took_over",
                "shard": shard,
                "term": 12,
                "took_ms": 640 + 90 * shard,
                "text": f"took over shard {shard} in term 12, 0.{64 + 9 * shard} s after node 3 was heard last",
            }
        )
    if wrong:
        made += [
            {
                "at": since_start(41),
                "node": node,
                "what": "refuses",
                "shard": None,
                "term": 0,
                "took_ms": 0,
                "text": "refuses new orders: the disk is 91 % full",
            },
            {
                "at": since_start(30),
                "node": 1,
                "what": "quarantined",
                "shard": 7,
                "term": 12,
                "took_ms": 0,
                "text": f"item {QUARANTINED_SKU} was put into quarantine: reserve_units failed 8 times",
            },
        ]
    return made


def conditions(wrong):
    if not wrong:
        return []
    return [
        {
            "name": "OrderdBacklogNeverDrains",
            "severity": "page",
            "runbook": "backlog-never-drains",
            "since": since_start(190),
            "text": "1,880 orders are not settled and do not get fewer; the oldest waits for 1 h 2 min",
        },
        {
            "name": "OrderdCopiesMissing",
            "severity": "page",
            "runbook": "copies-missing",
            "since": since_start(1260),
            "text": "3 copies are missing: node 3 is silent for 21 min",
        },
        {
            "name": "OrderdDiskFilling",
            "severity": "ticket",
            "runbook": "disk-filling",
            "since": since_start(41),
            "text": "the disk of node 2 is 91 % full: it refuses new orders from 90 % on",
        },
        {
            "name": "OrderdQuarantine",
            "severity": "ticket",
            "runbook": "quarantine",
            "since": None,
            "text": "4 entities wait for a person",
        },
    ]


def overview(seconds, wrong):
    now = math.floor(time.time())
    return {
        "now": iso(time.time()),
        "nodes": [
            {
                "node": n,
                "version": "0.1.0",
                "started_at": since_start(3500),
                "endpoint": f"127.0.66.{n}:7411",
                "reachable": not (wrong and n == 3),
            }
            for n in (1, 2, 3)
        ],
        "samples": [sample(now - back, wrong and back < 200) for back in range(seconds - 1, -1, -1)],
        "events": events(wrong),
        "conditions": conditions(wrong),
    }


def cluster(wrong):
    silent_ms = int((time.time() - BEGUN + 1260) * 1000)
    shards = []
    for shard in range(8):
        primary = 1 + shard % (2 if wrong else 3)
        shards.append(
            {
                "shard": shard,
                "term": 12,
                "primary": 0 if wrong and shard == 5 else primary,
                "primary_endpoint": f"127.0.66.{primary}:7411",
                "in_sync": [1, 2] if wrong else [1, 2, 3],
                "eligible": [],
                "nodes": [1, 2, 3],
                "committed_epoch": 88_213,
                "journal_end": 88_214,
                "followers": [{"node": n, "lag_epochs": n - 1} for n in (1, 2, 3) if n != primary]
                if primary == 1
                else [],
                "state": "serving" if primary == 1 else "following",
                "missed": [{"node": 3, "heard": False, "silent_for_ms": silent_ms}] if wrong else [],
                "refusing_because": "no node leads it: 1 of 3 copies is heard, 2 are needed"
                if wrong and shard == 5
                else None,
            }
        )
    return {
        "cluster_id": "7d1f",
        "replication": 3,
        "now": iso(time.time()),
        "nodes": [
            {
                "node": n,
                "client_endpoint": f"127.0.66.{n}:7411",
                "peer_endpoint": f"127.0.66.{n}:7511",
                "boot": 3,
                "heard": not (wrong and n == 3),
            }
            for n in (1, 2, 3)
        ],
        "shards": shards,
    }


def nodes(wrong):
    def status(node):
        full = wrong and node == 2
        return {
            "version": "0.1.0",
            "uptime_ms": int((time.time() - BEGUN + 3500) * 1000),
            "disk_used": 0.914 if full else 0.433,
            "admitting": not full,
            "refusing_because": "the disk is 91 % full" if full else None,
            "longest_turns": [],
            "shards": [
                {
                    "shard": s,
                    "term": 12,
                    "committed_epoch": 88_213,
                    "applied_epoch": 88_201,
                    "live_entities": 1200,
                    "unsettled_orders": 230 if wrong else 9,
                    "quarantined": int(wrong and s == 7),
                    "channel_backlog": 0,
                    "unapplied_bytes": 3_145_728,
                    "missed": [],
                    "refusing_because": None,
                }
                for s in range(8)
            ],
        }

    return {
        "items": [
            {
                "node": n,
                "endpoint": f"127.0.66.{n}:7411",
                "status": None if wrong and n == 3 else status(n),
                "error": "no answer within 2 s" if wrong and n == 3 else None,
            }
            for n in (1, 2, 3)
        ]
    }
