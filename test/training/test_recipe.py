"""Shipped recipes, and errors in recipes."""

from pathlib import Path

import pytest

from samwise_ros.network.presets import preset
from samwise_ros.training.recipe import LossWeights, OptimizerSettings, Recipe, Stage

SHIPPED = sorted((Path(__file__).parents[2] / "recipes").glob("*.yaml"))
STAGE = "{name: a, task: sentences, steps: 1, batch: 1}"


def _read(tmp_path: Path, text: str) -> Recipe:
    path = tmp_path / "recipe.yaml"
    path.write_text(text)
    return Recipe.read(path)


def test_tabletop_recipe_trains_the_shipped_network():
    recipe = Recipe.read(next(path for path in SHIPPED if path.stem == "tabletop"))
    assert recipe.preset is not None
    assert preset(recipe.preset).image_size == 128
    assert (recipe.optimizer.name, recipe.losses.focal) == ("adamw", 20)
    assert "sam" not in recipe.stages[-1].trained


def test_defaults_are_the_published_settings(tmp_path):
    recipe = _read(tmp_path, f"seed: 1\nstages: [{STAGE}]")
    assert recipe.preset is None
    assert recipe.optimizer == OptimizerSettings("adam", (0.9, 0.999), 0.0, "constant")
    assert recipe.losses == LossWeights(1.0, 0.25, 1.0, 0.0, 1.0, "clip")
    assert recipe.stages[0].trained == ("cmt_adapters", "prompt", "conditional_memory_encoder")


def test_every_shipped_recipe_is_valid():
    recipes = {path.stem: Recipe.read(path) for path in SHIPPED}
    refcoco = recipes["refcoco"]
    assert (refcoco.stages[0].frames, refcoco.stages[0].epochs) == (1, 6)
    assert (refcoco.stages[0].learning_rate, refcoco.stages[0].gradient_norm) == (1e-4, 0.1)
    for name, epochs in (("ref_youtube_vos", 4), ("mevis", 1)):
        (clips,) = recipes[name].stages
        assert (clips.frames, clips.learning_rate, clips.epochs) == (8, 1e-5, epochs)
        assert clips.causal_share == 0
    assert recipes["causal"].stages[0].causal_share == 1


def test_nested_settings_are_read(tmp_path):
    recipe = _read(
        tmp_path,
        f"seed: 1\nprecision: bfloat16\nlosses: {{focal: 2}}\n"
        f"data: painted:train\nevaluate: {{every: 5, data: 'painted:val'}}\nstages: [{STAGE}]",
    )
    assert recipe.losses.focal == 2
    assert recipe.evaluate.videos == 20
    assert recipe.data == ("painted:train",)
    assert recipe.precision == "bfloat16"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("preset: tabletop\nseed: 1\nstages: []", "at least one"),
        (f"preset: giant\nseed: 1\nstages: [{STAGE}]", "unknown preset"),
        (f"seed: 1\nspeed: 9\nstages: [{STAGE}]", "unknown settings in the recipe: speed"),
        (f"stages: [{STAGE}]", "the recipe: missing settings: seed"),
        (f"seed: one\nstages: [{STAGE}]", "seed: expected int, got 'one'"),
        (f"seed: 1\nprecision: half\nstages: [{STAGE}]", "precision: expected float32 or"),
        (f"seed: 1\nlosses: {{over: all}}\nstages: [{STAGE}]", "losses: over: expected clip"),
        (f"seed: 1\nlosses: 3\nstages: [{STAGE}]", "losses: expected a mapping of settings"),
        (f"seed: 1\nlosses: {{dice: -1}}\nstages: [{STAGE}]", "dice: expected 0 or more"),
        (f"seed: 1\noptimizer: {{betas: [1, 2]}}\nstages: [{STAGE}]", "betas: expected two"),
        (f"seed: 1\nevaluate: {{every: 0}}\nstages: [{STAGE}]", "every: expected 1"),
        (f"seed: 1\ndata: 5\nstages: [{STAGE}]", "data: expected FORMAT:DIR:SPLIT"),
        ("seed: 1\nstages: 5", "stages: expected a list"),
        (f"seed: 1\nstages: [{STAGE}, {STAGE}]", "different names"),
        ("seed: 1\nstages: [{name: a, task: dance, steps: 1}]", "dance"),
        ("seed: 1\nstages: [{name: a, task: words, steps: 0}]", "either steps or epochs"),
        ("seed: 1\nstages: [{name: a, task: words, steps: 1, epochs: 1}]", "either steps or"),
        ("seed: 1\nstages: [{name: a, task: words, steps: 1, batch: 3, accumulate: 2}]", "divisor"),
        ("seed: 1\nstages: [{name: a, colour: red}]", "colour"),
        (
            "seed: 1\nstages: [{name: a, task: words, steps: 1, learning_rate: 1e-5}]",
            "learning_rate: expected float, got '1e-5'; .* write 1.0e-5",
        ),
        ("seed: 1\nstages: [{name: a, task: words, steps: 1, causal_share: 2}]", "0 to 1, got 2"),
        ("seed: 1\nstages: [{name: a, task: objects, steps: 1}]", "name_objects: expected more"),
        (f"seed: 1\noptimizer: {{betas: 0.9}}\nstages: [{STAGE}]", "betas: expected a list"),
        (f"seed: 1\noptimizer: {{weight_decay: -1}}\nstages: [{STAGE}]", "weight_decay: expected"),
        (f"seed: 1\nevaluate: {{data: 5}}\nstages: [{STAGE}]", "data: expected str or null, got 5"),
        ("seed: 1\nstages: [{name: a, task: words, steps: 1, train: sam}]", "a list of str"),
        ("seed: 1\nstages: [{name: a, task: words, steps: 1, video_frames: 8}]", "a list of int"),
        ("seed: 1\nstages: [{name: a, task: words, steps: 1, video_frames: [8.5]}]", "list of int"),
        ("seed: 1\nstages: [{name: a, task: words, steps: 1, gradient_norm: 0}]", "1e-06 or more"),
        ("seed: 1\nstages: [{name: a, task: words, steps: 1, learning_rate: .inf}]", "got inf"),
        ("seed: 1\nstages: [{name: a, task: words, steps: 1, warmup: -1}]", "warmup: expected 0"),
        ("- nothing", "recipe.yaml"),
        ("{", "recipe.yaml"),
    ],
)
def test_invalid_recipe_raises(tmp_path, text, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        _read(tmp_path, text)
    assert "recipe.yaml" in str(caught.value)


def test_trained_modules_have_the_networks_names():
    assert Stage("a", "prompted", steps=1).trained == ("sam",)
    assert Stage("a", "prompted", steps=1, train=("sam.memory_attention",)).trained == (
        "sam.memory_attention",
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("stages: " + "[" * 100_000, "expected YAML: values are nested deeper than 50 levels"),
        ("\n".join(" " * depth + "a:" for depth in range(60)), "expected YAML: values are nested"),
        ("a: &a [*a]", "expected YAML without an alias inside the value that it stands for"),
        (
            "a0: &a0 [x]\n"
            + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)),
            "expected at most 100000 values, got",
        ),
        ("seed: !!timestamp x", "expected YAML: "),
        ("seed: " + "1" * 5000, "Exceeds the limit"),
        ("#" * 300_000, "expected at most 262144 characters of YAML, got 300000"),
        (
            "{seed: 1, stages: [{name: ../x, task: words, steps: 1}]}",
            "stage '../x': name: expected",
        ),
    ],
    ids=["deep", "indented", "cycle", "doubled", "tag", "digits", "long", "name"],
)
def test_a_harmful_recipe_is_refused_with_its_file(tmp_path, text, reason):
    with pytest.raises(ValueError, match=r"recipe\.yaml: ") as caught:
        _read(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path}/recipe.yaml: {reason}")
