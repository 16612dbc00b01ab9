"""Which folder a model's name stands for."""

import pwd
from pathlib import Path

import pytest

from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.network.checkpoints.model_home import (
    SHIPPED,
    data_home,
    find_model,
    installed_folder,
)

NAME = "samwise_mevis"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("SAMWISE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_home_follows_environment_then_xdg_then_the_user(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert data_home() == home / ".cache" / "samwise_ros"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # invalid, says the XDG specification
    assert data_home() == home / ".cache" / "samwise_ros"
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert data_home() == Path("/xdg/samwise_ros")
    monkeypatch.setenv("SAMWISE_HOME", "mine")
    assert data_home() == home / "mine"


def test_home_is_that_of_the_user_database_without_a_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HOME")
    assert data_home().is_absolute()


def test_user_without_a_home_still_finds_shipped_models_and_paths(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_: int) -> None:
        raise KeyError

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert find_model("tabletop") == SHIPPED / "tabletop"
    assert find_model(str(home)) == home
    with pytest.raises(CheckpointError, match="set SAMWISE_HOME"):
        data_home()


def test_shipped_name_comes_before_installed_name_before_path(home: Path) -> None:
    for parent in (home / ".cache" / "samwise_ros" / "models", home):
        for name in ("tabletop", NAME, "mine"):
            (parent / name).mkdir(parents=True)
    assert find_model("tabletop") == SHIPPED / "tabletop"
    assert find_model(NAME) == installed_folder(NAME)
    assert find_model(f"./{NAME}") == Path(NAME)
    assert find_model("mine") == installed_folder("mine")


def test_released_model_that_is_not_installed_names_the_command() -> None:
    with pytest.raises(CheckpointError, match=f"install it with `samwise download {NAME}`"):
        load_model(NAME)


def test_unknown_model_lists_the_known_ones() -> None:
    known = r"one of samwise_mevis, .*, tabletop, tabletop_3d; .* convert"
    with pytest.raises(CheckpointError, match=known):
        load_model("base_plus")
    with pytest.raises(CheckpointError, match="/nowhere/at/all: no such model folder"):
        load_model("/nowhere/at/all")
    with pytest.raises(CheckpointError, match="no such model folder"):
        load_model("")
