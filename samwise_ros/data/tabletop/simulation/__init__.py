"""All that needs MuJoCo, the extra ``sim``, and nothing else does."""

import os

# Of Mesa's software renderer: more threads slow small images down; processes use the cores instead.
os.environ.setdefault("LP_NUM_THREADS", "1")
