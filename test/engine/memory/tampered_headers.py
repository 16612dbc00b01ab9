"""Changes of a memory file's header and tensors, and the reasons why they are rejected."""

import torch


def put(value, *place):
    """Set a value of the header."""

    def change(header, tensors):
        *way, last = place
        for key in way:
            header = header[key]
        header[last] = value

    return change


def _copied(list_name, **changes):
    def change(header, tensors):
        header[list_name].append({**header[list_name][0], **changes})

    return change


def _without(*place):
    def change(header, tensors):
        *way, last = place
        for key in way:
            header = header[key]
        del header[last]

    return change


def _tensor(name, value):
    def change(header, tensors):
        tensors.pop(name, None)
        if value is not None:
            tensors[name] = value

    return change


def _renamed_camera(header, tensors):
    header["cameras"][0]["name"] = header["memories"][0]["camera"] = "rear"
    header["commands"][0]["cameras"] = []


def _seen_and_unseen(header, tensors):
    header["memories"][0].update(seen=1, unseen=1)


def _many(header, tensors):
    for index in range(1, 3):
        nothing = {"state": "SEARCHING", "seen": 0, "same": 0}
        one = {**header["memories"][0], "sentence": f"mug {index}", **nothing}
        header["memories"].append(one)
        for name in [name for name in tensors if name.startswith("0.")]:
            tensors[f"{index}{name[1:]}"] = tensors[name].clone()


TAMPERED = {
    "a later version": (put(2, "format"), "format: expected 1, got 2"),
    "a version as text": (put("1", "format"), "format: expected 1, got '1'"),
    "no version": (_without("format"), "format: expected 1, got None"),
    "another network": (put("f" * 64, "network"), "another network: .* got 'ffffffff"),
    "another precision": (put("bfloat16", "precision"), "another precision: expected 'float32'"),
    "another mode": (put("clip", "mode"), "another mode: expected 'online', got 'clip'"),
    "another memory policy": (put("none", "memory_policy"), "memory_policy: expected 'paper'"),
    "another camera": (_renamed_camera, r"another camera: expected some of \['camera'\].*rear"),
    "a command of another camera": (
        put(["rear"], "commands", 0, "cameras"),
        "another camera: .*rear",
    ),
    "a camera without memory": (
        _copied("cameras", name="rear"),
        "cameras: expected those of the memories",
    ),
    "no camera": (put([], "cameras"), "cameras: expected those of the memories"),
    "a duplicate camera": (_copied("cameras"), "cameras: expected different ones"),
    "a camera name as number": (put(1, "cameras", 0, "name"), "cameras/0: name: expected str"),
    "commands as object": (put({}, "commands"), "commands: expected list, got {}"),
    "a command as number": (put([1], "commands"), "commands/0: expected id, sentence"),
    "an unknown field": (put(1, "mood"), "expected format, network, .* got"),
    "a missing field": (_without("memories", 0, "seen"), "memories/0: expected id, sentence"),
    "too many commands": (_copied("commands", id="b", label=2), "at most 1 commands, got 2"),
    "too many memories": (_many, "memories of at most 2 commands, twice max_commands, got 3"),
    "a duplicate id": (_copied("commands", label=2), "ids of commands: expected different ones"),
    "a duplicate label": (_copied("commands", id="b"), "labels: expected different ones"),
    "a duplicate memory": (_copied("memories"), "memories: expected different ones"),
    "a memory without tensors": (
        _copied("memories", id="b"),
        r"1.memories: expected \(6, 32, 8, 8\) float32, got none",
    ),
    "label 0": (put(0, "commands", 0, "label"), "commands/0: label: expected 1 to 254, got 0"),
    "label 255": (put(255, "commands", 0, "label"), "label: expected 1 to 254, got 255"),
    "label true": (put(True, "commands", 0, "label"), "label: expected int, got True"),
    "paused 1": (put(1, "commands", 0, "paused"), "paused: expected bool, got 1"),
    "an empty id": (put("", "commands", 0, "id"), "id: expected 1 to 256 characters, got 0"),
    "a long id": (put("x" * 257, "memories", 0, "id"), "id: expected 1 to 256 .* got 257"),
    "no word": (put("?!", "commands", 0, "sentence"), "the sentence contains no word"),
    "a long sentence": (
        put("x" * 1001, "memories", 0, "sentence"),
        "1001 characters, expected at most",
    ),
    "many tokens": (put("the " * 100, "commands", 0, "sentence"), "tokens, expected at most"),
    "a lone surrogate": (put("mug \ud800", "commands", 0, "sentence"), "sentence: expected text"),
    "a camera as number": (put([1], "commands", 0, "cameras"), "a camera: expected text, got 1"),
    "negative frames": (put(-1, "memories", 0, "frames"), "frames: expected 0 to .* got -1"),
    "too many frames": (put(7**500, "memories", 0, "frames"), "frames: expected 0 to"),
    "fractional frames": (put(1.5, "memories", 0, "frames"), "frames: expected int, got 1.5"),
    "a switch after the last frame": (
        put(6, "memories", 0, "last_applied"),
        "last_applied: expected 0 to 5",
    ),
    "seen on more frames than exist": (
        put(7, "memories", 0, "seen"),
        "seen: expected 0 to 6, got 7",
    ),
    "seen and unseen": (_seen_and_unseen, "unseen: expected 0 to 0, got 1"),
    "more frames on the object than with a mask": (put(9, "memories", 0, "same"), "same: expected"),
    "an infinite area": (put(float("inf"), "memories", 0, "area"), "area: expected"),
    "a probability above 1": (
        put(1.5, "memories", 0, "last_probability"),
        "expected 0 to 1, got 1.5",
    ),
    "another state": (put("SLEEPING", "memories", 0, "state"), "state: expected SEARCHING"),
    "no width": (put(0, "cameras", 0, "width"), "width: expected 1 to"),
    "an enormous image": (put(2**20, "cameras", 0, "height"), "height: expected 1 to"),
    "another image": (put(88, "cameras", 0, "width"), "0.last_mask: expected 660 bytes"),
    "no mask": (_tensor("0.last_mask", None), "0.last_mask: expected the mask of a seen target"),
    "a mask as float32": (
        _tensor("0.last_mask", torch.zeros(600)),
        r"0.last_mask: expected 600 bytes, got \(600,\) float32",
    ),
    "an appearance of another size": (
        _tensor("0.appearance", torch.zeros(2, 8)),
        r"0.appearance: expected \(2, 512\) float32, got \(2, 8\) float32",
    ),
    "an impossible appearance": (
        _tensor("0.appearance", torch.full((2, 512), -1.0)),
        "0.appearance: expected shares from 0 to 1",
    ),
    "a tensor of another shape": (
        _tensor("0.pointers", torch.zeros(15, 63)),
        r"0.pointers: expected \(15, 64\) float32, got \(15, 63\) float32",
    ),
    "a tensor of another dtype": (
        _tensor("0.pointers", torch.zeros(15, 64, dtype=torch.float64)),
        r"0.pointers: expected \(15, 64\) float32, got \(15, 64\) float64",
    ),
    "NaN": (_tensor("0.pointers", torch.full((15, 64), torch.nan)), "0.pointers: .* finite"),
    "infinity": (_tensor("0.pointers", torch.full((15, 64), -torch.inf)), "0.pointers: .* finite"),
    "a missing tensor": (_tensor("0.windows.2", None), "0.windows.2: expected .* got none"),
    "a tensor of an unknown memory": (
        _tensor("1.pointers", torch.zeros(1)),
        "of no memory: .*1.pointers",
    ),
    "an unknown tensor": (_tensor("x", torch.zeros(0)), "of no memory: .*x"),
}
"""By name: a change of the header and the tensors, and a pattern of the error."""
