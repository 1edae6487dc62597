"""The data of the example: 1,797 scans of handwritten digits that scikit-learn brings along.

Each scan is 8 by 8 pixels of ink from 0 to 16 (Alpaydin and Kaynak, 1998). One fifth is held out:
training never sees it, accuracy is measured on it and `sample.py` takes its pictures from it.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageOps
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SIDE = 8
MOST_INK = 16.0


def split() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return training pixels, held-out pixels, training labels, held-out labels; pixels 0 to 1."""
    pixels, labels = load_digits(return_X_y=True)
    return tuple(
        train_test_split(
            pixels / MOST_INK, labels, test_size=0.2, random_state=1797, stratify=labels
        )
    )


def to_png(pixels: np.ndarray, scale: int = 16) -> bytes:
    """Return 64 pixels (0 to 1) as a PNG, dark ink on white paper, `scale` times as wide."""
    grey = np.uint8(255 - np.round(pixels.reshape(SIDE, SIDE) * 255))
    image = Image.fromarray(grey).resize((SIDE * scale, SIDE * scale), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def from_image(body: bytes) -> np.ndarray:
    """Return a picture of one digit as 64 pixels of ink (0 to 1), whatever its size or paper."""
    with Image.open(io.BytesIO(body)) as image:
        if image.width * image.height > 16_000_000:
            raise ValueError("The picture has more than 16 million pixels.")
        grey = ImageOps.pad(
            image.convert("L"), (max(image.size),) * 2, color=_paper(image.convert("L"))
        )
    small = np.asarray(grey.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=float) / 255
    return (1 - small if _paper(grey) > 127 else small).reshape(-1)


def _paper(grey: Image.Image) -> int:
    """Return the median brightness of the left and right edges: the paper, not the ink."""
    pixels = np.asarray(grey)
    return int(np.median(np.concatenate([pixels[:, 0], pixels[:, -1]])))
