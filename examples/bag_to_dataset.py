"""Turn a bag's images into a data set in the format of MeViS, with the model's masks as labels.

python examples/bag_to_dataset.py drive.mcap dataset "the red mug" "the blue ball"
samwise data check mevis:dataset
"""

import json
import sys
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from samwise_ros import Engine, Frame
from samwise_ros.cli.bag.input import BagInput
from samwise_ros.cli.bag.messages import message_types
from samwise_ros.data.rle import encode
from samwise_ros.vision.image_writer import write_image

bag, folder, *sentences = sys.argv[1:]
split = Path(folder) / "train"
names: list[str] = []
masks: dict[str, list[dict[str, object] | None]] = defaultdict(list)

engine = Engine.from_model("tabletop", device="auto")
engine.track(*sentences)
with closing(BagInput(Path(bag), None, message_types())) as source:  # its only image topic
    for message in source.messages([]):
        _, image = source.image(message)
        for result in engine.step(Frame(image, stamp_ns=message.time_ns)):
            names.append(f"{len(names):05d}")
            write_image(split / "JPEGImages" / "bag" / f"{names[-1]}.jpg", image)
            for target in result.targets:
                masks[str(target.label - 1)].append(encode(target.mask) if target.box else None)
expressions = {
    str(number): {"exp": sentence, "obj_id": [number], "anno_id": [number]}
    for number, sentence in enumerate(sentences)
}
videos = {"bag": {"frames": names, "expressions": expressions}}
(split / "meta_expressions.json").write_text(json.dumps({"videos": videos}))
(split / "mask_dict.json").write_text(json.dumps(masks))
