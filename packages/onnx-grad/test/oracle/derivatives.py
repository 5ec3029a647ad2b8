"""Values and derivatives of functions of PyTorch, for the scripts beside this one.

Everything is float64. Inputs are numbers(seed, count) below, which the tests compute too. Each case is a function f of its
inputs; with r of the seed 99 and the vector v of the seeds 50, 51, ..., the loss is sum r (f + f²/2). Stored are f, the
gradient of the loss in each input and the Hessian-vector product H v.
"""

import torch
import torch.nn.functional as F


def numbers(seed, count):
    state, drawn = seed, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        drawn.append(state / 2**31 - 1)
    return drawn


def tensor(seed, shape):
    count = 1
    for size in shape:
        count *= size
    return torch.tensor(numbers(seed, count), dtype=torch.float64).reshape(shape)


def compact(values):
    return [float(f"{x:.13g}") for x in values.reshape(-1).tolist()]


def derivatives(f, inputs):
    inputs = [x.clone().requires_grad_(True) for x in inputs]
    y = f(*inputs)
    r = tensor(99, tuple(y.shape))
    loss = (r * (y + y * y / 2)).sum()
    gradient = torch.autograd.grad(loss, inputs, create_graph=True, allow_unused=True)
    v = [tensor(50 + i, tuple(x.shape)) for i, x in enumerate(inputs)]
    slope = sum((g * d).sum() for g, d in zip(gradient, v) if g is not None)
    product = torch.autograd.grad(slope, inputs, allow_unused=True) if slope.requires_grad else [None] * len(inputs)
    filled = lambda xs: [compact(torch.zeros_like(i) if x is None else x) for x, i in zip(xs, inputs)]
    return {"value": compact(y), "gradient": filled(gradient), "product": filled(product)}


def at_points(f, points):
    return {"points": points, **derivatives(f, [torch.tensor(points, dtype=torch.float64)])}


def of_shapes(f, *shapes):
    return {"shapes": shapes, **derivatives(f, [tensor(i + 1, shape) for i, shape in enumerate(shapes)])}


def hard_sigmoid(x):
    """F.hardsigmoid and F.hardswish have no second derivative in this version of PyTorch."""
    return F.relu6(x + 3) / 6
