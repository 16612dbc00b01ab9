// Prints the targets of each frame, and every event that a robot should react to.
//
//     ros2 run samwise_cpp_example target_listener
//
// The names of the topics are those of a node without a namespace and a camera named "camera".

#include <memory>

#include "rclcpp/rclcpp.hpp"
#include "samwise_ros/msg/target_array.hpp"
#include "samwise_ros/msg/target_event.hpp"

using samwise_ros::msg::Target;
using samwise_ros::msg::TargetArray;
using samwise_ros::msg::TargetEvent;

class TargetListener : public rclcpp::Node {
 public:
  TargetListener() : Node("target_listener") {
    targets_ = create_subscription<TargetArray>(
        "/samwise_node/camera/targets", 2,
        [this](TargetArray::ConstSharedPtr message) { on_targets(*message); });
    events_ = create_subscription<TargetEvent>(
        "/samwise_node/events", 50,
        [this](TargetEvent::ConstSharedPtr message) { on_event(*message); });
  }

 private:
  void on_targets(const TargetArray& message) const {
    for (const Target& target : message.targets) {
      if (target.state == Target::TRACKING) {
        RCLCPP_INFO(get_logger(), "%s: %ux%u pixels at (%u, %u), score %.2f",
                    target.sentence.c_str(), target.roi.width, target.roi.height,
                    target.roi.x_offset, target.roi.y_offset, target.score);
      }
    }
  }

  void on_event(const TargetEvent& event) const {
    if (event.kind == TargetEvent::LOST) {
      RCLCPP_WARN(get_logger(), "%s: lost", event.sentence.c_str());
    } else if (event.kind == TargetEvent::SWITCHED) {
      RCLCPP_WARN(get_logger(), "%s: perhaps another object now: %s", event.sentence.c_str(),
                  event.reason.c_str());
    }
  }

  rclcpp::Subscription<TargetArray>::SharedPtr targets_;
  rclcpp::Subscription<TargetEvent>::SharedPtr events_;
};

int main(int argc, char** argv) {
  rclcpp::init(argc, argv);
  rclcpp::spin(std::make_shared<TargetListener>());
  rclcpp::shutdown();
}
