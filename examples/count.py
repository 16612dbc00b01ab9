"""Count how often, and on how many frames, each described object appears in a video.

python examples/count.py table.mp4 "the red mug" "the blue ball"
"""

import sys
from collections import Counter

from samwise_ros import Engine, EventKind

video, *sentences = sys.argv[1:]

engine = Engine.from_model("tabletop", device="auto")
engine.track(*sentences)
appearances: Counter[str] = Counter()
visible: Counter[str] = Counter()
frames = 0
for result in engine.run(video):
    frames += 1
    visible.update(target.sentence for target in result.targets if target.box is not None)
    for event in result.events:
        if event.kind in (EventKind.ACQUIRED, EventKind.RECOVERED):
            appearances[event.command.sentence] += 1

for sentence in sentences:
    print(f"{sentence}: appeared {appearances[sentence]} times,", end=" ")
    print(f"visible on {visible[sentence]} of {frames} frames")
