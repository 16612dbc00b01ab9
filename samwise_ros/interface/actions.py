"""Every action of the node: its name, its type, what it does, and the limits of its goals."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Action:
    """An action of the node.

    Attributes:
        name: relative to the node.
        type_name: action type, such as ``samwise_ros/action/FindObject``.
        description: what a goal does, in Markdown.
    """

    name: str
    type_name: str
    description: str

    @property
    def feedback_topic(self) -> str:
        """Name of the topic with the feedback of all goals."""
        return f"{self.name}/_action/feedback"

    @property
    def topics(self) -> tuple[str, ...]:
        """Names of the topics that ROS 2 creates for the action.

        >>> FIND.topics
        ('~/find/_action/feedback', '~/find/_action/status')
        """
        return (self.feedback_topic, f"{self.name}/_action/status")

    @property
    def services(self) -> tuple[str, ...]:
        """Names of the services that ROS 2 creates for the action."""
        parts = ("send_goal", "cancel_goal", "get_result")
        return tuple(f"{self.name}/_action/{part}" for part in parts)


FIND = Action(
    "~/find",
    "samwise_ros/action/FindObject",
    "find the object that a sentence describes; the result has its mask, box and position",
)
ACTIONS = (FIND,)

DEFAULT_TIMEOUT_S = 30.0
MAX_TIMEOUT_S = 3600.0
DEFAULT_CONFIDENT_FRAMES = 3
MAX_CONFIDENT_FRAMES = 1000
