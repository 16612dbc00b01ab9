"""The fingerprint depends on values, names, shapes and dtypes only."""

import torch
from torch import nn

from samwise_ros.network.checkpoints.fingerprint import fingerprint


def _network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))


def test_equal_weights_have_equal_fingerprints() -> None:
    copy = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))
    copy.load_state_dict(_network().state_dict())
    assert fingerprint(copy) == fingerprint(_network())
    assert len(fingerprint(copy)) == 64


def test_memory_layout_does_not_change_fingerprint() -> None:
    transposed = nn.Linear(3, 2)
    plain = nn.Linear(3, 2)
    plain.load_state_dict(transposed.state_dict())
    transposed.weight.data = transposed.weight.data.T.contiguous().T
    assert not transposed.weight.is_contiguous()
    assert fingerprint(transposed) == fingerprint(plain)


def test_parameter_buffer_name_shape_and_dtype_change_fingerprint() -> None:
    expected = fingerprint(_network())
    parameter = _network()
    parameter[0].weight.data[0, 0, 0, 0] += 2**-20
    buffer = _network()
    buffer[1].num_batches_tracked += 1
    name = nn.Sequential()
    for new, (_, child) in zip("ab", _network().named_children(), strict=True):
        name.add_module(new, child)
    shape = _network()
    shape[0].weight.data = shape[0].weight.data.flatten(1)
    changed = [parameter, buffer, name, shape, _network().to(torch.bfloat16)]
    assert len({expected, *map(fingerprint, changed)}) == len(changed) + 1
