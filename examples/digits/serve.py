"""Serve the trained classifier: POST /predict takes a picture, or JSON {"pixels": [64 numbers]}.

Listens on `$PORT`, as every App of the console does; GET /healthz answers once the model is loaded.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from digits import MOST_INK, SIDE, from_image

MOST_BYTES = 10 * 2**20


def pixels_of(body: bytes, content_type: str) -> np.ndarray:
    """Return 64 pixels (0 to 1) of a request; ValueError says what is wrong with it."""
    if not content_type.startswith("application/json"):
        return from_image(body)
    values = np.asarray(json.loads(body)["pixels"], dtype=float).reshape(-1)
    if values.size != SIDE * SIDE or not np.isfinite(values).all():
        raise ValueError(f"pixels must be {SIDE * SIDE} numbers from 0 to 16.")
    return values / MOST_INK


class Handler(BaseHTTPRequestHandler):
    """Answers predictions; the model sits on the server object."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        """Tell that the model is loaded, or how to use the service."""
        if self.path == "/healthz":
            return self.answer(200, {"status": "ok"})
        return self.answer(200, {"usage": "POST a picture of a digit to /predict"})

    def do_POST(self) -> None:
        """Classify one picture."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_BYTES:
            self.close_connection = True
            return self.answer(413, {"error": "The picture is larger than 10 MiB."})
        body = self.rfile.read(length)
        if self.path != "/predict":
            return self.answer(404, {"error": "POST to /predict."})
        started = time.perf_counter()
        try:
            pixels = pixels_of(body, self.headers.get("Content-Type", ""))
        except (ValueError, KeyError, TypeError, OSError) as error:
            return self.answer(400, {"error": f"Not a picture of a digit: {error}"})
        chances = self.server.model.predict_proba(pixels.reshape(1, -1))[0]
        label = int(np.argmax(chances))
        milliseconds = round(1000 * (time.perf_counter() - started), 2)
        print(f"predicted {label} ({chances[label]:.3f}) in {milliseconds} ms", flush=True)
        return self.answer(
            200,
            {"label": label, "confidence": round(float(chances[label]), 4), "ms": milliseconds},
        )

    def answer(self, status: int, document: dict[str, Any]) -> None:
        """Send a JSON document."""
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Keep probes out of the log; predictions print their own line."""


class Server(ThreadingHTTPServer):
    """An HTTP server with a model."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], model: Any) -> None:
        super().__init__(address, Handler)
        self.model = model


def main() -> None:
    """Load the model and serve until told to end."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", type=Path, required=True)
    path = options.parse_args().model
    if not path.exists():
        sys.exit(f"There is no model at {path}. Run the Job of train.json first.")
    server = Server(
        (os.environ.get("HOST", ""), int(os.environ.get("PORT", "8080"))), joblib.load(path)
    )
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"serving {path} on port {server.server_port}", flush=True)
    server.serve_forever()
    print("told to end", flush=True)


if __name__ == "__main__":
    main()
