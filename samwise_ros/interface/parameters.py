"""Every parameter of the node: name, type, default, constraints and description."""

import re
from dataclasses import dataclass, fields
from typing import get_args

from samwise_ros.engine.backend.find_model import DEFAULT_MODEL
from samwise_ros.engine.config import BOUNDS, EngineConfig, Precision
from samwise_ros.interface.parameter_spec import parameter, spec_of
from samwise_ros.vision.overlay import DEFAULT_ALPHA

_TOPIC_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*")
MAX_CAMERA_CHARACTERS = 100  # a topic's full name has at most 247

REMOVED_PARAMETERS = {"mode": "the node is always in online mode; `samwise segment` has clip mode"}
"""Parameters of earlier versions, with the reason why each was removed."""


@dataclass(frozen=True)
class Parameters:
    """Values of all parameters.

    A field's name, type and default are the parameter's. `spec_of` returns its description and
    constraints. The engine's defaults and ranges come from `EngineConfig`.
    """

    cameras: tuple[str, ...] = parameter(
        ("camera",), "Names of the cameras; the topics of a camera begin with its name.", "never"
    )
    image_transport: str = parameter(
        "raw",
        "Image topic: raw is <camera>/image_raw, compressed is <camera>/image_raw/compressed.",
        "unconfigured",
        choices=("raw", "compressed"),
    )
    image_reliability: str = parameter(
        "auto",
        "Reliability of the image subscription; auto is reliable if every publisher is reliable, "
        "else best effort.",
        "unconfigured",
        choices=("auto", "best_effort", "reliable"),
    )
    model: str = parameter(
        DEFAULT_MODEL,
        "Name of a shipped or installed model, or path of a model folder.",
        "unconfigured",
    )
    device: str = parameter(
        "auto",
        "Device of the network: auto, cpu, cuda or cuda:N; auto uses CUDA if there is a GPU.",
        "unconfigured",
    )
    precision: str = parameter(
        "auto",
        "Floating-point format of the network; auto is bfloat16 on CUDA and float32 on the CPU.",
        "unconfigured",
        choices=get_args(Precision),
    )
    threads: int = parameter(
        0,
        "CPU threads of the network; 0 uses OMP_NUM_THREADS if set, else leaves one core free.",
        "unconfigured",
        bounds=(0, 1024),
    )
    autostart: bool = parameter(
        False, "Whether the node configures and activates itself at startup.", "never"
    )
    command: str = parameter(
        "", "Sentence that is added when the node is configured; empty for none.", "unconfigured"
    )
    command_mode: str = parameter(
        "replace",
        "Whether a sentence on ~/command replaces all commands or adds one.",
        "always",
        choices=("replace", "add"),
    )
    stop_phrases: tuple[str, ...] = parameter(
        ("stop", "stop looking", "forget it", "clear"),
        "Sentences that clear all commands; case and trailing punctuation are ignored.",
        "always",
    )
    max_commands: int = parameter(
        EngineConfig.max_commands,
        "Maximum number of active commands.",
        "unconfigured",
        bounds=BOUNDS["max_commands"],
    )
    mask_threshold: float = parameter(
        EngineConfig.mask_threshold,
        "Pixels with a higher probability belong to the mask; 0 and 1 are excluded.",
        "unconfigured",
        bounds=BOUNDS["mask_threshold"],
    )
    min_mask_area: int = parameter(
        EngineConfig.min_mask_area,
        "Minimum mask area of a visible target, in pixels of the camera's image.",
        "unconfigured",
        bounds=BOUNDS["min_mask_area"],
    )
    lost_after_frames: int = parameter(
        EngineConfig.lost_after_frames,
        "A target is LOST after this many frames without a mask on which the object is not in "
        "view either, and in any case after twice as many frames without a mask.",
        "unconfigured",
        bounds=BOUNDS["lost_after_frames"],
    )
    recover_after_frames: int = parameter(
        EngineConfig.recover_after_frames,
        "Number of consecutive frames with the target after which its state is TRACKING.",
        "unconfigured",
        bounds=BOUNDS["recover_after_frames"],
    )
    switch_correction: bool = parameter(
        EngineConfig.switch_correction == "learned",
        "Whether the network can switch to another object that fits the sentence better.",
        "unconfigured",
    )
    switch_max_overlap: float = parameter(
        EngineConfig.switch_max_overlap,
        "A candidate of the network is another object than the one under the mask if it covers "
        "less than this share of the mask, or of itself; see the event CANDIDATE.",
        "unconfigured",
        bounds=BOUNDS["switch_max_overlap"],
    )
    reset_on_time_jump: bool = parameter(
        EngineConfig.reset_on_time_jump,
        "Whether an image with an earlier stamp than the last image restarts the camera's "
        "memories; late images do not (late_tolerance).",
        "unconfigured",
    )
    late_tolerance: float = parameter(
        0.5,
        "Images with an earlier stamp than the last image, by at most this number of seconds, are "
        "late and dropped; with 0, no image is late.",
        "unconfigured",
        bounds=BOUNDS["late_tolerance"],
    )
    max_rate_hz: float = parameter(
        0.0,
        "Maximum number of processed images per second and camera; 0 for no limit.",
        "always",
        bounds=(0.0, 1000.0),
    )
    max_frame_age: float = parameter(
        0.0,
        "Maximum age of an image at the start of processing, in seconds; 0 for no limit.",
        "always",
        bounds=(0.0, 3600.0),
    )
    input_timeout: float = parameter(
        2.0,
        "Time without an image after which the diagnostics warn, in seconds.",
        "always",
        bounds=(0.1, 3600.0),
    )
    use_depth: bool = parameter(
        False, "Whether depth images are used to compute the targets' positions.", "unconfigured"
    )
    depth_transport: str = parameter(
        "raw",
        "raw subscribes to <camera>/depth/image_raw, compressedDepth to the topic below it.",
        "unconfigured",
        choices=("raw", "compressedDepth"),
    )
    rectified: str = parameter(
        "unknown",
        "Whether the image is rectified: true uses P of camera_info, false uses K with the "
        "distortion D; unknown means false, with a warning if D is not zero.",
        "unconfigured",
        choices=("unknown", "true", "false"),
    )
    depth_range: tuple[float, ...] = parameter(
        (0.1, 10.0), "Minimum and maximum valid depth, in metres.", "unconfigured"
    )
    target_frame: str = parameter(
        "",
        "tf frame of the target's pose, looked up at the image's stamp; empty for the image's "
        "optical frame.",
        "unconfigured",
    )
    publish_tf: bool = parameter(
        False,
        "Whether to also publish the target's pose as the tf frame <camera>_target.",
        "unconfigured",
    )
    memory_path: str = parameter(
        "",
        "File that ~/save_memory writes and ~/load_memory reads; empty for none.",
        "unconfigured",
    )
    save_memory_on_deactivate: bool = parameter(
        False,
        "Whether commands and memories are saved to memory_path on deactivation and shutdown, and "
        "loaded on configuration.",
        "unconfigured",
    )
    overlay_alpha: float = parameter(
        DEFAULT_ALPHA,
        "Opacity of the masks on the overlay; 0 draws outlines only.",
        "always",
        bounds=(0.0, 1.0),
    )
    diagnostics_period: float = parameter(
        1.0, "Period of the diagnostics messages, in seconds.", "never", bounds=(0.1, 60.0)
    )

    def engine_config(self) -> EngineConfig:
        """Return the engine's configuration.

        Raises:
            ValueError: a value is outside its range.
        """
        shared = {
            own.name: getattr(self, own.name) for own in fields(EngineConfig) if own.name in _NAMES
        }
        correction = "learned" if self.switch_correction else "never"
        return EngineConfig(**{**shared, "switch_correction": correction})

    def is_rectified(self) -> bool | None:
        """Return whether the image is rectified; ``None`` if that is unknown."""
        return {"true": True, "false": False}.get(self.rectified)

    def check(self) -> None:
        """Check the values against everything that types and ranges do not cover.

        Raises:
            ValueError: naming the parameter, what was expected and what was given.
        """
        for own in fields(self):
            value, choices = getattr(self, own.name), spec_of(own).choices
            if choices and value not in choices:
                raise ValueError(f"{own.name}: expected {' or '.join(choices)}, got {value!r}")
            if value is None:
                raise ValueError(f"{own.name}: expected a value, got none")
        self._check_cameras()
        kind, _, index = self.device.partition(":")
        if kind not in ("auto", "cpu", "cuda") or (":" in self.device and not index.isdecimal()):
            raise ValueError(f"device: expected auto, cpu, cuda or cuda:N, got {self.device!r}")
        if not self.model:
            raise ValueError("model: expected a model's name or folder, got ''")
        if len(self.depth_range) != 2 or not 0.0 < self.depth_range[0] < self.depth_range[1]:
            raise ValueError(
                "depth_range: expected two numbers, 0 < nearest < farthest, "
                f"got {list(self.depth_range)}"
            )
        self.engine_config()

    def _check_cameras(self) -> None:
        if not self.cameras or len(set(self.cameras)) < len(self.cameras):
            raise ValueError(
                f"cameras: expected one or more different names, got {list(self.cameras)}"
            )
        for camera in self.cameras:
            if problem := camera_name_problem(camera):
                raise ValueError(f"cameras: {problem}")


def camera_name_problem(name: str) -> str | None:
    """Return what is wrong with a camera's name, which begins its topics.

    >>> camera_name_problem("arm/wrist")
    >>> camera_name_problem("/front").startswith("expected a name of letters, digits and")
    True
    """
    if _TOPIC_NAME.fullmatch(name) and len(name) <= MAX_CAMERA_CHARACTERS:
        return None
    return (
        "expected a name of letters, digits and underscores such as 'front' or 'arm/wrist', at "
        f"most {MAX_CAMERA_CHARACTERS} characters, got {name[: MAX_CAMERA_CHARACTERS + 1]!r}"
    )


_NAMES = {own.name for own in fields(Parameters)}
