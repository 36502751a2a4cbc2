#!/usr/bin/python3
"""A shop's client of the gRPC door in Python, as an example: places orders by calls and by a stream.

    protoc --proto_path=. --python_out=stubs --grpc_python_out=stubs \\
        --plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin \\
        actors/public/*.proto cluster/grpc/service.proto tests/process/grpc_*.proto
    tests/process/grpc_shop.py stubs 127.0.0.1:7412

It needs the Debian packages python3-grpcio and python3-protobuf, and so Debian's own Python. Prints what came of it as
one line of JSON; grpc_test.py looks at that.
"""

import json
import os
import sys
import time

sys.path.insert(0, sys.argv[1])

import grpc  # noqa: E402
from actors.public import operators_pb2, orders_pb2, public_pb2  # noqa: E402
from cluster.grpc import service_pb2_grpc  # noqa: E402
from tests.process import grpc_health_pb2, grpc_health_pb2_grpc  # noqa: E402
from tests.process import grpc_reflection_pb2, grpc_reflection_pb2_grpc  # noqa: E402

STREAMED = 2_000
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def make_order_id():
    """A UUIDv7. The same id sent again is the same order."""
    random = bytearray(os.urandom(10))
    random[0] = random[0] & 0x0F | 0x70
    random[2] = random[2] & 0x3F | 0x80
    return int(time.time() * 1000).to_bytes(6, "big") + bytes(random)


def an_order(reference=""):
    return orders_pb2.place_order(
        order_id=make_order_id(), reference=reference, customer="alice", currency="GBP",
        payment_method=orders_pb2.ACCOUNT,
        lines=[orders_pb2.order_line(sku="A", quantity=2, unit_price_minor=999)])


def refusal(call):
    """What a refused call says: the status, the message, and the rejection in its trailing metadata."""
    try:
        call()
    except grpc.RpcError as error:
        trailing = {each.key: each.value for each in error.trailing_metadata()}
        why = public_pb2.rejection.FromString(trailing.get("orderd-rejection-bin", b""))
        return {"status": error.code().name, "message": error.details(),
                "rejection": public_pb2.rejection.kind.Name(why.code), "field": why.field}
    return None


def calls(orders):
    """One call each."""
    orders.SetStock(orders_pb2.set_stock(command_id=os.urandom(16), sku="A", on_hand=100_000))
    orders.SetAccount(orders_pb2.set_account(command_id=os.urandom(16), customer="alice", currency="GBP",
                                             credit_limit_minor=1_000_000_000))
    order = an_order("first")
    trace = (("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01"),)
    placed = orders.PlaceOrder(order, timeout=10, metadata=trace)
    again = orders.PlaceOrder(order, timeout=10)
    view = orders.GetOrder(orders_pb2.get_order(order_id=order.order_id))
    other = orders_pb2.place_order()
    other.CopyFrom(order)
    other.reference = "second"
    wrong = an_order()
    wrong.currency = "XYZ"
    cancelled = orders.CancelOrder(orders_pb2.cancel_order(order_id=order.order_id))
    return {
        "placed": orders_pb2.order_status.Name(placed.status),
        "same": placed == again,
        "reference": view.reference,
        "trace": view.trace_id.hex(),
        "conflict": refusal(lambda: orders.PlaceOrder(other, timeout=10)),
        "invalid": refusal(lambda: orders.PlaceOrder(wrong, timeout=10)),
        "missing": refusal(lambda: orders.GetOrder(orders_pb2.get_order(order_id=make_order_id()))),
        "cancelled": orders_pb2.order_status.Name(cancelled.status),
        "stock": [item.sku for item in orders.ListStock(orders_pb2.list_stock(shard=0, limit=10)).items],
        "late": refusal(lambda: orders.GetOrder(orders_pb2.get_order(order_id=order.order_id), timeout=0)),
    }


def stream(orders):
    """Many orders over one call; the number of a request is the id of its reply."""
    wanted = [an_order() for _ in range(STREAMED)]
    replies = orders.Exchange(public_pb2.request(place_order=order) for order in wanted)
    confirmed = [reply.request_id for reply in replies
                 if reply.placement.status == orders_pb2.CONFIRMED
                 and reply.placement.order_id == wanted[reply.request_id].order_id]
    return {"streamed": len(wanted), "confirmed": len(set(confirmed))}


def operator(channel):
    operators = service_pb2_grpc.OperatorsStub(channel)
    status = operators.GetStatus(operators_pb2.get_status())
    cluster = operators.GetCluster(operators_pb2.get_cluster())
    return {"shards": len(status.shards), "nodes": len(cluster.nodes),
            "quarantined": len(operators.ListQuarantine(public_pb2.list_quarantine(shard=0)).entries)}


def health(channel):
    """By service; with a wait for the first answer of a node that has just started."""
    stub = grpc_health_pb2_grpc.HealthStub(channel)

    def of(service):
        return grpc_health_pb2.HealthCheckResponse.ServingStatus.Name(
            stub.Check(grpc_health_pb2.HealthCheckRequest(service=service), timeout=5).status)

    ends_at = time.monotonic() + 10
    while of("") != "SERVING" and time.monotonic() < ends_at:
        time.sleep(0.05)
    return {service: of(service) for service in ("", "orderd.v1.Orders", "orderd.v1.Operators")}


def services(channel):
    stub = grpc_reflection_pb2_grpc.ServerReflectionStub(channel)
    ask = grpc_reflection_pb2.ServerReflectionRequest
    listed, described = stub.ServerReflectionInfo(
        iter([ask(list_services=""), ask(file_containing_symbol="orderd.v1.Orders")]), timeout=10)
    return {"services": sorted(each.name for each in listed.list_services_response.service),
            "files": len(described.file_descriptor_response.file_descriptor_proto)}


def main():
    with grpc.insecure_channel(sys.argv[2], options=[("grpc.enable_http_proxy", 0)]) as channel:
        orders = service_pb2_grpc.OrdersStub(channel)
        print(json.dumps({"health": health(channel), **services(channel), **calls(orders), **stream(orders),
                          **operator(channel)}))


if __name__ == "__main__":
    main()
