"""Writes fixtures/torchNetworks.json: ResNet-18 and a transformer encoder exported by PyTorch, its losses and gradients.

The weights are scrambled counters (`uniform` below), which the test computes too, so that only the structure of the exported
files is stored. ResNet-18's images are of the first seed that `is_away_from_kinks`. Of each gradient a sketch is stored: 64 sums of its elements, each element with a random sign in a random one of
them, so that the squares of a sketch's elements sum to the square of the gradient's length on average, of differences as well.

Run with Debian's python3-torch and python3-onnx: python3 packages/onnx-grad/test/oracle/makeNetworks.py (10 seconds)
"""
import base64
import gzip
import io
import itertools
import json
import math
import pathlib

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional as F

BUCKETS = 64


def scrambled(seed, count):
    """Counters as uint32 of no pattern: Wellons' integer hash lowbias32 of index + golden ratio · seed."""
    x = np.arange(count, dtype=np.uint32) + np.uint32((seed * 0x9E3779B1) % 2**32)
    for shift, factor in [(16, 0x7FEB352D), (15, 0x846CA68B)]:
        x = (x ^ (x >> np.uint32(shift))) * np.uint32(factor)
    return x ^ (x >> np.uint32(16))


def uniform(seed, count):
    return scrambled(seed, count) / 2.0**31 - 1


def sketch(gradient):
    values = gradient.detach().double().numpy().reshape(-1)
    bits = scrambled(99, values.size)
    signed = np.where(bits & 1, values, -values)
    sums = np.bincount((bits >> np.uint32(1)) % BUCKETS, weights=signed, minlength=BUCKETS)
    return base64.b64encode(sums.astype("<f4").tobytes()).decode()


class Block(nn.Module):
    """The basic block of He et al. 2016 (arXiv:1512.03385), figure 2."""

    def __init__(self, inside, outside, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inside, outside, 3, stride, 1, bias=False), nn.BatchNorm2d(outside)
        self.conv2, self.bn2 = nn.Conv2d(outside, outside, 3, 1, 1, bias=False), nn.BatchNorm2d(outside)
        self.shortcut = nn.Sequential()
        if stride > 1 or inside != outside:
            self.shortcut = nn.Sequential(nn.Conv2d(inside, outside, 1, stride, bias=False), nn.BatchNorm2d(outside))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x))


def resnet18():
    sizes = [64, 64, 128, 256, 512]
    stages = [nn.Sequential(Block(a, b, 1 if a == b else 2), Block(b, b, 1)) for a, b in zip(sizes, sizes[1:])]
    stem = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    return nn.Sequential(*stem, *stages, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


class Encoder(nn.Module):
    """Words and places, two layers, one class per sequence from the mean over its words."""

    def __init__(self, words=50, length=12, width=32):
        super().__init__()
        self.words, self.places = nn.Embedding(words, width), nn.Parameter(torch.zeros(length, width))
        layer = lambda first: nn.TransformerEncoderLayer(width, 4, 64, 0.25, "gelu", batch_first=True, norm_first=first)
        self.before, self.after = layer(True), layer(False)
        self.head = nn.Linear(width, 5)

    def forward(self, x):
        return self.head(self.after(self.before(self.words(x) + self.places)).mean(1))


def images(seed):
    return torch.from_numpy(uniform(seed, 2 * 3 * 64 * 64).reshape(2, 3, 64, 64).astype("f4"))


def words(seed):
    return torch.from_numpy((scrambled(seed, 2 * 12) % 50).reshape(2, 12).astype("i8"))


def kinks(model, x):
    """How far each number that a rectifier or a max-pooling decides about is from where the decision changes."""
    gaps, genuine = [], (F.relu, F.max_pool2d)

    def relu(y, inplace=False):
        gaps.append(y)
        return genuine[0](y)

    def max_pool2d(y, *rest, **options):
        columns = F.unfold(F.pad(y, (1, 1, 1, 1)).flatten(0, 1).unsqueeze(1), 3, stride=2)
        first, second = columns.topk(2, 1).values.unbind(1)
        gaps.append(torch.where(first > 0, first - second, torch.inf))  # of windows without a positive element nothing depends
        return genuine[1](y, *rest, **options)

    F.relu, F.max_pool2d = relu, max_pool2d
    try:
        with torch.no_grad():
            model(x)
    finally:
        F.relu, F.max_pool2d = genuine
    return gaps


def is_away_from_kinks(model, x, start):
    """Whether every decision is further from its change than twice the largest error of float32 in its layer.

    Nearer to a kink the gradients of float32 and of float64 are those of different branches.
    """
    single = kinks(model, x)
    double = kinks(model.double(), x.double())
    model.float().load_state_dict(start)
    errors = [(a - b).abs().nan_to_num(0, 0).max() for a, b in zip(single, double)]
    return all(b.abs().min() > 2 * error for b, error in zip(double, errors))


def rule(name, tensor, model):
    """Middle and half width of a tensor's uniform numbers: of weights He's, of norms near 1."""
    if name.endswith("running_var"):
        return [1, 0.5]
    if tensor.dim() > 1:
        return [0, math.sqrt(6 / tensor[0].numel())]
    owner = model.get_submodule(name.rpartition(".")[0])
    is_scale = isinstance(owner, (nn.BatchNorm2d, nn.LayerNorm)) and name.endswith("weight")
    return [1, 0.3] if is_scale else [0, 0.1]


def structure(model, x, opset, drawn):
    """The exported file with the data of the drawn tensors taken out."""
    file = io.BytesIO()
    torch.onnx.export(model, x, file, opset_version=opset, input_names=["x"], output_names=["logits"],
                      dynamic_axes={"x": {0: "batch"}}, do_constant_folding=False,
                      training=torch.onnx.TrainingMode.PRESERVE)
    exported = onnx.load_from_string(file.getvalue())
    for tensor in exported.graph.initializer:
        if tensor.name in drawn:
            tensor.ClearField("raw_data")
    return base64.b64encode(gzip.compress(exported.SerializeToString(), mtime=0)).decode()


def dropped(x, p=0.5, training=True, inplace=False):
    """Dropout with the masks of the test: in order, of the seeds 2000, 2001, …"""
    if not training:
        return x
    dropped.calls += 1
    mask = scrambled(1999 + dropped.calls, x.numel()) >= p * 2**32
    return x * torch.from_numpy(mask.reshape(x.shape)).to(x) / (1 - p)


def result(model, x, labels):
    genuine, F.dropout, dropped.calls = F.dropout, dropped, 0
    try:
        loss = F.cross_entropy(model(x), labels)
    finally:
        F.dropout = genuine
    model.zero_grad()
    loss.backward()
    gradients = {name: sketch(p.grad) for name, p in model.named_parameters()}
    squares = sum(p.grad.double().square().sum().item() for p in model.parameters())
    return {"loss": loss.item(), "norm": math.sqrt(squares), "gradients": gradients}


def record(model, inputs, opsets):
    rules = {name: rule(name, t, model) for name, t in model.state_dict().items() if t.dtype == torch.float32}
    for seed, (name, (middle, width)) in enumerate(rules.items()):
        tensor = model.state_dict()[name]
        tensor.copy_(torch.from_numpy(middle + width * uniform(seed, tensor.numel())).reshape(tensor.shape))
    out = {"tensors": [[name, *r] for name, r in rules.items()], "structures": {}}
    start = {name: t.clone() for name, t in model.state_dict().items()}
    for mode in ["evaluation", "training"]:
        model.train(mode == "training")
        seed = next(s for s in itertools.count(1000) if not inputs(s).is_floating_point() or is_away_from_kinks(model, inputs(s), start))
        x = inputs(seed)
        out["structures"][mode] = {opset: structure(model, x, opset, rules) for opset in opsets}
        model.load_state_dict(start)
        found = result(model.double(), x.double() if x.is_floating_point() else x, torch.tensor([0, 2]))
        out[mode] = {"seed": seed, **found}
        model.float().load_state_dict(start)
    return out


path = pathlib.Path(__file__).parent.parent / "fixtures" / "torchNetworks.json"
networks = {"resnet18": record(resnet18(), images, [13, 17]), "encoder": record(Encoder(), words, [13, 17])}
path.write_text(json.dumps({"torch": torch.__version__, **networks}, indent=1) + "\n")
