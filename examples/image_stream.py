"""Track a sentence in images from any source, here a video or a webcam (0) that OpenCV reads.

samwise download samwise_mevis
python examples/image_stream.py samwise_mevis "the bottle" 0
"""

import sys
from collections.abc import Iterator

import cv2
import numpy as np

from samwise_ros import Engine


def read_images(source: str) -> Iterator[np.ndarray]:
    """Yield (H, W, 3) uint8 RGB images of a camera's number or a video."""
    capture = cv2.VideoCapture(int(source) if source.isdecimal() else source)
    while True:
        ok, bgr = capture.read()
        if not ok:
            return
        yield cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)


model, sentence, source = sys.argv[1:]

engine = Engine.from_model(model, device="auto")
engine.track(sentence)
for result in engine.run(read_images(source)):
    (target,) = result.targets
    print(target.state.name, "pixels:", int(target.mask.sum()))
