"""All-CNN-BN by PyTorch's own layers and torch.optim.SGD: python3 allCnn.py FOLDER

FOLDER has work.json (layout of the weights, shapes of the masks, batch size, options of SGD) and, as float32 or int32, weights.bin, and for each
step inputs.bin, labels.bin and masks.bin one after another. Writes gradient.bin, the gradient of the first batch, and prints the losses of
the steps as JSON.
"""
import json
import sys
from math import prod
from os.path import join

import numpy as np
import torch
from torch import nn

folder = sys.argv[1]
work = json.load(open(join(folder, "work.json")))
batch = work["batchSize"]


def load(name, dtype=np.float32):
    return torch.from_numpy(np.fromfile(join(folder, name), dtype=dtype))


def block(inputs, filters, stride, kernel=3):
    return [nn.Conv2d(inputs, filters, kernel, stride, kernel // 2), nn.BatchNorm2d(filters), nn.ReLU()]


class AllCnn(nn.Module):
    def __init__(self):
        super().__init__()
        filters = [3, 96, 96, 96, 192, 192, 192, 192, 192]
        strides = [1, 1, 2, 1, 1, 2, 1, 1]
        self.blocks = nn.ModuleList(
            [nn.Sequential(*block(filters[i], filters[i + 1], strides[i])) for i in range(8)]
            + [nn.Sequential(*block(192, 10, 1, 1))]
        )

    def forward(self, x, masks):
        x = x * masks[0]
        for i, layers in enumerate(self.blocks):
            x = layers(x)
            if i in (2, 5):
                x = x * masks[1 if i == 2 else 2]
        return x.mean((2, 3))


model = AllCnn()
# Ours are laid out as the modules are registered: convolution, then batch norm, each weight and then bias.
weights = load("weights.bin").split([prod(entry["shape"]) for entry in work["layout"]])
with torch.no_grad():
    for parameter, entry, values in zip(model.parameters(), work["layout"], weights, strict=True):
        assert list(parameter.shape) == entry["shape"], entry["name"]
        parameter.copy_(values.view(entry["shape"]))
optimizer = torch.optim.SGD(model.parameters(), **work["sgd"])
masks = load("masks.bin").view(-1, sum(prod(shape) for shape in work["masks"]))
losses = []
for step, (x, y) in enumerate(zip(load("inputs.bin").view(-1, batch, 3, 32, 32), load("labels.bin", np.int32).view(-1, batch))):
    parts = masks[step].split([prod(shape) for shape in work["masks"]])
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x, [part.view(shape) for part, shape in zip(parts, work["masks"])]), y.long())
    loss.backward()
    if step == 0:
        torch.cat([parameter.grad.flatten() for parameter in model.parameters()]).numpy().tofile(join(folder, "gradient.bin"))
    optimizer.step()
    losses.append(loss.item())
print(json.dumps({"version": torch.__version__, "losses": losses}))
