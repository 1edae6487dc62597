"""Write one held-out scan as a PNG and print its label: something to post to the service."""

from __future__ import annotations

import argparse
from pathlib import Path

from digits import split, to_png


def main() -> None:
    """Pick the first held-out scan of a label."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("label", type=int, choices=range(10))
    options.add_argument("path", type=Path)
    arguments = options.parse_args()
    _, held_x, _, held_y = split()
    first = next(index for index, label in enumerate(held_y) if label == arguments.label)
    arguments.path.write_bytes(to_png(held_x[first]))
    print(f"{arguments.path}: a {arguments.label} that training never saw")


if __name__ == "__main__":
    main()
