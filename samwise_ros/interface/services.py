"""Every service of the node: its name, its type, and what it does."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """A service of the node.

    Attributes:
        name: relative to the node.
        type_name: service type, such as ``std_srvs/srv/Trigger``.
        description: what a call does, in Markdown.
    """

    name: str
    type_name: str
    description: str


ENABLE = Service(
    "~/enable",
    "std_srvs/srv/SetBool",
    "false: ignore images, keep the model and the memories; true: process images again",
)
TOGGLE = Service("~/toggle", "std_srvs/srv/Trigger", "switch between enabled and disabled")
RESET_MEMORY = Service(
    "~/reset_memory", "std_srvs/srv/Trigger", "restart the memories of all commands"
)
CLEAR = Service("~/clear", "std_srvs/srv/Trigger", "remove all commands")
SAVE_MEMORY = Service(
    "~/save_memory",
    "std_srvs/srv/Trigger",
    "write commands and memories to `memory_path`, completely or not at all",
)
LOAD_MEMORY = Service(
    "~/load_memory",
    "std_srvs/srv/Trigger",
    "continue from the commands and memories in `memory_path`; a damaged file, or a file of "
    "another model, camera or mode, is rejected with the reason and changes nothing",
)
SERVICES = (ENABLE, TOGGLE, RESET_MEMORY, CLEAR, SAVE_MEMORY, LOAD_MEMORY)
