"""Writes stripes.json: a small network trained by PyTorch to tell three kinds of pictures apart, as an ONNX model in base64.

Run with Debian's python3-torch: python3 examples/models/make_stripes.py
"""
import base64
import io
import json
import pathlib

import torch
from torch import nn


class Stripes(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(6, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(),
        )
        self.classifier = nn.Linear(32, 3)

    def forward(self, x):
        return self.classifier(self.features(x))


torch.manual_seed(1)
labels = torch.randint(0, 3, (600,))
pictures = torch.rand(600, 1, 8, 8) - 0.5
for picture, label in zip(pictures, labels):
    picture[0, 2 * label : 2 * label + 2] += 1
model = Stripes()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for _ in range(60):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(pictures), labels)
    loss.backward()
    optimizer.step()
model.eval()
file = io.BytesIO()
torch.onnx.export(model, pictures[:1], file, opset_version=14, input_names=["pictures"], output_names=["scores"],
                  dynamic_axes={"pictures": {0: "batch"}}, do_constant_folding=False,
                  training=torch.onnx.TrainingMode.PRESERVE)
error = (model(pictures).argmax(1) != labels).float().mean().item()
path = pathlib.Path(__file__).parent / "stripes.json"
onnx = base64.b64encode(file.getvalue()).decode()
path.write_text(json.dumps({"torch": torch.__version__, "error": error, "onnx": onnx}) + "\n")
print(loss.item(), error, len(onnx))
