"""Sentences are true and refer to exactly one thing, by a referee that reads their text."""

import random
from dataclasses import astuple

import numpy as np
import pytest
from handmade import Play, random_play, thing
from reader import read
from referee_faults import Video, faults

from samwise_ros.data.augmentation import mirror_sentence
from samwise_ros.data.tabletop.language import Sentence, draw_sentences, vocabulary
from samwise_ros.data.tabletop.language.wording import KEPT_OUT, TRAINED
from samwise_ros.data.tabletop.truth import Holder, Motion


def sentences(video: Video, repeats: int = 6) -> list[Sentence]:
    return [each for seed in range(repeats) for each in draw_sentences(*video, random.Random(seed))]


def texts(found: list[Sentence], target: int, *kinds: str) -> list[str]:
    return [each.text for each in found if each.target == target and each.kind in kinds]


@pytest.mark.parametrize("split", ["train", "test"])
def test_exactly_one_thing_fits_on_every_frame_of_the_span(split: str) -> None:
    kinds = set()
    for seed in range(20):
        video = random_play(seed).video(split)
        found = draw_sentences(*video, random.Random(seed))
        assert faults(video, found) == []
        assert len({each.text for each in found}) == len(found)
        kinds |= {each.kind for each in found}
    assert kinds == {"attribute", "relation", "motion", "motion with attributes", "past", "absent"}


def test_the_referee_finds_sentences_that_name_another_thing() -> None:
    play = Play([thing("mug"), thing("mug", "blue", position_m=(0.2, 0, 0.045))], 12)
    video = play.video()
    wrong = Sentence("the blue mug", "attribute", 0, 0, 12, "colour head")
    ambiguous = Sentence("the mug", "attribute", 0, 0, 12, "head")
    assert len(faults(video, [wrong, ambiguous])) == 2


def test_a_sentence_about_the_only_thing_names_an_attribute() -> None:
    found = sentences(Play([thing("mug")], 12).video(), 300)
    assert all(each.detail for each in found), "MeViS folders need it, and `the one` says nothing"


def test_same_seed_same_sentences() -> None:
    video = random_play(3).video()
    assert draw_sentences(*video, random.Random(5)) == draw_sentences(*video, random.Random(5))


def test_moved_one_of_identical_twins_is_named_by_its_past() -> None:
    twins = [thing("bottle", position_m=(x, 0.0, 0.1)) for x in (-0.2, 0.1)]
    play = Play(twins, 60).move(1, 5, 13, (0.2, 0.0, 0.1), Motion.PUSHED, Holder.HAND)
    found = sentences(play.video())
    past = [each for each in found if each.kind == "past" and each.target == 1]
    assert past
    assert all(each.start >= 13 and each.stop == 60 for each in past)
    assert any("hand" in each.text or "person" in each.text for each in past)
    assert not any("arm" in each.text or "robot" in each.text for each in past)
    assert texts(found, 0, "past")  # the bottle that was left alone
    assert not texts(found, 0, "attribute")
    assert not texts(found, 1, "attribute")


def test_agents_distinguish_two_twins_that_both_moved() -> None:
    twins = [thing("mug", position_m=(x, 0.0, 0.045)) for x in (-0.2, 0.1)]
    play = Play(twins, 60)
    play.move(0, 5, 13, (-0.3, 0.0, 0.045), Motion.PUSHED, Holder.ARM)
    play.move(1, 20, 28, (0.2, 0.0, 0.045), Motion.PUSHED, Holder.HAND)
    found = sentences(play.video(), 20)
    agents = [each for each in found if each.kind == "past" and read(each.text).agent]
    assert {(each.target, read(each.text).agent) for each in agents} == {(0, "arm"), (1, "hand")}
    later = [each.target for each in found if each.detail == "moved last"]
    assert later
    assert set(later) == {1}


def test_unseen_motion_is_not_named() -> None:
    mug, box = thing("mug"), thing("box", position_m=(3.0, 0.0, 0.045))
    play = Play([mug, box], 40).move(1, 5, 13, (3.2, 0.0, 0.045))
    assert all(each.kind in ("attribute", "relation", "absent") for each in sentences(play.video()))


@pytest.mark.parametrize(
    ("first", "second"), [("red", "orange"), ("red", "pink"), ("purple", "blue"), ("white", "grey")]
)
def test_colours_that_look_alike_do_not_distinguish(first: str, second: str) -> None:
    other = {"bare": True, "material": "metal"} if second == "grey" else {"colour": second}
    mugs = [thing("mug", first), thing("mug", **other, position_m=(0.2, 0, 0.045))]
    found = sentences(Play(mugs, 12).video())
    assert not [each for each in found if each.kind == "attribute" and "colour" in each.detail]


def test_dominant_colour_is_the_colour() -> None:
    look = {"pattern": "rimmed", "secondary": ("white",)}
    mugs = [thing("mug", "red", **look), thing("mug", "white", position_m=(0.2, 0, 0.045))]
    found = sentences(Play(mugs, 12).video(), 20)
    for each in found:
        colour = read(each.text).looks.get("colour") if each.kind == "attribute" else None
        assert colour in (None, ("red", "white")[each.target or 0])
    named = {each.target for each in found if "colour" in each.detail and each.target is not None}
    assert named == {0, 1}
    striped = thing("mug", "red", pattern="striped", secondary=("white",))
    found = sentences(Play([striped, mugs[1]], 12).video(), 20)
    whites = [each for each in found if each.target == 1 and each.detail == "colour head"]
    assert whites == []  # half of the striped mug is white


@pytest.mark.parametrize(("shift", "named"), [(0.02, False), (0.2, True)])
def test_order_needs_a_clear_margin(shift: float, named: bool) -> None:
    mugs = [thing("mug", position_m=(x, y, 0.045)) for x, y in ((0.0, 0.0), (shift, 0.2))]
    found = sentences(Play(mugs, 12).video(), 10)
    assert any(each.detail in ("leftmost", "left one") for each in found) is named


@pytest.mark.parametrize(("factor", "named"), [(1.1, False), (1.4, True)])
def test_size_needs_a_clear_margin(factor: float, named: bool) -> None:
    size = tuple(factor * extent for extent in (0.08, 0.08, 0.09))
    large = thing("box", dimensions_m=size, position_m=(0.2, 0.0, size[2] / 2))
    found = sentences(Play([thing("box"), large], 12).video(), 10)
    assert any(each.detail == "largest" and each.target == 1 for each in found) is named


def test_places_relative_to_another_thing() -> None:
    things = [
        thing("mug", position_m=(-0.14, 0.0, 0.045)),
        thing("mug", position_m=(0.35, -0.2, 0.045)),
        thing("bowl", "blue", position_m=(0.0, 0.0, 0.03)),
        thing("apple", "green", dimensions_m=(0.06, 0.06, 0.06), position_m=(0.0, 0.0, 0.06), on=2),
        thing("apple", "green", dimensions_m=(0.06, 0.06, 0.06), position_m=(-0.3, 0.25, 0.03)),
    ]
    found = sentences(Play(things, 12).video(), 40)
    details = {(each.detail, each.target) for each in found}
    assert {("beside", 0), ("in", 3)} <= details
    assert ("beside", 1) not in details
    assert ("in", 4) not in details


def test_span_ends_when_another_thing_fits() -> None:
    mug, late = thing("mug"), thing("mug", position_m=(3.0, 0.0, 0.045), starts_away=True)
    play = Play([mug, late], 40).move(1, 20, 28, (0.3, 0.0, 0.045), Motion.CARRIED, Holder.HAND)
    found = [each for each in sentences(play.video()) if each.detail == "head" and each.target == 0]
    assert found
    assert all(each.start == 0 and 20 <= each.stop < 28 for each in found)


def test_late_thing_is_named_from_the_first_frame() -> None:
    mug, late = thing("mug"), thing("box", position_m=(1.0, 0.0, 0.045), starts_away=True)
    play = Play([mug, late], 60).move(1, 20, 34, (0.2, 0.0, 0.045), Motion.CARRIED, Holder.HAND)
    found = sentences(play.video(), 40)
    spans = {(each.start, each.stop) for each in found if each.detail == "head" and each.target}
    assert spans == {(0, 60)}
    assert any(each.detail == "arriving" and each.start > 20 for each in found)
    assert any(each.detail == "arrived" and each.start > 34 for each in found)


def test_direction_is_judged_without_the_motion_of_the_camera() -> None:
    play = Play([thing("ball"), thing("mug", position_m=(0.3, 0.2, 0.045))], 30)
    description, truth = play.move(0, 5, 15, (-0.25, 0.0, 0.045), Motion.ROLLING).video()
    shift = np.linspace(0, -1.0, 30)
    poses = truth.camera_poses
    poses[:, 0, 3] += shift  # the camera overtakes the ball, which moves right in the picture
    found = sentences((description, truth), 12)
    assert any(each.detail == "left" for each in found)
    assert not any(each.detail == "right" for each in found)


def test_kept_out_wordings_use_known_words_and_are_not_in_training() -> None:
    known = set(vocabulary())
    seen, kept_out = set(), set()
    for seed in range(25):
        play = random_play(seed)
        for each in draw_sentences(*play.video("train"), random.Random(seed)):
            assert not each.kept_out
            seen.add(each.text)
        for each in draw_sentences(*play.video("unseen"), random.Random(seed)):
            if each.kept_out:
                kept_out.add(each.text)
    assert {word for text in seen | kept_out for word in text.split()} <= known
    assert len(kept_out) > 50
    assert not seen & kept_out
    assert 250 < len(known) < 500


def test_a_mirrored_wording_is_a_wording_of_the_other_side() -> None:
    wordings = [*TRAINED.values(), *KEPT_OUT.values()]
    known = {each for words in wordings for group in astuple(words) for each in group}
    mirrored = {mirror_sentence(each) for each in known}
    assert mirrored == known
    assert mirror_sentence("is on the far left") == "is on the far right"
    for each in ("left alone", "left and came back", "right next to {a}", "is right beside {a}"):
        assert mirror_sentence(each) == each
