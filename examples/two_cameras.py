"""Track commands with own ids on two cameras, and print the events of both.

python examples/two_cameras.py front.mp4 wrist.mp4
"""

import sys

from samwise_ros import Command, Engine, EngineConfig, EventKind, Frame
from samwise_ros.vision.video_reader import VideoReader

front, wrist = (VideoReader(path) for path in sys.argv[1:])

engine = Engine.from_model("tabletop", config=EngineConfig(recover_after_frames=3))
commands = [
    Command("mug", "the red mug"),  # on both cameras
    Command("moving", "the ball that moves left", cameras=("front",)),
    Command("empty", "?!"),
]
for command in commands:
    for event in engine.add(command):
        if event.kind is EventKind.REJECTED:
            print("rejected:", event.command.id, event.reason)

for index, (front_image, wrist_image) in enumerate(zip(front, wrist, strict=False)):
    for camera, image in (("front", front_image), ("wrist", wrist_image)):
        (result,) = engine.step(Frame(image, camera, stamp_ns=index * 100_000_000))
        for event in result.events:
            print(f"{event.stamp_ns / 1e9:.1f} s", camera, event.command.id, event.kind.name)
