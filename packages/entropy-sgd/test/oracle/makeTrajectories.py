"""Writes fixtures/torchTrajectories.json: trajectories of PyTorch that the TypeScript optimizers are compared with.

    python3 makeTrajectories.py ../fixtures/normals.json ../fixtures/torchTrajectories.json

Everything is float64. SGD, Adam and AdamW are torch.optim's. The Entropy-SGD presets are written here from their
equations with torch tensors; torch.optim.Adam and torch.optim.SGD do the adaptive and the momentum parts. Gradients
come from autograd. The noise is read from a file of normals that the library drew, so that both see the same.
"""

import json
import sys

import torch

SEED = 20170424
COUNT = 4
STEPS = (1, 10, 100)

generator = torch.Generator().manual_seed(SEED)
CURVATURE = 0.1 + 1.4 * torch.rand(COUNT, generator=generator, dtype=torch.float64)
CENTRE = 2 * torch.randn(COUNT, generator=generator, dtype=torch.float64)
START = 2 * torch.randn(COUNT, generator=generator, dtype=torch.float64)


def loss(x):
    return (0.5 * CURVATURE * (x - CENTRE) ** 2 - 0.3 * torch.cos(x)).sum()


def gradient(x):
    point = x.detach().clone().requires_grad_(True)
    loss(point).backward()
    return point.grad


def kept(trajectory):
    return {str(step): trajectory[step - 1] for step in STEPS}


def descend(make):
    x = START.clone().requires_grad_(True)
    optimizer = make([x])
    trajectory = []
    for _ in range(max(STEPS)):
        optimizer.zero_grad()
        loss(x).backward()
        optimizer.step()
        trajectory.append(x.detach().tolist())
    return kept(trajectory)


class Given:
    """A torch optimizer's rule applied to a direction that is given instead of differentiated."""

    def __init__(self, point, make):
        self.point = point
        self.optimizer = make([point])

    def move(self, direction):
        self.point.grad = direction.clone()
        self.optimizer.step()


def nesterov(rate):
    return lambda points: torch.optim.SGD(points, lr=rate, momentum=0.9, nesterov=True)


def plain(rate):
    return lambda points: torch.optim.SGD(points, lr=rate)


def adam(rate):
    return lambda points: torch.optim.Adam(points, lr=rate)


def entropy(case, normals):
    preset, adaptive = case["preset"], case["adaptive"]
    rate, inner_rate, steps = case["learningRate"], case["innerLearningRate"], case["innerSteps"]
    decay, noise = case["weightDecay"], case["noise"]
    alpha = 0.75 if preset == "paper" else 0.25
    deviation = inner_rate**0.5 * noise if preset == "paper" else noise * (2 * inner_rate) ** 0.5
    x = START.clone()
    if adaptive in ("outer", "both"):
        outer = Given(x, adam(rate))
    else:
        outer = Given(x, nesterov(rate) if preset == "pytorch" else plain(rate))
    trajectory = []
    gradients = 0
    for t in range(max(STEPS)):
        scope = case["scope0"] * (1 + case["scope1"]) ** {"paper": t, "lua": t + 1, "pytorch": 0}[preset]
        inner = x.clone()
        mean = x.clone()
        mover = Given(inner, adam(inner_rate) if adaptive in ("inner", "both") else nesterov(inner_rate))
        for _ in range(steps):
            before = inner.clone()
            force = -scope * (x - before)
            d = gradient(before)
            if adaptive in ("inner", "both") or preset == "paper":
                mover.move(d + decay * before + force)
            elif preset == "lua":
                mover.move(d)
                inner -= inner_rate * (decay * before + force)
            else:
                mover.move(d + decay * before)
                inner -= inner_rate * force
            inner += deviation * torch.tensor(normals[gradients], dtype=torch.float64)
            mean = (1 - alpha) * mean + alpha * inner
            gradients += 1
        outer.move((x - mean) + (decay * x if preset == "pytorch" else 0))
        trajectory.append(x.tolist())
    return kept(trajectory)


def main(normals_path, out_path):
    with open(normals_path) as file:
        normals = json.load(file)
    descents = [
        ({"optimizer": "sgd", "options": {"learningRate": 0.1}}, plain(0.1)),
        (
            {"optimizer": "sgd", "options": {"learningRate": 0.05, "momentum": 0.9, "weightDecay": 0.01}},
            lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01),
        ),
        (
            {"optimizer": "sgd", "options": {"learningRate": 0.05, "momentum": 0.9, "nesterov": True, "weightDecay": 0.01}},
            lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
        ),
        ({"optimizer": "adam", "options": {"learningRate": 0.05}}, lambda p: torch.optim.Adam(p, lr=0.05)),
        (
            {"optimizer": "adam", "options": {"learningRate": 0.05, "beta1": 0.5, "beta2": 0.99, "epsilon": 1e-4, "weightDecay": 0.1}},
            lambda p: torch.optim.Adam(p, lr=0.05, betas=(0.5, 0.99), eps=1e-4, weight_decay=0.1),
        ),
        ({"optimizer": "adamw", "options": {"learningRate": 0.05}}, lambda p: torch.optim.AdamW(p, lr=0.05)),
        (
            {"optimizer": "adamw", "options": {"learningRate": 0.05, "weightDecay": 0.2}},
            lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.2),
        ),
    ]
    entropies = [
        {
            "preset": preset,
            "adaptive": adaptive,
            "learningRate": 0.02 if adaptive in ("outer", "both") else 0.4,
            "innerLearningRate": 0.005 if adaptive in ("inner", "both") else 0.1,
            "innerSteps": normals["innerSteps"],
            "weightDecay": decay,
            "noise": noise,
            "scope0": 0.3,
            "scope1": 0.01,
        }
        for preset in ("paper", "lua", "pytorch")
        for adaptive in ("none", "outer", "inner", "both")
        for decay, noise in ((0, 0), (0.05, 0), (0.05, 0.01))
    ]
    result = {
        "script": "test/oracle/makeTrajectories.py",
        "torch": torch.__version__,
        "seed": SEED,
        "normalsSeed": normals["seed"],
        "curvature": CURVATURE.tolist(),
        "centre": CENTRE.tolist(),
        "start": START.tolist(),
        "descents": [{**case, "points": descend(make)} for case, make in descents],
        "entropies": [{**case, "points": entropy(case, normals["values"])} for case in entropies],
    }
    with open(out_path, "w") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
