"""Random messages and requests of any type, as strategies of hypothesis."""

import re
from typing import Any

from fuzzed_text import texts
from hypothesis import strategies as st
from rcl_interfaces.msg import ParameterValue

from samwise_ros.interface.parameters import Parameters
from samwise_ros.interface.ros_types import load_type

# Not the parameter that names a file to write.
PARAMETER_NAMES = (*(Parameters.__dataclass_fields__.keys() - {"memory_path"}), "use_sim_time")
MAX_ITEMS = 4
strings = st.one_of(texts, st.sampled_from(sorted(PARAMETER_NAMES)))
small = st.integers(0, 10)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "octet": st.binary(min_size=1, max_size=1),
    "float": st.floats(width=32),
    "double": st.floats(),
    "string": strings,
    "wstring": texts,
}
for bits in (8, 16, 32, 64):
    SCALARS[f"uint{bits}"] = st.one_of(small, st.integers(0, 2**bits - 1))
    SCALARS[f"int{bits}"] = st.one_of(small, st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1))


def messages(kind: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for messages or requests of a type: any value that the type allows."""
    types = kind.get_fields_and_field_types()
    fields = {name: _values(type_name) for name, type_name in types.items()}
    if kind is ParameterValue:
        fields["type"] = st.one_of(st.integers(0, 10), st.integers(0, 255))
    return st.builds(kind, **fields)


def _values(type_name: str) -> st.SearchStrategy[Any]:
    if sequence := re.fullmatch(r"sequence<(.+?)(?:, \d+)?>", type_name):
        return st.lists(_values(sequence[1]), max_size=MAX_ITEMS)
    if items := re.fullmatch(r"(.+)\[(\d+)\]", type_name):
        return st.lists(_values(items[1]), min_size=int(items[2]), max_size=int(items[2]))
    if "/" in type_name:
        package, name = type_name.split("/")
        return messages(load_type(f"{package}/msg/{name}"))
    return SCALARS[type_name.partition("<")[0]]
