"""Publishes any bytes as requests of a service, as a program without ROS can.

A publisher of rclpy prefixes its topic with ``rt/`` or ``/``, and the requests of a service are on
a topic that begins with ``rq/``. The functions of rmw_fastrtps below it accept every topic.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rclpy.node import Node

RELIABLE, KEEP_LAST, VOLATILE = 1, 1, 2


class Time(ctypes.Structure):
    _fields_ = (("sec", ctypes.c_uint64), ("nsec", ctypes.c_uint64))


class QosProfile(ctypes.Structure):
    """``rmw_qos_profile_t``."""

    _fields_ = (
        ("history", ctypes.c_int),
        ("depth", ctypes.c_size_t),
        ("reliability", ctypes.c_int),
        ("durability", ctypes.c_int),
        ("deadline", Time),
        ("lifespan", Time),
        ("liveliness", ctypes.c_int),
        ("liveliness_lease_duration", Time),
        ("avoid_ros_namespace_conventions", ctypes.c_bool),
    )


class PublisherOptions(ctypes.Structure):
    """``rmw_publisher_options_t``."""

    _fields_ = (("payload", ctypes.c_void_p), ("unique_network_flow", ctypes.c_int))


class SerializedMessage(ctypes.Structure):
    """``rmw_serialized_message_t``, whose memory Python owns."""

    _fields_ = (
        ("buffer", ctypes.c_char_p),
        ("length", ctypes.c_size_t),
        ("capacity", ctypes.c_size_t),
        ("allocator", ctypes.c_void_p * 5),
    )


def loaded(name: str) -> ctypes.CDLL:
    """Return a library that rclpy has loaded."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    return ctypes.CDLL(next(line.split()[-1] for line in lines if f"/{name}" in line))


class RawRequests:
    """The publisher of a service's requests.

    Attributes:
        subscriptions: number of servers that are connected.
    """

    def __init__(self, rmw: ctypes.CDLL, publisher: ctypes.c_void_p) -> None:
        self._rmw, self._publisher = rmw, publisher

    @property
    def subscriptions(self) -> int:
        count = ctypes.c_size_t()
        assert not self._rmw.rmw_publisher_count_matched_subscriptions(
            self._publisher, ctypes.byref(count)
        )
        return count.value

    def send(self, payload: bytes) -> bool:
        """Publish bytes; return whether the middleware sends as many for this type."""
        message = SerializedMessage(payload, len(payload), len(payload))
        failed = self._rmw.rmw_publish_serialized_message(
            self._publisher, ctypes.byref(message), None
        )
        self._rmw.rcutils_reset_error()
        return not failed


@contextmanager
def raw_requests(node: Node, service: str, kind: Any) -> Iterator[RawRequests]:
    """Create the publisher of a service's requests.

    Args:
        node: node of the caller.
        service: full name.
        kind: type of the service.
    """
    rcl, rmw = loaded("librcl.so"), loaded("librmw_fastrtps_cpp.so")
    rcl.rcl_node_get_rmw_handle.restype = ctypes.c_void_p
    rmw.rmw_create_publisher.restype = ctypes.c_void_p
    capsule = ctypes.pythonapi.PyCapsule_GetPointer
    capsule.restype, capsule.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
    request = kind.Request
    request.__class__.__import_type_support__()
    types = ctypes.c_void_p(capsule(request.__class__._TYPE_SUPPORT, None))
    qos = QosProfile(KEEP_LAST, 100, RELIABLE, VOLATILE, avoid_ros_namespace_conventions=True)
    options = PublisherOptions()
    with node.handle:
        owner = ctypes.c_void_p(rcl.rcl_node_get_rmw_handle(ctypes.c_void_p(node.handle.pointer)))
        topic = f"rq{service}Request".encode()
        created = rmw.rmw_create_publisher(
            owner, types, topic, ctypes.byref(qos), ctypes.byref(options)
        )
        assert created, topic
        publisher = ctypes.c_void_p(created)
        try:
            yield RawRequests(rmw, publisher)
        finally:
            rmw.rmw_destroy_publisher(owner, publisher)
