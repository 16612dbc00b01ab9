"""Names of publishers and advice in the diagnostics."""

from rclpy.topic_endpoint_info import TopicEndpointInfo

from samwise_ros.ros.camera.image_qos import lost_images_advice, node_names


def test_publisher_without_a_known_name_is_described() -> None:
    ended = TopicEndpointInfo(
        node_name="_NODE_NAME_UNKNOWN_", node_namespace="_NODE_NAMESPACE_UNKNOWN_"
    )
    camera = TopicEndpointInfo(node_name="driver", node_namespace="/front")
    assert node_names([camera]) == "/front/driver"
    assert node_names([ended]) == "a node that has ended or is not known yet"
    assert node_names([ended, camera]) == (
        "/front/driver, a node that has ended or is not known yet"
    )


def test_advice_for_fast_dds_is_only_for_fast_dds() -> None:
    for middleware in ("rmw_cyclonedds_cpp", "rmw_zenoh_cpp", "rmw_connextdds"):
        assert lost_images_advice(middleware) == ""
    for middleware in ("rmw_fastrtps_cpp", "rmw_fastrtps_dynamic_cpp"):
        assert "config/fastdds.xml" in lost_images_advice(middleware)
