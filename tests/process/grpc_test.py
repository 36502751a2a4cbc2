"""The gRPC door of a real orderd, by a client in Python (grpc_shop.py) and by crowds.

    ORDERD_BIN=build/release/bin python3 -m unittest tests/process/grpc_test.py
"""

import json
import pathlib
import resource
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from orderd_node import ROOT, TemporaryNode  # noqa: E402

PYTHON = "/usr/bin/python3"  # which has Debian's packages; the one that runs this may be another
SCHEMAS = ["actors/public/orders.proto", "actors/public/operators.proto", "actors/public/public.proto",
           "cluster/grpc/service.proto", "tests/process/grpc_health.proto", "tests/process/grpc_reflection.proto"]
HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
CROWD = 400


def has_library():
    return subprocess.run([PYTHON, "-c", "import grpc, google.protobuf"], capture_output=True,
                          check=False).returncode == 0


def make_stubs(folder):
    subprocess.run(["protoc", f"--proto_path={ROOT}", f"--python_out={folder}", f"--grpc_python_out={folder}",
                    "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin",
                    *[str(ROOT / each) for each in SCHEMAS]], check=True, timeout=60)


@unittest.skipUnless(has_library(), "python3-grpcio and python3-protobuf are not installed")
class GrpcTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="orderd-stubs-")
        cls.addClassCleanup(folder.cleanup)
        cls.stubs = folder.name
        make_stubs(cls.stubs)

    def start(self, *flags):
        node = TemporaryNode(self, "--grpc", "127.0.0.1:0", *flags, metrics=True).start()
        said = node.out.find("grpc on ", 10)
        self.assertTrue(said, node.out.lines)
        self.port = int(said.rsplit(":", 1)[1])
        return node

    def shop(self):
        done = subprocess.run([PYTHON, ROOT / "tests/process/grpc_shop.py", self.stubs, f"127.0.0.1:{self.port}"],
                              capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_a_client_in_python_places_orders_and_is_told_why_not(self):
        node = self.start()
        said = self.shop()
        self.assertEqual(said["placed"], "CONFIRMED")
        self.assertTrue(said["same"])
        self.assertEqual(said["reference"], "first")
        self.assertEqual(said["trace"], "4bf92f3577b34da6a3ce929d0e0e4736")  # of the traceparent that came with it
        self.assertEqual(said["conflict"]["status"], "ALREADY_EXISTS")
        self.assertEqual(said["conflict"]["rejection"], "CONFLICT")
        self.assertEqual((said["invalid"]["status"], said["invalid"]["field"]), ("INVALID_ARGUMENT", "currency"))
        self.assertTrue(said["invalid"]["message"].startswith("INVALID_FIELD: currency"), said["invalid"])
        self.assertEqual(said["missing"]["status"], "NOT_FOUND")
        self.assertEqual(said["cancelled"], "CANCELLED")
        self.assertEqual(said["stock"], ["A"])
        self.assertEqual(said["late"]["status"], "DEADLINE_EXCEEDED")
        self.assertEqual(said["confirmed"], said["streamed"])
        self.assertEqual((said["shards"], said["nodes"], said["quarantined"]), (1, 1, 0))
        page = node.metrics_page()
        self.assertIn('orderd_grpc_requests_total{code="ALREADY_EXISTS",method="PlaceOrder"} 1\n', page)
        self.assertIn(f'orderd_grpc_requests_total{{code="OK",method="Exchange"}} {said["streamed"]}\n', page)
        self.assertEqual(node.audit()[0], 0)

    def test_services_are_listed_and_healthy(self):
        self.start()
        said = self.shop()
        self.assertEqual(said["services"], ["grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection",
                                            "orderd.v1.Operators", "orderd.v1.Orders"])
        self.assertGreaterEqual(said["files"], 1)
        self.assertEqual(said["health"], {"": "SERVING", "orderd.v1.Orders": "SERVING",
                                          "orderd.v1.Operators": "SERVING"})

    def test_a_crowd_that_says_nothing_or_half_keeps_nobody_out(self):
        files = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, files)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, files[1]), files[1]))
        node = self.start()
        crowd = []
        self.addCleanup(lambda: [one.close() for one in crowd])
        for number in range(CROWD):
            one = socket.create_connection(("127.0.0.1", self.port), 10)
            if number % 2:
                one.send(HTTP2_PREFACE[:number % len(HTTP2_PREFACE)])
            one.settimeout(20)
            crowd.append(one)
        self.assertEqual(self.shop()["placed"], "CONFIRMED")
        with node.client() as wire:
            self.assertIn("stock_item", wire.set_stock("B", 1))

        def closed(one):
            try:
                while one.recv(4096):
                    pass
            except ConnectionResetError:
                pass
            return True

        self.assertTrue(all(closed(one) for one in crowd))  # within its timeout, or this fails

    def test_it_stops_at_once_and_its_port_is_named_when_taken(self):
        node = self.start()
        self.assertEqual(node.stop(seconds=10), 0)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            second = TemporaryNode(self, "--grpc", address).launch()
            self.assertEqual(second.wait(30), 3)
            self.assertIn(f"cannot listen on {address} for gRPC", second.said())

    def test_without_the_setting_there_is_no_door(self):
        node = TemporaryNode(self, metrics=True).start()
        self.assertIsNone(node.out.find("grpc on ", 0.5))
        self.assertNotIn("orderd_grpc", node.metrics_page())
        self.assertEqual(node.stop(), 0)


if __name__ == "__main__":
    unittest.main()
