"""All that needs MuJoCo, the extra ``sim``, and nothing else does."""

import os

# MuJoCo reads the first variable when it is imported, Mesa the second when it starts.
os.environ.setdefault("MUJOCO_GL", "egl")
# More threads slow small images down; several processes use the cores instead.
os.environ.setdefault("LP_NUM_THREADS", "1")
