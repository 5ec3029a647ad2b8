"""Writes fixtures/torchModels.json: models exported by PyTorch with a batch, the loss and the gradients there.

Run with Debian's python3-torch: python3 packages/onnx-grad/test/oracle/makeModels.py
"""
import base64
import io
import json
import pathlib

import torch
from torch import nn


def mlp():
    return nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 5), nn.GELU(), nn.Linear(5, 3)), (4, 6)


def lenet():
    return (
        nn.Sequential(
            nn.Conv2d(1, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Tanh(), nn.AvgPool2d(2),
            nn.Flatten(), nn.Linear(4, 3),
        ),
        (4, 1, 8, 8),
    )


class Recurrent(nn.Module):
    """Two layers in both directions, and a linear one behind the last step."""

    def __init__(self, kind):
        super().__init__()
        self.layers = kind(3, 4, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        return self.head(self.layers(x)[0][:, -1])


def lstm():
    return Recurrent(nn.LSTM), (4, 5, 3)


def gru():
    return Recurrent(nn.GRU), (4, 5, 3)


def rounded(tensor):
    return [float("%.8g" % x) for x in tensor.detach().double().flatten().tolist()]


def record(make):
    torch.manual_seed(20261127)
    model, shape = make()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.3, 0.3)
            module.running_var.uniform_(0.5, 1.5)
    x, labels = torch.randn(shape), torch.tensor([0, 2, 1, 1])
    model.eval()
    file = io.BytesIO()
    torch.onnx.export(model, x, file, opset_version=14, input_names=["x"], output_names=["logits"],
                      dynamic_axes={"x": {0: "batch"}}, do_constant_folding=False,
                      training=torch.onnx.TrainingMode.PRESERVE)
    out = {"onnx": base64.b64encode(file.getvalue()).decode(), "x": rounded(x), "shape": list(shape), "labels": labels.tolist()}
    for mode in ["evaluation", "training"]:
        model.train(mode == "training")
        model.double().zero_grad()
        loss = nn.functional.cross_entropy(model(x.double()), labels)
        loss.backward()
        out[mode] = {"loss": loss.item(), "gradients": {n: rounded(p.grad) for n, p in model.named_parameters()}}
    return out


path = pathlib.Path(__file__).parent.parent / "fixtures" / "torchModels.json"
models = {make.__name__: record(make) for make in [mlp, lenet, lstm, gru]}
path.write_text(json.dumps({"torch": torch.__version__, **models}) + "\n")
