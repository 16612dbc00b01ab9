"""The layers of the package, read from its imports."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "samwise_ros"

# Each layer, and the layers of this package that it may import.
ORDER = (
    "files",
    "vision",
    "network",
    "engine",
    "data",
    "evaluation",
    "training",
    "benchmark",
    "cli",
)
ALLOWED = {layer: set(ORDER[: place + 1]) for place, layer in enumerate(ORDER)}
ALLOWED["interface"] = {"files", "vision", "engine", "interface", "msg"}
ALLOWED["ros"] = {"files", "vision", "engine", "interface", "ros", "msg"}
ALLOWED["client"] = {"files", "vision", "engine", "interface", "client", "msg"}
# They start the node as a process and talk to it in its messages.
for speaker in ("benchmark", "cli"):
    ALLOWED[speaker] |= {"interface", "client", "msg"}

MAX_FILES = 14  # in a folder, __init__.py not counted
MAX_LINES = 300

# Packages and the only modules that may import them, so that their changes stay local.
SOLE_IMPORTERS = {
    "sam2": {"network/sam2.py", "network/sam2_build.py"},
    "spacy": {"network/text/verbs.py"},
    "transformers": {"network/text/text_encoder.py"},
}

FORBIDDEN_NAMES = {"utils", "misc", "helpers", "manager", "base", "msg", "srv", "action"}


def imported_names(module: Path, package: Path) -> Iterator[str]:
    """The full dotted names that a module imports, wherever in the file it does."""
    parents = [package.name, *module.relative_to(package).parts[:-1]]
    for node in ast.walk(ast.parse(module.read_text(), filename=str(module))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = parents[: len(parents) - node.level + 1] if node.level else []
            source = [*start, *([node.module] if node.module else [])]
            yield from (".".join([*source, name.name]) for name in node.names)


def violations(package: Path) -> list[str]:
    """One line for each import that the layering forbids."""
    found = []
    for module in sorted(package.rglob("*.py")):
        place = module.relative_to(package).as_posix()
        layer = place.split("/")[0]
        for name in imported_names(module, package):
            top, *rest = name.split(".")
            if top == package.name and rest and rest[0] not in ALLOWED.get(layer, set()):
                found.append(f"{place} imports {name}")
            if top in SOLE_IMPORTERS and place not in SOLE_IMPORTERS[top]:
                allowed = ", ".join(sorted(SOLE_IMPORTERS[top]))
                found.append(f"{place} imports {top}, which only {allowed} may")
    return found


def test_a_module_imports_only_its_own_layer_and_those_below() -> None:
    assert violations(PACKAGE) == []


def test_every_folder_is_a_layer_and_no_name_is_a_catch_all() -> None:
    layers = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert layers <= set(ALLOWED)
    modules = {path.stem for path in PACKAGE.rglob("*.py")}
    assert not (layers | modules) & FORBIDDEN_NAMES


def test_the_package_itself_holds_no_code() -> None:
    assert all(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for node in ast.parse((PACKAGE / "__init__.py").read_text()).body
    )


def test_a_forbidden_import_is_found(tmp_path: Path) -> None:
    package = tmp_path / "samwise_ros"
    sources = {
        "vision/masks.py": "import numpy\nfrom samwise_ros.engine.types import Frame\n",
        "engine/engine.py": "from ..network import samwise\nfrom .types import Frame\n",
        "engine/late.py": "def load():\n    from ..training.trainer import Trainer\n",
        "network/sam2.py": "import sam2.modeling\n",
        "network/prompt.py": "from transformers import AutoModel\n",
        "ros/node.py": "from samwise_ros.msg import Target\nimport samwise_ros.network.samwise\n",
        "cli/main.py": "from samwise_ros import ros\n",
    }
    for place, source in sources.items():
        (package / place).parent.mkdir(parents=True, exist_ok=True)
        (package / place).write_text(source)

    assert violations(package) == [
        "cli/main.py imports samwise_ros.ros",
        "engine/late.py imports samwise_ros.training.trainer.Trainer",
        "network/prompt.py imports transformers, which only network/text/text_encoder.py may",
        "ros/node.py imports samwise_ros.network.samwise",
        "vision/masks.py imports samwise_ros.engine.types.Frame",
    ]
