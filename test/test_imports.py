"""The structure of the package: layers, import circles, and sizes of folders and files."""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import samwise_ros

PACKAGE = Path(__file__).parents[1] / "samwise_ros"

# Each layer, and what it may import of this package. Every module may import the exceptions.
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
ALLOWED["ros"] = {"files", "vision", "engine", "interface", "ros", "msg", "action"}
ALLOWED["client"] = {"files", "vision", "engine", "interface", "client", "msg", "action"}
# The processes of the simulated robot know the world, and the node only by its messages.
ALLOWED["sim"] = {"files", "vision", "data", "interface", "client", "sim", "msg"}
# They start the node as a process and exchange messages with it.
for layer in ("benchmark", "cli"):
    ALLOWED[layer] |= {"interface", "client", "msg", "action"}
ALLOWED["cli"].add("sim")
# The package exports the public Python API, on first use.
ALLOWED["__init__.py"] = {"engine", "client"}
ALLOWED["errors.py"] = ALLOWED["words.py"] = set()
for layer in ALLOWED:
    ALLOWED[layer] |= {"errors", "words"}

# A layer, a layer below it, and the only folder of the first that may import the second.
SOLE_FOLDERS = {"engine": ("network", "engine/backend")}

MAX_FILES = 14  # in a folder, __init__.py not counted
MAX_LINES = 300

# Packages and the only modules that may import them, so that a new version affects few files.
SOLE_IMPORTERS = {
    "mujoco": {
        "data/tabletop/simulation/physics.py",
        "data/tabletop/simulation/renderer.py",
        "sim/kinematics.py",
        "sim/messages.py",
        "sim/physics.py",
        "sim/so101.py",
        "sim/so101_meshes.py",
    },
    "OpenGL": {"data/tabletop/simulation/renderer.py"},
    "sam2": {"network/sam2.py", "network/sam2_build.py"},
    "spacy": {"network/text/verbs.py"},
    "transformers": {"network/text/text_encoder.py"},
}

FORBIDDEN_NAMES = {"utils", "misc", "helpers", "manager", "base", "msg", "srv", "action"}


def imported_names(module: Path, package: Path) -> Iterator[str]:
    """Yield the full dotted names that a module imports, at any level of the file."""
    parents = [package.name, *module.relative_to(package).parts[:-1]]
    for node in ast.walk(ast.parse(module.read_text(), filename=str(module))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = parents[: len(parents) - node.level + 1] if node.level else []
            source = [*start, *([node.module] if node.module else [])]
            yield from (".".join([*source, name.name]) for name in node.names)


def violations(package: Path) -> list[str]:
    """Return one line for each import that the layers forbid."""
    found = []
    for module in sorted(package.rglob("*.py")):
        place = module.relative_to(package).as_posix()
        layer = place.split("/")[0]
        restricted, folder = SOLE_FOLDERS.get(layer, ("", ""))
        for name in imported_names(module, package):
            top, *rest = name.split(".")
            if top == package.name and rest:
                if rest[0] not in ALLOWED.get(layer, set()):
                    found.append(f"{place} imports {name}")
                elif rest[0] == restricted and not place.startswith(f"{folder}/"):
                    found.append(f"{place} imports {name}, which only {folder} may")
            if top in SOLE_IMPORTERS and place not in SOLE_IMPORTERS[top]:
                allowed = ", ".join(sorted(SOLE_IMPORTERS[top]))
                found.append(f"{place} imports {top}, which only {allowed} may")
    return found


def import_circles(package: Path) -> list[list[str]]:
    """Return the sets of modules that import each other, directly or through others."""
    names = {}
    for module in package.rglob("*.py"):
        parts = module.relative_to(package.parent).with_suffix("").parts
        names[".".join(parts).removesuffix(".__init__")] = module
    imports = {
        name: {
            target if target in names else target.rpartition(".")[0]
            for target in imported_names(module, package)
        }
        & names.keys() - {name}
        for name, module in names.items()
        if name != package.name  # its exports are imported on first use
    }

    def reachable(name: str) -> set[str]:
        found: set[str] = set()
        remaining = [name]
        while remaining:
            new = imports.get(remaining.pop(), set()) - found
            found |= new
            remaining += new
        return found

    reached = {name: reachable(name) for name in imports}
    circles = {
        tuple(sorted(other for other in reached[name] if name in reached.get(other, set())))
        for name in imports
        if name in reached[name]
    }
    return sorted(map(list, circles))


def oversized(package: Path) -> list[str]:
    """Return one line for each folder with too many files and each file with too many lines."""
    modules = sorted(package.rglob("*.py"))
    files = Counter(module.parent for module in modules if module.name != "__init__.py")
    lines = {module: len(module.read_text().splitlines()) for module in modules}
    return [
        *(f"{path.relative_to(package)}: {n} files" for path, n in files.items() if n > MAX_FILES),
        *(f"{path.relative_to(package)}: {n} lines" for path, n in lines.items() if n >= MAX_LINES),
    ]


def test_modules_import_only_lower_layers() -> None:
    assert violations(PACKAGE) == []


def test_folders_are_layers_and_no_name_is_a_catch_all() -> None:
    layers = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert layers <= set(ALLOWED)
    modules = {path.stem for path in PACKAGE.rglob("*.py")}
    assert not (layers | modules) & FORBIDDEN_NAMES


def test_modules_do_not_import_each_other_in_circles() -> None:
    assert import_circles(PACKAGE) == []


def test_folders_and_files_are_small() -> None:
    assert oversized(PACKAGE) == []


def test_package_import_is_light_and_exports_are_lazy() -> None:
    script = (
        "import sys, samwise_ros as package\n"
        "assert not {'numpy', 'torch', 'cv2'} & sys.modules.keys()\n"
        "assert set(package.__all__) <= set(dir(package))\n"
        "package.Frame, package.EngineConfig, package.SamwiseError\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    assert {name for name in samwise_ros.__all__ if not hasattr(samwise_ros, name)} == set()
    assert not hasattr(samwise_ros, "Missing")


def _write(package: Path, sources: dict[str, str]) -> None:
    for place, source in sources.items():
        (package / place).parent.mkdir(parents=True, exist_ok=True)
        (package / place).write_text(source)


def test_forbidden_imports_are_found(tmp_path: Path) -> None:
    package = tmp_path / "samwise_ros"
    sources = {
        "vision/masks.py": "import numpy\nfrom samwise_ros.engine.types import Frame\n",
        "vision/video.py": "from samwise_ros.errors import SamwiseError\n",
        "engine/engine.py": "from ..network import samwise\nfrom .types import Frame\n",
        "engine/backend/device.py": "from samwise_ros.network import samwise\n",
        "engine/late.py": "def load():\n    from ..training.trainer import Trainer\n",
        "network/sam2.py": "import sam2.modeling\n",
        "network/prompt.py": "from transformers import AutoModel\n",
        "ros/node.py": "from samwise_ros.msg import Target\nimport samwise_ros.network.samwise\n",
        "cli/main.py": "from samwise_ros import ros\n",
    }
    _write(package, sources)

    assert violations(package) == [
        "cli/main.py imports samwise_ros.ros",
        "engine/engine.py imports samwise_ros.network.samwise, which only engine/backend may",
        "engine/late.py imports samwise_ros.training.trainer.Trainer",
        "network/prompt.py imports transformers, which only network/text/text_encoder.py may",
        "ros/node.py imports samwise_ros.network.samwise",
        "vision/masks.py imports samwise_ros.engine.types.Frame",
    ]


def test_circles_and_sizes_are_found(tmp_path: Path) -> None:
    package = tmp_path / "samwise_ros"
    sources = {f"data/part_{index}.py": "" for index in range(MAX_FILES)}
    sources["data/first.py"] = "def load():\n    from .second import x\n"
    sources["data/second.py"] = "from samwise_ros.data import third\n"
    sources["data/third.py"] = "import samwise_ros.data.first\n" + "\n" * (MAX_LINES - 1)
    _write(package, sources)

    names = [f"samwise_ros.data.{name}" for name in ("first", "second", "third")]
    assert import_circles(package) == [names]
    assert oversized(package) == [
        f"data: {MAX_FILES + 3} files",
        f"data/third.py: {MAX_LINES} lines",
    ]
