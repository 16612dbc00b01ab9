"""Use a trained model from its folder, with other thresholds than the defaults.

python examples/own_model.py runs/kitchen/model kitchen.mp4 "the red mug"
"""

import sys

from samwise_ros import Engine, EngineConfig

folder, video, *sentences = sys.argv[1:]

# `samwise train --out runs/kitchen` writes such a folder; the node takes it as `model:=FOLDER`.
config = EngineConfig(mask_threshold=0.4, lost_after_frames=10)
engine = Engine.from_model(folder, device="auto", config=config)
for name, value in engine.describe().items():
    print(f"{name}: {value}")

engine.track(*sentences)  # warns about words that the model does not know
for result in engine.run(video):
    print([f"{target.sentence}: {target.state.name}" for target in result.targets])
