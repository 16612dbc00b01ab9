# The node on ROS 2 Jazzy. Not built yet: no Docker engine was available.
#   docker build -t samwise_ros .
#   docker run --rm --network host --ipc host samwise_ros ros2 launch samwise_ros samwise.launch.py image:=/robot/image_raw
FROM ros:jazzy-ros-base

RUN apt-get update && apt-get install -y --no-install-recommends \
    python3-venv python3-pip ros-jazzy-cv-bridge && rm -rf /var/lib/apt/lists/*

WORKDIR /workspace
COPY . src/samwise_ros

RUN apt-get update && . /opt/ros/jazzy/setup.sh && rosdep update \
    && rosdep install --from-paths src --ignore-src -y --skip-keys rviz2 && rm -rf /var/lib/apt/lists/*
# A virtual environment that sees the system's numpy and OpenCV: pip must not replace them.
RUN python3 -m venv --system-site-packages .venv && touch .venv/COLCON_IGNORE
ENV PATH=/workspace/.venv/bin:$PATH
RUN pip install --no-cache-dir -r src/samwise_ros/requirements-robot.txt \
    && SAM2_BUILD_CUDA=0 pip install --no-cache-dir --no-build-isolation --no-deps \
       -r src/samwise_ros/requirements-sam2.txt

RUN . /opt/ros/jazzy/setup.sh && colcon build --packages-select samwise_ros

ENTRYPOINT ["/bin/bash", "-c", ". install/setup.bash && exec \"$@\"", "--"]
CMD ["ros2", "launch", "samwise_ros", "samwise.launch.py"]
