"""The node's parameters and topics that follow from launch arguments.

The launch process imports this module: it must not import torch or launch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samwise_ros.engine.backend.find_model import DEFAULT_MODEL
from samwise_ros.ros.launch import checks
from samwise_ros.ros.launch.parameter_file import full_name, read_parameters
from samwise_ros.ros.launch.rviz_config import default_fixed_frame

#: Stands for each camera's name in topic arguments.
PLACEHOLDER = "CAMERA"
#: Arguments that name topics, and the node's own names of these topics.
TOPICS = {
    "image": "image_raw",
    "depth_image": "depth/image_raw",
    "camera_info": "camera_info",
}
#: What image transports append to these topics.
TRANSPORTS = {"image": "/compressed", "depth_image": "/compressedDepth"}
#: Arguments that override the parameter of the same name if they are not empty.
TEXTS = ("model", "device", "command", "image_transport", "depth_transport", "target_frame")
#: Likewise for arguments that are true or false, and their parameters.
SWITCHES = {
    "autostart": "autostart",
    "depth": "use_depth",
    "publish_tf": "publish_tf",
    "use_sim_time": "use_sim_time",
}
TRUE, FALSE = ("true", "True", "1"), ("false", "False", "0")
# Packages that parameters need together with use_depth.
_TF_PACKAGES = {"target_frame": "tf2_ros", "publish_tf": "tf2_msgs"}


@dataclass(frozen=True)
class LaunchSettings:
    """The launch arguments, together with the parameter file.

    Attributes:
        arguments: the launch arguments by name.
        overrides: the node's parameters that arguments set.
        parameters: the parameters of the file, with these overrides.
        remapped_cameras: names of the cameras whose topics are remapped.
    """

    arguments: Mapping[str, str]
    overrides: Mapping[str, Any]
    parameters: Mapping[str, Any]
    remapped_cameras: Sequence[str]

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> "LaunchSettings":
        """Read the parameter file and apply the arguments.

        Raises:
            LaunchError: the parameter file cannot be read.
        """
        file = whole_path(arguments["params_file"])
        checks.raise_for([checks.file_problem("params_file", file)])
        overrides: dict[str, Any] = {name: arguments[name] for name in TEXTS if arguments[name]}
        if overrides.get("model", "").startswith("~"):
            overrides["model"] = str(whole_path(overrides["model"]))
        for name, parameter in SWITCHES.items():
            if arguments[name]:
                overrides[parameter] = arguments[name] in TRUE
        if arguments["memory"]:
            overrides["memory_path"] = str(whole_path(arguments["memory"]))
            overrides["save_memory_on_deactivate"] = True
        cameras = [name.strip() for name in arguments["cameras"].split(",") if name.strip()]
        if cameras:
            overrides["cameras"] = cameras
        parameters = {**read_parameters(file, arguments["namespace"]), **overrides}
        return cls(arguments, overrides, parameters, cameras or ["camera"])

    @property
    def node(self) -> str:
        """Full name of the node."""
        return full_name(self.arguments["namespace"])

    @property
    def rviz(self) -> bool:
        """Whether to start rviz."""
        return self.arguments["rviz"] in TRUE

    @property
    def cameras(self) -> Sequence[str]:
        """Names of all cameras."""
        return [str(name) for name in self.parameters.get("cameras") or ["camera"]]

    @property
    def fixed_frame(self) -> str:
        """Fixed frame of rviz."""
        target_frame = str(self.parameters.get("target_frame") or "")
        return self.arguments["fixed_frame"] or default_fixed_frame(target_frame, self.cameras)

    def remaps(self) -> list[tuple[str, str]]:
        """Return pairs of a topic name of the node and the name that replaces it."""
        return [
            (f"{camera}/{topic}{end}", named.replace(PLACEHOLDER, camera) + end)
            for argument, topic in TOPICS.items()
            for camera in self.remapped_cameras
            for named in (self.arguments[argument],)
            for end in dict.fromkeys(("", TRANSPORTS.get(argument, "")))
        ]

    def check(self) -> None:
        """Look for everything that the node and rviz need.

        Raises:
            LaunchError: naming all that is missing.
        """
        model = str(self.parameters.get("model") or DEFAULT_MODEL)
        memory = self.parameters.get("memory_path")
        rviz = checks.package_problem("rviz2", "rviz:=true", "rviz2") if self.rviz else None
        checks.raise_for(
            [
                checks.model_problem("model", model),
                checks.memory_problem("memory", Path(memory)) if memory else None,
                *(self._topic_problem(argument) for argument in TOPICS),
                *(self._tf_problem(name, package) for name, package in _TF_PACKAGES.items()),
                rviz,
            ]
        )

    def _topic_problem(self, argument: str) -> str | None:
        """Check that each camera has its own topic."""
        topic = self.arguments[argument]
        if len(self.remapped_cameras) > 1 and PLACEHOLDER not in topic:
            return f"{argument}: expected {PLACEHOLDER} in it with several cameras, got {topic!r}"
        return None

    def _tf_problem(self, name: str, package: str) -> str | None:
        """Look for the package of a parameter; the parameter has no effect without depth."""
        if self.parameters.get("use_depth"):
            return checks.package_problem(package, name) if self.parameters.get(name) else None
        if self.overrides.get(name):
            return f"{name}: has no effect without depth, add depth:=true"
        return None


def whole_path(path: str) -> Path:
    """Return the absolute path of a file, relative to the working directory, or to home with ~."""
    return Path(path).expanduser().resolve()
