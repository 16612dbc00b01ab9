"""Random valid images: any encoding, size, byte order and row padding."""

import random

import numpy as np
from image_messages import image
from sensor_msgs.msg import Image

from samwise_ros.vision.encodings import LAYOUTS

PAIRED = ("uyvy", "yuv422", "yuyv", "yuv422_yuy2")  # two pixels share a colour


def random_image(stamp_ns: int, chance: random.Random) -> Image:
    """Return a valid image of a random size, encoding, byte order and padding."""
    encoding = chance.choice(sorted(LAYOUTS))
    layout, big = LAYOUTS[encoding], chance.random() < 0.5
    width, height = chance.randint(3, 700), chance.randint(3, 500)
    width += width % 2 * (encoding in PAIRED)
    item = np.dtype(layout.item).newbyteorder(">" if big else "<")
    shape = (height, width, layout.channels)[: 2 + (layout.channels > 1)]
    noise = np.random.default_rng(chance.randrange(2**32))
    if item.kind == "f":
        pixels = noise.random(shape).astype(item)
    else:
        pixels = noise.integers(0, 256**item.itemsize, shape).astype(item)
    padding = chance.choice((0, 0, 1, 64))
    return image(stamp_ns, pixels, encoding, padding, is_bigendian=int(big))
