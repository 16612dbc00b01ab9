"""The engine's results as messages of vision_msgs, which many other packages read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from samwise_ros.engine.types import FrameResult, Target
from samwise_ros.interface.messages import MessageFields

if TYPE_CHECKING:
    from samwise_ros.engine.commands import CommandStatus  # importing it imports torch
    from samwise_ros.msg import TargetPose, TargetPoseArray


def detection_2d_array(result: FrameResult, header: object) -> MessageFields:
    """Describe the targets that have a mask on a frame.

    Args:
        result: of the engine.
        header: of the image.
    """
    return MessageFields(
        "vision_msgs/msg/Detection2DArray",
        {
            "header": header,
            "detections": [
                _detection_2d(target, header) for target in result.targets if target.box is not None
            ],
        },
    )


def detection_3d_array(targets: Sequence[Target], poses: "TargetPoseArray") -> MessageFields:
    """Describe the targets that have a pose.

    Args:
        targets: of the frame.
        poses: of the same frame; their frame, positions, covariances and boxes are used as they
            are.
    """
    by_id = {target.command.id: target for target in targets}
    return MessageFields(
        "vision_msgs/msg/Detection3DArray",
        {
            "header": poses.header,
            "detections": [
                _detection_3d(by_id[pose.command_id], pose, poses.header) for pose in poses.poses
            ],
        },
    )


def label_info(
    commands: Sequence["CommandStatus"], camera: str, threshold: float, header: object
) -> MessageFields:
    """Describe what the labels of a camera's label mask stand for.

    Args:
        commands: the active ones.
        camera: name of the camera; commands of other cameras are left out.
        threshold: pixels with a higher probability belong to the mask.
        header: the time of the last change.
    """
    shown = [one for one in commands if not one.command.cameras or camera in one.command.cameras]
    return MessageFields(
        "vision_msgs/msg/LabelInfo",
        {
            "header": header,
            "class_map": [
                MessageFields(
                    "vision_msgs/msg/VisionClass",
                    {"class_id": one.label, "class_name": one.command.sentence},
                )
                for one in shown
            ],
            "threshold": threshold,
        },
    )


def _detection_2d(target: Target, header: object) -> MessageFields:
    box = target.box
    assert box is not None
    point = {"x": box.x + box.width / 2, "y": box.y + box.height / 2}
    centre = {"position": MessageFields("vision_msgs/msg/Point2D", point), "theta": 0.0}
    bounds = {
        "center": MessageFields("vision_msgs/msg/Pose2D", centre),
        "size_x": float(box.width),
        "size_y": float(box.height),
    }
    return MessageFields(
        "vision_msgs/msg/Detection2D",
        {
            "header": header,
            "results": [_hypothesis(target, {})],
            "bbox": MessageFields("vision_msgs/msg/BoundingBox2D", bounds),
            "id": target.command.id,
        },
    )


def _detection_3d(target: Target, pose: "TargetPose", header: object) -> MessageFields:
    box = {"center": pose.box, "size": pose.box_size}
    return MessageFields(
        "vision_msgs/msg/Detection3D",
        {
            "header": header,
            "results": [_hypothesis(target, {"pose": pose.pose})],
            "bbox": MessageFields("vision_msgs/msg/BoundingBox3D", box),
            "id": target.command.id,
        },
    )


def _hypothesis(target: Target, pose: dict[str, object]) -> MessageFields:
    hypothesis = {"class_id": target.sentence, "score": float(target.score)}
    return MessageFields(
        "vision_msgs/msg/ObjectHypothesisWithPose",
        {"hypothesis": MessageFields("vision_msgs/msg/ObjectHypothesis", hypothesis), **pose},
    )
