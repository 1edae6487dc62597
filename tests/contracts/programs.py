"""What the containers of the contract suite do, as Python that any image with Python can run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from console.cluster.objects import Manifest

SERVER = """
import http.server, json, os, signal
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
state = {"ready": True, "alive": True}
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        path = self.path.split("?")[0]
        good = {"/ready": state["ready"], "/alive": state["alive"]}.get(path, True)
        if path in ("/not-ready", "/not-alive"):
            state[path[5:]] = False
        code = 302 if path == "/elsewhere" else 200 if good else 503
        body = b"x" * 300000 if path == "/large" else json.dumps({
            "pod": os.environ["POD"], "path": self.path, "method": self.command,
            "headers": {k.lower(): v for k, v in self.headers.items()},
            "body": self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(),
        }).encode()
        self.send_response(code)
        if code == 302:
            self.send_header("Location", "/large")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Kept", "yes")
        self.send_header("Keep-Alive", "timeout=5")
        self.end_headers()
        self.wfile.write(body)
    do_POST = do_GET
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(
    (os.environ.get("HOST", ""), int(os.environ["PORT"])), Handler).serve_forever()
"""

EATER = """
import time
held = []
for _ in range(40):
    held.append(bytearray(b"x" * (8 << 20)))
    time.sleep(0.05)
time.sleep(60)
"""


@dataclass(frozen=True)
class Programs:
    """Containers for one cluster; `image` has a `python`, `missing_image` does not exist."""

    image: str
    missing_image: str

    def python(self, code: str, *, name: str = "main", **fields: Any) -> Manifest:
        """Return a container that runs Python code."""
        command = ["python", "-S", "-u", "-c", code]
        return {"name": name, "image": self.image, "command": command, **fields}

    def prints(self, *lines: str, code: int = 0) -> Manifest:
        """Return a container that prints lines and ends with an exit code."""
        return self.python(f"import sys\nfor line in {lines!r}: print(line)\nsys.exit({code})")

    def sleeps(self, **fields: Any) -> Manifest:
        """Return a container that does nothing until it is told to end."""
        code = "import signal, os\nsignal.signal(signal.SIGTERM, lambda *_: os._exit(0))\n"
        return self.python(f"{code}print('sleeping')\nsignal.pause()", **fields)

    def serves(self, **fields: Any) -> Manifest:
        """Return a container that serves HTTP; /not-ready and /not-alive change its health."""
        return self.python(
            SERVER,
            ports=[{"containerPort": 8080, "name": "http"}],
            env=[
                {"name": "PORT", "value": "8080"},
                {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            ],
            readinessProbe={
                "httpGet": {"path": "/ready", "port": 8080},
                "periodSeconds": 1,
                "failureThreshold": 1,
            },
            **fields,
        )

    def eats(self, limit: str) -> Manifest:
        """Return a container that takes more memory than its limit."""
        return self.python(EATER, resources={"limits": {"memory": limit}})

    def without_image(self) -> Manifest:
        """Return a container whose image can't be had."""
        return {"name": "main", "image": self.missing_image}

    def without_program(self) -> Manifest:
        """Return a container whose command does not exist."""
        return {"name": "main", "image": self.image, "command": ["no-such-program"]}


def pod(name: str, container: Manifest, *, restart: str = "Never", **spec: Any) -> Manifest:
    """Return a Pod of one container."""
    spec = {"restartPolicy": restart, "containers": [container], **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def job(name: str, container: Manifest, *, restart: str = "Never", **spec: Any) -> Manifest:
    """Return a Job of one container."""
    template = {"spec": {"restartPolicy": restart, "containers": [container]}}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {"backoffLimit": 0, **spec, "template": template},
    }


def deployment(name: str, container: Manifest, *, replicas: int = 1, **spec: Any) -> Manifest:
    """Return a Deployment whose pods end quickly when told to."""
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [container], "terminationGracePeriodSeconds": 2},
            },
            **spec,
        },
    }


def service(name: str) -> Manifest:
    """Return a Service over the pods of the Deployment of that name."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080}]},
    }


def config_map(name: str, **data: str) -> Manifest:
    """Return a ConfigMap."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}
