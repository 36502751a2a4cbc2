"""Holds a node to what it acknowledged: every order of every ledger is asked again, and the sums must agree."""

import collections
import json

from order_load import (CONFIRMED, CURRENCY, Ledger, by_id, readable, settled_statuses, to_request)
from orderd_node import wait_until

BATCH = 128


class Findings:
    """What does not agree, and the sums over the orders as the node shows them."""

    def __init__(self):
        self.wrong = []
        self.orders = 0
        self.reserved = collections.Counter()  # units by SKU
        self.held = collections.Counter()      # minor units by customer

    def expect(self, holds, what):
        if not holds:
            self.wrong.append(what)


def check_ledgers(node, paths, market):
    """Everything that is not as it was acknowledged, as Findings. Waits for nothing: all must be settled."""
    findings = Findings()
    with node.client() as client:
        for path in paths:
            orders = list(Ledger.read(path).orders.items())
            for at in range(0, len(orders), BATCH):
                check_orders(client, orders[at:at + BATCH], findings)
        check_market(client, market, findings)
    return findings


def check_orders(client, orders, findings):
    replies = client.call_many([to_request(order["body"]) for _, order in orders]
                               + [by_id("get_order", order_id) for order_id, _ in orders])
    for (order_id, order), again, shown in zip(orders, replies, replies[len(orders):]):
        findings.orders += 1
        again, shown = readable(again), readable(shown)
        findings.expect(order["answer"] is not None, f"{order_id} was never answered")
        findings.expect(again.get("placement") == order["answer"],
                        f"{order_id} was answered {order['answer']}, now {again}")
        findings.expect("order" in shown, f"{order_id} cannot be got: {shown}")
        if "order" in shown and order["answer"] is not None:
            check_order(order, shown["order"], findings)


def check_order(order, shown, findings):
    """An order as `get` shows it, against what its customer sent and was told."""
    body, answer = order["body"], order["answer"]
    confirmed = shown["status"] == CONFIRMED
    findings.expect(shown["status"] in settled_statuses(order), f"{order} is shown as {shown}")
    findings.expect(shown.get("customer", "") == body["customer"] and shown["reference"] == body["reference"]
                    and [strip(line) for line in shown["lines"]] == body["lines"],
                    f"{body} has other content: {shown}")
    reserved = [line for line in shown["lines"] if line.get("reserved")]
    authorized = shown["payment"].get("authorized_minor", 0)
    if confirmed:
        findings.expect(len(reserved) == answer["lines_reserved"], f"{answer}, but reserved are {reserved}")
        findings.expect(authorized == answer.get("authorized_minor", 0), f"{answer}, but authorized {authorized}")
        for line in reserved:
            findings.reserved[line["sku"]] += line["quantity"]
        findings.held[body["customer"]] += authorized
    else:
        findings.expect(not reserved, f"ended, yet lines are reserved: {shown}")


def strip(line):
    return {name: value for name, value in line.items() if name != "reserved"}


def check_market(client, market, findings):
    """Stock and accounts against the sums over the orders."""
    items = client.call_many([{"get_stock": {"sku": sku}} for sku in market.stock])
    for (sku, on_hand), reply in zip(market.stock.items(), items):
        item = reply.get("stock_item", {})
        reserved = item.get("reserved", 0)
        findings.expect(item.get("on_hand") == on_hand and reserved == findings.reserved[sku] <= on_hand
                        and item.get("available", 0) == on_hand - reserved,
                        f"orders have {findings.reserved[sku]} of {on_hand} units of {sku}: {reply}")
    accounts = client.call_many([{"get_account": {"customer": customer}} for customer in market.credit])
    for (customer, limit), reply in zip(market.credit.items(), accounts):
        account = reply.get("account", {})
        findings.expect(account.get("credit_limit_minor") == limit and account.get("currency") == CURRENCY
                        and account.get("held_minor", 0) == findings.held[customer] <= limit,
                        f"orders hold {findings.held[customer]} of {customer}: {reply}")


def wait_until_settled(node):
    """Waits until no order has work to do: what ended gives back its units and money a little later."""
    def settled():
        status = json.loads(node.ctl("--json", "status").stdout)
        return all(int(shard.get("unsettled_orders", 0)) == 0 for shard in status["shards"])
    wait_until(settled, "every order is settled", seconds=60, every_s=0.1)


def check_all(test, node, paths, market):
    """Fails `test` unless every ledger, stock, account and the node's own audit agree. The findings."""
    wait_until_settled(node)
    findings = check_ledgers(node, paths, market)
    test.assertEqual(findings.wrong[:5], [], f"{len(findings.wrong)} findings in {findings.orders} orders")
    code, report = node.audit()
    test.assertEqual(code, 0, report)
    # What ProtoBuf leaves out is zero; 64-bit numbers are text in its JSON.
    test.assertEqual(int(report.get("orders", 0)), findings.orders, "orders that no customer sent, or lost ones")
    test.assertEqual(int(report.get("units_reserved", 0)), sum(findings.reserved.values()))
    return findings
