"""The training tasks by their names in recipes."""

from samwise_ros.training.tasks.language import LanguageTask
from samwise_ros.training.tasks.prompted import PromptedTask
from samwise_ros.training.tasks.referring import ReferringTask

TASKS: dict[str, type[PromptedTask] | type[LanguageTask] | type[ReferringTask]] = {
    "prompted": PromptedTask,
    "words": LanguageTask,
    "sentences": ReferringTask,
}
