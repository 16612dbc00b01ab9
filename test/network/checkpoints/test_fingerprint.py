"""One changed bit, name or shape changes the fingerprint; nothing else does."""

import torch
from torch import nn

from samwise_ros.network.checkpoints.fingerprint import fingerprint


def _network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))


def test_the_same_weights_have_the_same_fingerprint() -> None:
    copy = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))
    copy.load_state_dict(_network().state_dict())
    assert fingerprint(copy) == fingerprint(_network())
    assert len(fingerprint(copy)) == 64


def test_the_layout_in_memory_does_not_matter() -> None:
    turned = nn.Linear(3, 2)
    plain = nn.Linear(3, 2)
    plain.load_state_dict(turned.state_dict())
    turned.weight.data = turned.weight.data.T.contiguous().T
    assert not turned.weight.is_contiguous()
    assert fingerprint(turned) == fingerprint(plain)


def test_a_parameter_a_buffer_a_name_a_shape_and_a_type_all_count() -> None:
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
