"""The table of parameters, the file of defaults and the engine's configuration agree."""

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
import yaml
from rclpy.parameter import Parameter

from samwise_ros.engine.config import EngineConfig
from samwise_ros.interface.parameters import Parameters, check_change, descriptor

DEFAULTS = Path(__file__).parents[3] / "config" / "samwise.yaml"


def test_the_file_holds_every_parameter_at_its_default() -> None:
    given = yaml.safe_load(DEFAULTS.read_text())["/**"]["ros__parameters"]
    table = {
        own.name: list(own.default) if isinstance(own.default, tuple) else own.default
        for own in fields(Parameters)
    }
    assert given == table
    assert {name: type(value) for name, value in given.items()} == {
        name: type(value) for name, value in table.items()
    }


def test_the_file_says_what_the_table_says() -> None:
    text = " ".join(DEFAULTS.read_text().replace("#", " ").split())
    for own in fields(Parameters):
        assert own.metadata["description"] in text, own.name


def test_the_engine_gets_its_own_defaults() -> None:
    assert Parameters().engine_config() == EngineConfig()


def test_the_correction_is_the_networks_or_nobodys() -> None:
    decider = {on: Parameters(switch_correction=on).engine_config() for on in (True, False)}
    assert decider[True].switch_correction == "learned"
    assert decider[False].switch_correction == "never"


def test_descriptors_say_range_choices_and_when_they_change() -> None:
    assert descriptor("cameras").read_only
    assert not descriptor("model").read_only
    assert "unconfigured" in descriptor("model").description
    assert descriptor("mode").additional_constraints == "one of online, clip"
    assert descriptor("max_commands").integer_range[0].to_value == 254
    assert descriptor("overlay_alpha").floating_point_range[0].to_value == 1.0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"mode": "offline"}, "mode: expected online or clip, got 'offline'"),
        ({"cameras": ()}, "cameras: expected one or more different names, got []"),
        ({"cameras": ("left", "left")}, "cameras: expected one or more different names"),
        ({"cameras": ("no name",)}, "cameras: 'no name' cannot begin a topic"),
        ({"device": "gpu"}, "device: expected auto, cpu, cuda or cuda:N, got 'gpu'"),
        ({"device": "cuda:x"}, "device: expected"),
        ({"model": ""}, "model: expected"),
        ({"mask_threshold": 1.0}, "mask_threshold: expected a number between 0 and 1"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(
    changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        replace(Parameters(), **changes).check()


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:1"])
def test_devices_that_fit(device: str) -> None:
    replace(Parameters(), device=device).check()


def test_the_model_changes_only_while_it_is_not_in_use() -> None:
    change = [Parameter("model", value="another")]
    refused = check_change(Parameters(), change, configured=True)
    assert not refused.successful
    assert "clean the node up first" in refused.reason
    assert check_change(Parameters(), change, configured=False).successful
    assert check_change(Parameters(), [Parameter("max_rate_hz", value=3.0)], True).successful
    assert check_change(Parameters(), [Parameter("use_sim_time", value=True)], True).successful
