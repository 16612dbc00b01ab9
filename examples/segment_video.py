"""Track sentences in a video and write a copy with the masks drawn in.

python examples/segment_video.py table.mp4 out.mp4 "the red mug" "the ball that moves left"
"""

import sys

from samwise_ros import Engine
from samwise_ros.engine.overlay import draw_targets
from samwise_ros.vision.video_writer import VideoWriter

video, output, *sentences = sys.argv[1:]

engine = Engine.from_model("tabletop", device="auto")
engine.track(*sentences)
with VideoWriter(output, fps=10) as writer:
    for result in engine.run(video):
        for target in result.targets:
            print(target.sentence, target.state.name, f"{target.score:.2f}", target.box)
        writer.write(draw_targets(result.frame.image, result.targets))
