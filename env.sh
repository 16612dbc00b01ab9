# Enters the environment that `make workspace` made: `. env.sh`, in bash or zsh.

samwise_root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]:-$0}")" >/dev/null && pwd)
samwise_setup=$samwise_root/.workspace/install/local_setup.${ZSH_VERSION:+zsh}
[ -n "${ZSH_VERSION:-}" ] || samwise_setup=${samwise_setup}bash

if [ -f "$samwise_setup" ]; then
  # The virtual environment is the ROS installation: programs, libraries and packages.
  . "$samwise_root/.venv/bin/activate"
  export AMENT_PREFIX_PATH=$samwise_root/.venv CMAKE_PREFIX_PATH=$samwise_root/.venv
  . "$samwise_setup"

  # Nothing leaves this machine unless asked to, and images get through: see config/fastdds.xml.
  export ROS_AUTOMATIC_DISCOVERY_RANGE=${ROS_AUTOMATIC_DISCOVERY_RANGE:-LOCALHOST}
  export FASTRTPS_DEFAULT_PROFILES_FILE=${FASTRTPS_DEFAULT_PROFILES_FILE:-$samwise_root/config/fastdds.xml}
else
  echo "samwise_ros: not built yet, run: make -C $samwise_root workspace" >&2
fi
unset samwise_root samwise_setup
