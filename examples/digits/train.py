"""Train a classifier of handwritten digits; one line of progress and loss an epoch.

Writes `model.joblib` and `accuracy.json` to the directory that `--out` names.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from pathlib import Path

import joblib
import numpy as np
from digits import split
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier


def main() -> None:
    """Train, report, save."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--epochs", type=int, default=40)
    options.add_argument("--pause", type=float, default=0.1, help="seconds between epochs")
    arguments = options.parse_args()

    warnings.simplefilter("ignore", ConvergenceWarning)
    train_x, held_x, train_y, held_y = split()
    print(f"{len(train_x)} scans to train on, {len(held_x)} held out", flush=True)
    model = MLPClassifier(hidden_layer_sizes=(64,), learning_rate_init=0.005, random_state=0)
    generator = np.random.default_rng(0)
    started = time.monotonic()
    for epoch in range(1, arguments.epochs + 1):
        order = generator.permutation(len(train_x))
        model.partial_fit(train_x[order], train_y[order], classes=np.unique(train_y))
        done = f"epoch {epoch:>2}/{arguments.epochs}  {100 * epoch // arguments.epochs:>3} %"
        accuracy = model.score(held_x, held_y)
        print(f"{done}  loss {model.loss_:.4f}  held-out accuracy {accuracy:.4f}", flush=True)
        time.sleep(arguments.pause)

    accuracy = model.score(held_x, held_y)
    arguments.out.mkdir(parents=True, exist_ok=True)
    partial = arguments.out / "model.joblib.part"
    joblib.dump(model, partial)
    partial.replace(arguments.out / "model.joblib")
    report = {"accuracy": round(accuracy, 4), "held_out": len(held_x), "epochs": arguments.epochs}
    (arguments.out / "accuracy.json").write_text(json.dumps(report), encoding="utf-8")
    print(f"held-out accuracy: {accuracy:.4f} after {time.monotonic() - started:.1f} s", flush=True)
    print(f"model written to {arguments.out / 'model.joblib'}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
