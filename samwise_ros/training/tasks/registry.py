"""The training tasks by their names in recipes."""

from samwise_ros.training.tasks.language import LanguageTask
from samwise_ros.training.tasks.objects import ObjectsTask
from samwise_ros.training.tasks.prompted import PromptedTask
from samwise_ros.training.tasks.referring import ReferringTask

_Task = type[ObjectsTask] | type[PromptedTask] | type[LanguageTask] | type[ReferringTask]

TASKS: dict[str, _Task] = {
    "objects": ObjectsTask,
    "prompted": PromptedTask,
    "words": LanguageTask,
    "sentences": ReferringTask,
}
