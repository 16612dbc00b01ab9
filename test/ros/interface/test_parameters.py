"""The parameters' declaration, the file of defaults and the engine's configuration agree."""

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
import yaml
from rclpy.parameter import Parameter

from samwise_ros.engine.config import EngineConfig
from samwise_ros.interface.parameter_spec import spec_of
from samwise_ros.interface.parameters import Parameters
from samwise_ros.ros.parameters import check_change, parameter_descriptor

DEFAULTS = Path(__file__).parents[3] / "config" / "samwise.yaml"


def test_file_has_every_parameter_at_its_default() -> None:
    values = yaml.safe_load(DEFAULTS.read_text())["/**"]["ros__parameters"]
    table = {
        own.name: list(own.default) if isinstance(own.default, tuple) else own.default
        for own in fields(Parameters)
    }
    assert values == table
    assert {name: type(value) for name, value in values.items()} == {
        name: type(value) for name, value in table.items()
    }


def test_file_has_every_description() -> None:
    text = " ".join(DEFAULTS.read_text().replace("#", " ").split())
    for own in fields(Parameters):
        assert spec_of(own).description in text, own.name


def test_defaults_are_the_engines_defaults_except_late_images() -> None:
    """Files restart at zero, so that the engine itself knows no late frames."""
    assert Parameters().engine_config() == EngineConfig(late_tolerance=0.5)


def test_switch_correction_is_learned_or_never() -> None:
    configs = {on: Parameters(switch_correction=on).engine_config() for on in (True, False)}
    assert configs[True].switch_correction == "learned"
    assert configs[False].switch_correction == "never"


def test_descriptors_have_range_choices_and_time_of_change() -> None:
    assert parameter_descriptor("cameras").read_only
    assert not parameter_descriptor("model").read_only
    assert "unconfigured" in parameter_descriptor("model").description
    assert parameter_descriptor("command_mode").additional_constraints == "one of replace, add"
    assert parameter_descriptor("max_commands").integer_range[0].to_value == 254
    assert parameter_descriptor("overlay_alpha").floating_point_range[0].to_value == 1.0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"command_mode": "shout"}, "command_mode: expected replace or add, got 'shout'"),
        ({"cameras": ()}, "cameras: expected one or more different names, got []"),
        ({"cameras": ("left", "left")}, "cameras: expected one or more different names"),
        ({"cameras": ("no name",)}, "got 'no name'"),
        ({"cameras": ("/left",)}, "got '/left'"),
        ({"cameras": ("1st",)}, "got '1st'"),
        ({"device": "gpu"}, "device: expected auto, cpu, cuda or cuda:N, got 'gpu'"),
        ({"device": "cuda:x"}, "device: expected"),
        ({"model": ""}, "model: expected"),
        ({"mask_threshold": 1.0}, "mask_threshold: expected a number above 0 and below 1, got 1"),
        ({"lost_after_frames": 0}, "lost_after_frames: expected 1 to 100000, got 0"),
    ],
)
def test_invalid_value_is_rejected_with_the_reason(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        replace(Parameters(), **changes).check()


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:1"])
def test_valid_devices(device: str) -> None:
    replace(Parameters(), device=device).check()


def test_model_changes_only_while_unconfigured() -> None:
    change = [Parameter("model", value="another")]
    result = check_change(Parameters(), change, configured=True)
    assert not result.successful
    assert "clean up the node first" in result.reason
    assert check_change(Parameters(), change, configured=False).successful
    assert check_change(Parameters(), [Parameter("max_rate_hz", value=3.0)], True).successful
    assert check_change(Parameters(), [Parameter("use_sim_time", value=True)], True).successful
