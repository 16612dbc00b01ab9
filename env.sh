# Enters the environment that `make workspace` made: `. env.sh`, in bash or zsh.
# SAMWISE_ENVIRONMENT=robot selects the environment of `make test-robot`.

samwise_root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]:-$0}")" >/dev/null && pwd)
samwise_suffix=${SAMWISE_ENVIRONMENT:+-$SAMWISE_ENVIRONMENT}
samwise_venv=$samwise_root/.venv$samwise_suffix
samwise_setup=$samwise_root/.workspace$samwise_suffix/install/local_setup.${ZSH_VERSION:+zsh}
[ -n "${ZSH_VERSION:-}" ] || samwise_setup=${samwise_setup}bash

# Settings of another ROS installation that is sourced in this shell. The Makefile reads this line too.
unset AMENT_PREFIX_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH LD_LIBRARY_PATH PYTHONHOME PYTHONPATH RMW_IMPLEMENTATION ROS_DISTRO

if [ -f "$samwise_setup" ]; then
  # The virtual environment is the ROS installation: programs, libraries and packages.
  . "$samwise_venv/bin/activate"
  export AMENT_PREFIX_PATH=$samwise_venv CMAKE_PREFIX_PATH=$samwise_venv
  . "$samwise_setup"

  # Nothing leaves this machine unless asked to, and images get through: see config/fastdds.xml.
  export ROS_AUTOMATIC_DISCOVERY_RANGE=${ROS_AUTOMATIC_DISCOVERY_RANGE:-LOCALHOST}
  export FASTRTPS_DEFAULT_PROFILES_FILE=${FASTRTPS_DEFAULT_PROFILES_FILE:-$samwise_root/config/fastdds.xml}
else
  echo "samwise_ros: not built yet, run: make -C $samwise_root workspace" >&2
fi
unset samwise_root samwise_setup samwise_suffix samwise_venv
