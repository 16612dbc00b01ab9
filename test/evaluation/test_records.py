"""Records of finished videos survive an interruption."""

from pathlib import Path

import pytest
from made_scores import score

from samwise_ros.evaluation.records import Records, VideoRecord
from samwise_ros.evaluation.scoring import Similarity, Swap

SETTINGS = {"data": "drawn:here", "ways": ["online_learned"]}


def _record(index: int) -> VideoRecord:
    swap = Swap("the cup", Similarity(1 / 3, 0.1), Similarity(0.0, 2 / 7))
    return VideoRecord(index, f"v{index}", 9, ((score(1 / 3, swap=swap),), (score(1 / 7),)))


def test_records_of_all_processes_are_read_without_rounding(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    for rank in (0, 1):
        Records(VideoRecord.from_line, folder, SETTINGS, rank).add(_record(rank))
    assert Records(VideoRecord.from_line, folder, SETTINGS).read() == {0: _record(0), 1: _record(1)}


def test_incomplete_line_is_ignored(tmp_path: Path) -> None:
    records = Records(VideoRecord.from_line, tmp_path, SETTINGS)
    records.add(_record(0))
    file = tmp_path / "scores-0.jsonl"
    whole = file.read_text()
    file.write_text(whole + whole[:30])
    again = Records(VideoRecord.from_line, tmp_path, SETTINGS)
    assert again.read() == {0: _record(0)}
    again.add(_record(1))
    assert again.read() == {0: _record(0), 1: _record(1)}


def test_folder_of_other_evaluation_raises(tmp_path: Path) -> None:
    Records(VideoRecord.from_line, tmp_path, SETTINGS)
    with pytest.raises(ValueError, match=r"data was 'drawn:here', is now 'drawn:there'; name ano"):
        Records(VideoRecord.from_line, tmp_path, SETTINGS | {"data": "drawn:there"})
    (tmp_path / "evaluation.json").write_text("{")
    with pytest.raises(ValueError, match=r"evaluation\.json: is damaged"):
        Records(VideoRecord.from_line, tmp_path, SETTINGS)


def test_folder_with_other_files_raises(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("")
    with pytest.raises(ValueError, match="found other files"):
        Records(VideoRecord.from_line, tmp_path, SETTINGS)


def test_folder_of_a_process_killed_at_its_first_file_is_used(tmp_path: Path) -> None:
    (tmp_path / ".evaluation.json.0123456789abcdef.part").write_text("{")
    Records(VideoRecord.from_line, tmp_path, SETTINGS)
    assert (tmp_path / "evaluation.json").exists()


def test_damaged_line_raises(tmp_path: Path) -> None:
    records = Records(VideoRecord.from_line, tmp_path, SETTINGS)
    records.add(_record(0))
    for line in ("nonsense", "[]", '{"scores": [[{}]]}', '{"index": 1, "scores": []}'):
        with (tmp_path / "scores-1.jsonl").open("w") as file:
            file.write(line + "\n")
        with pytest.raises(
            ValueError, match=r"scores-1\.jsonl, line 1: expected the record of a video"
        ):
            records.read()
