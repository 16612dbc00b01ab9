"""Save what an engine remembers, and continue in another engine without losing the targets.

python examples/save_and_resume.py table.mp4 memory.samwise "the red mug"
"""

import sys

from samwise_ros import Engine, Frame
from samwise_ros.vision.video_reader import VideoReader

video, memory, *sentences = sys.argv[1:]
with VideoReader(video) as reader:
    frames = [
        Frame(image, "front", stamp_ns=index * 100_000_000) for index, image in enumerate(reader)
    ]
half = len(frames) // 2

engine = Engine.from_model("tabletop", device="auto")
engine.track(*sentences)
for frame in frames[:half]:
    engine.step(frame)
engine.save(memory)
engine.close()

# This could be another process, on another day.
resumed = Engine.from_model("tabletop", device="auto")
resumed.load(memory, cameras=["front"])
for status in resumed.commands:
    print("resumed:", status.command.sentence, status.state.name)
for frame in frames[half:]:
    (result,) = resumed.step(frame)
    print([f"{target.sentence}: {target.state.name}" for target in result.targets])
