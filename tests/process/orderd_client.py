"""A client of orderd in the standard library of Python alone, written from cluster/wire/PROTOCOL.md.

    with Client("127.0.0.1", 7411) as client:
        order_id = make_order_id()
        client.place(order_id, "17850", [("85123A", 6, 255)])

Every method sends one request and waits for its reply, which is a dictionary: the fields of the reply that
are set, under the names of actors/public/public.proto. `call_many` sends many requests in one frame.
"""

import os
import socket
import struct
import time

VERSION = 1
HELLO, REQUESTS, REPLIES, ERROR = 1, 2, 3, 4
HEADER = struct.Struct(">IBBHQ")  # length, version, type, flags, request id

# -- the schema: field number -> (name, kind); a kind in brackets is repeated -------------------------

LINE = {1: ("sku", "text"), 2: ("quantity", "int"), 3: ("unit_price_minor", "int")}
ORDER_LINE_VIEW = {**LINE, 4: ("reserved", "bool")}
PAYMENT = {1: ("method", "int"), 2: ("state", "int"), 3: ("authorized_minor", "int")}
ACTION = {1: ("at_ms", "int"), 2: ("what", "text"), 3: ("by", "text"), 4: ("why", "text")}
ORDER = {
    1: ("order_id", "bytes"), 2: ("reference", "text"), 3: ("customer", "text"), 4: ("status", "int"),
    5: ("reason", "int"), 6: ("currency", "text"), 7: ("total_minor", "int"), 8: ("lines", [ORDER_LINE_VIEW]),
    9: ("payment", PAYMENT), 10: ("placed_at_ms", "int"), 11: ("updated_at_ms", "int"), 12: ("history", ["int"]),
    15: ("history_at_ms", ["int"]), 16: ("actions", [ACTION]), 17: ("trace_id", "bytes"),
}
STOCK = {1: ("sku", "text"), 2: ("on_hand", "int"), 3: ("reserved", "int"), 4: ("available", "int")}
ACCOUNT_VIEW = {
    1: ("customer", "text"), 2: ("currency", "text"), 3: ("credit_limit_minor", "int"), 4: ("held_minor", "int"),
    5: ("captured_minor", "int"),
}
FAULT = {
    1: ("code", "int"), 2: ("message", "text"), 3: ("retry_after_ms", "int"), 4: ("owner_endpoint", "text"),
    5: ("shard", "int"),
}
NODE_VIEW = {
    1: ("node", "int"), 2: ("client_endpoint", "text"), 3: ("peer_endpoint", "text"), 4: ("incarnation", "int"),
    5: ("boot", "int"), 6: ("heard", "bool"),
}
SHARD_VIEW = {
    1: ("shard", "int"), 2: ("term", "int"), 3: ("primary", "int"), 4: ("primary_endpoint", "text"),
    5: ("in_sync", ["int"]), 6: ("eligible", ["int"]), 7: ("nodes", ["int"]), 8: ("committed_epoch", "int"),
    9: ("journal_end", "int"), 10: ("followers", [{1: ("node", "int"), 2: ("lag_epochs", "int")}]),
    11: ("state", "text"),
}
CARD_VIEW = {
    1: ("state", "text"), 2: ("amount_minor", "int"), 3: ("currency", "text"), 4: ("attempts", "int"),
    5: ("updated_at_ms", "int"),
}
TROUBLE = {
    1: ("quarantined", "bool"), 2: ("command", "text"), 3: ("error", "text"), 4: ("failures", "int"),
    5: ("since_ms", "int"), 6: ("retry_at_ms", "int"), 7: ("parked", "int"), 8: ("parked_commands", ["text"]),
}
EXPLANATION = {
    1: ("kind", "text"), 2: ("key", "text"), 3: ("exists", "bool"), 4: ("shard", "int"), 5: ("term", "int"),
    6: ("now_ms", "int"), 7: ("in_memory", "bool"), 8: ("order", ORDER), 9: ("item", STOCK),
    10: ("account", ACCOUNT_VIEW), 11: ("card", CARD_VIEW), 12: ("trouble", TROUBLE),
    13: ("timers", [{1: ("command", "text"), 2: ("due_at_ms", "int")}]),
    14: ("calls", [{1: ("idempotency_key", "text"), 2: ("state", "text"), 3: ("since_ms", "int")}]),
    15: ("line_states", "bytes"),
}
REQUEST = {
    1: ("timeout_ms", "int"),
    2: ("place_order", {
        1: ("order_id", "bytes"), 2: ("reference", "text"), 3: ("customer", "text"), 4: ("currency", "text"),
        5: ("payment_method", "int"), 6: ("allow_partial", "bool"), 7: ("lines", [LINE]),
        9: ("trace_id", "bytes"),
    }),
    3: ("get_order", {1: ("order_id", "bytes")}),
    4: ("cancel_order", {1: ("order_id", "bytes"), 2: ("by", "text"), 3: ("why", "text")}),
    5: ("list_orders", {
        1: ("shard", "int"), 2: ("status", "int"), 3: ("customer", "text"), 4: ("after_order_id", "bytes"),
        5: ("limit", "int"), 6: ("newest_first", "bool"),
    }),
    6: ("set_stock", {1: ("command_id", "bytes"), 2: ("sku", "text"), 3: ("on_hand", "int")}),
    7: ("get_stock", {1: ("sku", "text")}),
    8: ("list_stock", {1: ("shard", "int"), 2: ("after_sku", "text"), 3: ("limit", "int")}),
    9: ("set_account", {
        1: ("command_id", "bytes"), 2: ("customer", "text"), 3: ("currency", "text"),
        4: ("credit_limit_minor", "int"),
    }),
    10: ("get_account", {1: ("customer", "text")}),
    15: ("get_status", {}),
    16: ("get_cluster", {}),
    22: ("explain_entity", {1: ("kind", "text"), 2: ("key", "text")}),
}
REPLY = {
    1: ("request_id", "int"),
    2: ("placement", {
        1: ("order_id", "bytes"), 2: ("status", "int"), 3: ("reason", "int"), 4: ("authorized_minor", "int"),
        5: ("lines_reserved", "int"),
    }),
    3: ("order", ORDER),
    4: ("cancellation", {1: ("order_id", "bytes"), 2: ("status", "int")}),
    5: ("order_page", {1: ("orders", [ORDER]), 2: ("order_ids", ["bytes"]), 3: ("more", "bool")}),
    6: ("stock_item", STOCK),
    7: ("stock_page", {1: ("items", [STOCK]), 2: ("more", "bool")}),
    8: ("account", ACCOUNT_VIEW),
    13: ("node_status", {1: ("version", "text"), 2: ("uptime_ms", "int"), 5: ("admitting", "bool")}),
    14: ("rejection", {
        1: ("code", "int"), 2: ("field", "text"), 3: ("value", "text"), 4: ("limit", "text"), 5: ("message", "text"),
    }),
    15: ("fault", FAULT),
    16: ("cluster_status", {
        1: ("cluster_id", "text"), 2: ("replication", "int"), 3: ("answered_by", "int"), 4: ("nodes", [NODE_VIEW]),
        5: ("shards", [SHARD_VIEW]),
    }),
    22: ("entity_explanation", EXPLANATION),
}
HELLO_FIELDS = {
    1: ("protocol_version", "int"), 2: ("shards", "int"), 3: ("credit_window", "int"),
    4: ("frame_bytes_max", "int"), 5: ("version", "text"), 6: ("credit_window_bytes", "int"),
}

STATUS = {1: "PLACED", 2: "RESERVING", 3: "AUTHORIZING", 4: "CONFIRMED", 5: "REJECTING", 6: "REJECTED",
          7: "CANCELLING", 8: "CANCELLED"}
ACCOUNT, CARD = 1, 2
FAULTS = {1: "OVERLOADED", 2: "TIMEOUT", 3: "UNAVAILABLE", 4: "STORAGE_FULL", 5: "QUARANTINED", 6: "CORRUPT",
          7: "MALFORMED", 8: "TOO_LARGE", 9: "UNSUPPORTED_VERSION", 10: "CREDIT_EXCEEDED", 11: "SHUTTING_DOWN",
          12: "INTERNAL", 13: "NOT_OWNER"}
REJECTIONS = {1: "CONFLICT", 2: "INVALID_FIELD", 3: "NOT_FOUND", 4: "ALREADY_REJECTED", 5: "BELOW_RESERVED",
              6: "CURRENCY_FIXED", 7: "BELOW_HELD", 8: "NOT_QUARANTINED"}


class ProtocolError(Exception):
    """The server closed the connection, or said something that the page does not allow."""

    def __init__(self, fault):
        super().__init__(str(fault))
        self.fault = fault


# -- protocol buffers --------------------------------------------------------------------------------


def encode_varint(value):
    value &= (1 << 64) - 1  # negative numbers are sent as ten bytes
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def encode_nested(number, content):
    return encode_varint(number << 3 | 2) + encode_varint(len(content)) + content


def encode(schema, message):
    """The bytes of a message given as a dictionary. Fields that are not given are not sent."""
    out = b""
    for number, (name, kind) in sorted(schema.items()):
        if name not in message:
            continue
        values = message[name] if isinstance(kind, list) else [message[name]]
        for value in values:
            out += encode_field(number, kind[0] if isinstance(kind, list) else kind, value)
    return out


def encode_field(number, kind, value):
    if isinstance(kind, dict):
        return encode_nested(number, encode(kind, value))
    if kind == "text":
        return encode_nested(number, value.encode())
    if kind == "bytes":
        return encode_nested(number, value)
    return encode_varint(number << 3) + encode_varint(int(value))


def decode_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """The (number, value) pairs of a message; a value is a number or bytes."""
    at = 0
    while at < len(data):
        tag, at = decode_varint(data, at)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == 0:
            value, at = decode_varint(data, at)
        elif wire_type in (1, 5):
            size = 8 if wire_type == 1 else 4
            value, at = data[at:at + size], at + size
        elif wire_type == 2:
            size, at = decode_varint(data, at)
            if at + size > len(data):
                raise ValueError("a field beyond the end of its message")
            value, at = data[at:at + size], at + size
        else:
            raise ValueError(f"wire type {wire_type}")
        yield number, value


def decode(schema, data):
    """The message of `data` as a dictionary of the fields that are in it. Unknown fields are skipped."""
    message = {}
    for number, value in fields(data):
        if number not in schema:
            continue
        name, kind = schema[number]
        if not isinstance(kind, list):
            message[name] = decode_value(kind, value)
        elif kind == ["int"] and isinstance(value, bytes):  # repeated numbers come packed
            at = 0
            while at < len(value):
                one, at = decode_varint(value, at)
                message.setdefault(name, []).append(one)
        else:
            message.setdefault(name, []).append(decode_value(kind[0], value))
    return message


def decode_value(kind, value):
    if isinstance(kind, dict):
        return decode(kind, value)
    if kind == "text":
        return value.decode()
    if kind == "bool":
        return value != 0
    if kind == "int":
        return value - (1 << 64) if value >> 63 else value
    return value


# -- frames ------------------------------------------------------------------------------------------


def frame(kind, request_id, payload):
    return HEADER.pack(len(payload), VERSION, kind, 0, request_id) + payload


def hello_frame():
    return frame(HELLO, 0, encode(HELLO_FIELDS, {"protocol_version": VERSION, "version": "orderd_client.py"}))


def requests_frame(first_id, requests):
    return frame(REQUESTS, first_id, b"".join(encode_nested(1, encode(REQUEST, one)) for one in requests))


def make_order_id(now_ms=None):
    """A UUIDv7: 48 bits of time in milliseconds, the version 7, 12 random bits, the variant 2, 62 random bits."""
    now_ms = int(time.time() * 1000) if now_ms is None else now_ms
    random = bytearray(os.urandom(10))
    random[0] = random[0] & 0x0F | 0x70
    random[2] = random[2] & 0x3F | 0x80
    return now_ms.to_bytes(6, "big") + bytes(random)


class Connection:
    """Frames over a socket, nothing more."""

    def __init__(self, host, port, timeout_s=30):
        self.socket = socket.create_connection((host, port), timeout_s)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def read_exactly(self, size):
        data = b""
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            if not piece:
                raise ConnectionError("the server closed the connection")
            data += piece
        return data

    def read_frame(self):
        """(type, request id, payload) of the next frame."""
        length, version, kind, flags, request_id = HEADER.unpack(self.read_exactly(HEADER.size))
        if version != VERSION or flags != 0:
            raise ProtocolError(f"version {version}, flags {flags}")
        return kind, request_id, self.read_exactly(length)


def is_overloaded(reply):
    return FAULTS.get(reply.get("fault", {}).get("code")) == "OVERLOADED"


class Client(Connection):
    """Sends requests and waits for their replies."""

    def __init__(self, host, port, timeout_s=30):
        super().__init__(host, port, timeout_s)
        self.next_id = 1
        try:
            self.hello = self.introduce()
        except (OSError, ProtocolError):
            self.socket.close()
            raise

    def introduce(self):
        self.send(hello_frame())
        kind, _, payload = self.read_frame()
        self.check(kind, HELLO, payload)
        return decode(HELLO_FIELDS, payload)

    @staticmethod
    def check(kind, expected, payload):
        if kind == ERROR:
            raise ProtocolError(decode(FAULT, payload))
        if kind != expected:
            raise ProtocolError(f"a frame of type {kind}")

    def call_many(self, requests, patience_s=10):
        """The replies of the requests, in the order of the requests. All go out in one frame. What is refused as
        OVERLOADED is sent again until `patience_s` have passed: a busy machine is no fault of the node."""
        end = time.monotonic() + patience_s
        replies = self.exchange(requests)
        while (refused := [i for i, reply in enumerate(replies) if is_overloaded(reply)]) and time.monotonic() < end:
            time.sleep(max(replies[i]["fault"].get("retry_after_ms", 50) for i in refused) / 1000)
            for i, reply in zip(refused, self.exchange([requests[i] for i in refused])):
                replies[i] = reply
        return replies

    def exchange(self, requests):
        """One reply to each request, whatever it says."""
        first = self.next_id
        self.next_id += len(requests)
        self.send(requests_frame(first, requests))
        replies = {}
        while len(replies) < len(requests):
            kind, _, payload = self.read_frame()
            self.check(kind, REPLIES, payload)
            for _, one in fields(payload):
                reply = decode(REPLY, one)
                replies[reply.pop("request_id")] = reply
        return [replies[first + i] for i in range(len(requests))]

    def call(self, request):
        return self.call_many([request])[0]

    def place(self, order_id, customer, lines, **more):
        return self.call({"place_order": place_order(order_id, customer, lines, **more)})

    def get(self, order_id):
        return self.call({"get_order": {"order_id": order_id}})

    def cancel(self, order_id):
        return self.call({"cancel_order": {"order_id": order_id}})

    def set_stock(self, sku, on_hand, command_id=None):
        return self.call({"set_stock": {"command_id": command_id or os.urandom(16), "sku": sku, "on_hand": on_hand}})

    def get_stock(self, sku):
        return self.call({"get_stock": {"sku": sku}})

    def set_account(self, customer, credit_limit_minor, currency="GBP", command_id=None):
        return self.call({"set_account": {"command_id": command_id or os.urandom(16), "customer": customer,
                                          "currency": currency, "credit_limit_minor": credit_limit_minor}})

    def get_account(self, customer):
        return self.call({"get_account": {"customer": customer}})

    def status(self):
        return self.call({"get_status": {}})


def place_order(order_id, customer, lines, currency="GBP", method=ACCOUNT, reference="", allow_partial=False):
    """The body of place_order; `lines` are (sku, quantity, unit price in minor units)."""
    return {
        "order_id": order_id, "reference": reference, "customer": customer, "currency": currency,
        "payment_method": method, "allow_partial": allow_partial,
        "lines": [{"sku": sku, "quantity": quantity, "unit_price_minor": price} for sku, quantity, price in lines],
    }
