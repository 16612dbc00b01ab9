"""Lists the sentences of a video that the referee finds false or ambiguous."""

from reader import read
from referee import Referee

from samwise_ros.data.tabletop.description import SceneDescription
from samwise_ros.data.tabletop.language import Sentence
from samwise_ros.data.tabletop.truth import VideoTruth

Video = tuple[SceneDescription, VideoTruth]


def faults(video: Video, found: list[Sentence]) -> list[str]:
    referee = Referee(*video)
    problems = []
    for each in found:
        reading = read(each.text)
        for frame in range(each.start, each.stop):
            expected = {each.target} - {None}
            if each.kind == "attribute" and not referee.known[frame, each.target]:
                expected = set()  # the thing has not been in the picture yet
            fitting = referee.fitting(reading, frame)
            if fitting != expected:
                problems.append(f"{each.text!r} on frame {frame}: {fitting}, not {expected}")
                break
    return problems
