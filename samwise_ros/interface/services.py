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
    "true: process images; false: ignore images, keep the model and the memories",
)
TOGGLE = Service("~/toggle", "std_srvs/srv/Trigger", "enable if disabled, else disable")
RESET_MEMORY = Service(
    "~/reset_memory",
    "std_srvs/srv/Trigger",
    "restart the memories of all active commands, delete those kept of all others",
)
CLEAR = Service("~/clear", "std_srvs/srv/Trigger", "remove all commands, keep their memories")
SAVE_MEMORY = Service(
    "~/save_memory",
    "std_srvs/srv/Trigger",
    "write commands and memories to `memory_path` atomically",
)
LOAD_MEMORY = Service(
    "~/load_memory",
    "std_srvs/srv/Trigger",
    "replace commands and memories by those in `memory_path`; a damaged file, or one of another "
    "model, precision, camera or mode, or with more than `max_commands` commands, is rejected with "
    "the reason and changes nothing",
)
SERVICES = (ENABLE, TOGGLE, RESET_MEMORY, CLEAR, SAVE_MEMORY, LOAD_MEMORY)
