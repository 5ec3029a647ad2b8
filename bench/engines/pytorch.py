"""PyTorch on the same work, one process: python3 bench/engines/pytorch.py '{"network": "lenet", "work": "folder", ...}'

The Entropy-SGD step is written from the equations: fused where PyTorch has a fused operation, on one flat vector.
"""

import json
import resource
import sys
import time
from math import prod, sqrt
from os.path import join

start = time.perf_counter()
import numpy as np
import torch
import torch.nn.functional as F

asked = json.loads(sys.argv[1])
work = json.load(open(join(asked["work"], "work.json")))
network, seconds = asked["network"], asked["seconds"]
batch_size, rate, input_shape = work["batchSize"], work["dropout"], work["inputShape"]
torch.set_num_threads(asked["threads"])
torch.set_flush_denormal(True)


def load(name, dtype):
    return torch.from_numpy(np.fromfile(join(asked["work"], name), dtype=dtype))


inputs = load("inputs.bin", np.float32).reshape(-1, *input_shape)
labels = load("labels.bin", np.int32).long()
flat = load("weights.bin", np.float32).clone()
flat_gradient = torch.zeros_like(flat)
p = {}
for block in work["layout"]:
    size = prod(block["shape"])
    view = flat[block["offset"] : block["offset"] + size].view(block["shape"])
    view.requires_grad_(True)
    view.grad = flat_gradient[block["offset"] : block["offset"] + size].view(block["shape"])
    p[block["name"]] = view


class Mode:
    rate = 0.0
    training = True


statistics = {}


def norm(name, x):
    mean, variance = statistics.setdefault(name, (torch.zeros(x.shape[1]), torch.ones(x.shape[1])))
    if Mode.training:
        mean = variance = None
    return F.batch_norm(x, mean, variance, p[name + ".weight"], p[name + ".bias"], Mode.training)


def conv(name, x, stride=1, padding=0):
    return F.conv2d(x, p[name + ".weight"], p[name + ".bias"], stride, padding)


def dense(name, x):
    return torch.addmm(p[name + ".bias"], x, p[name + ".weight"])


def drop(x):
    return F.dropout(x, Mode.rate, Mode.training and Mode.rate > 0)


def mnistfc_bn(x):
    x = x.flatten(1)
    x = drop(F.relu_(norm("bn1", dense("fc1", x))))
    x = drop(F.relu_(norm("bn2", dense("fc2", x))))
    return dense("fc3", x)


def lenet(x):
    x = drop(F.relu_(F.max_pool2d(norm("bn1", conv("conv1", x)), 3)))
    x = drop(F.relu_(F.max_pool2d(norm("bn2", conv("conv2", x)), 2)))
    x = F.relu_(norm("bn3", dense("fc1", x.flatten(1))))
    return dense("fc2", drop(x))


def all_cnn_bn(x):
    for i in range(1, 10):
        stride = 2 if i in (3, 6) else 1
        x = F.relu_(norm(f"bn{i}", conv(f"conv{i}", x, stride, 0 if i == 9 else 1)))
        if stride == 2:
            x = drop(x)
    return x.mean((2, 3))


forward = {"mnistfc-bn": mnistfc_bn, "lenet": lenet, "all-cnn-bn": all_cnn_bn}[network]


def loss_and_gradient(x, y):
    flat_gradient.zero_()
    loss = F.cross_entropy(forward(x), y)
    loss.backward()
    return loss


with torch.no_grad():
    params, mean, velocity, noise = flat.clone(), flat.clone(), torch.zeros_like(flat), torch.empty_like(flat)
point = flat.detach()


def update(count, learning_rate=0.1, scope=1e-4, momentum=0.9, deviation=1e-4, averaging=0.25, steps=20):
    """x' <- x' - eta'(d + m v) + s N(0, I), v <- m v + d, d = gradient - gamma (x - x'); mu <- mean; x <- mu after L."""
    with torch.no_grad():
        flat_gradient.add_(point, alpha=scope).add_(params, alpha=-scope)
        velocity.mul_(momentum).add_(flat_gradient)
        point.add_(flat_gradient, alpha=-learning_rate).add_(velocity, alpha=-learning_rate * momentum)
        noise.normal_()
        point.add_(noise, alpha=deviation * sqrt(learning_rate))
        mean.lerp_(point, averaging)
        if count % steps == steps - 1:
            params.lerp_(mean, 1.0)
            point.copy_(params)
            mean.copy_(params)
            velocity.zero_()


def measured(run):
    run()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        begun = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - begun))
    return times


x, y = inputs[:batch_size], labels[:batch_size]
loss = loss_and_gradient(x, y).item()
startup = 1000 * (time.perf_counter() - start)
Mode.rate = rate
gradient_ms = measured(lambda: loss_and_gradient(x, y))
counter = [0]


def update_once():
    update(counter[0])
    counter[0] += 1


update_ms = measured(update_once)
generator = torch.Generator().manual_seed(0)


def whole_step():
    indices = torch.randint(0, len(inputs), (batch_size,), generator=generator)
    loss_and_gradient(inputs[indices], labels[indices])
    update_once()


step_ms = measured(whole_step)
Mode.training = False


def evaluate():
    with torch.no_grad():
        for at in range(0, len(inputs), 1000):
            F.cross_entropy(forward(inputs[at : at + 1000]), labels[at : at + 1000])


evaluation_ms = measured(evaluate)
print(
    json.dumps(
        {
            "loss": loss,
            "startupMs": startup,
            "gradientMs": gradient_ms,
            "updateMs": update_ms,
            "stepMs": step_ms,
            "evaluationMs": evaluation_ms,
            "numExamples": len(inputs),
            "peakMB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "version": torch.__version__,
        }
    )
)
