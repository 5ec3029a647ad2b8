"""PyTorch on the same work, one process: python3 bench/engines/pytorch.py '{"network": "lenet", "work": "folder", ...}'

Made as fast as PyTorch allows, each choice measured: gradients are used where autograd leaves them instead of being
added to zeroed ones, vectors are updated in place as one, dropout masks come from `uniform_` (a third of the time of
`F.dropout`). With "device": "cuda" everything, the data too, lies on the GPU; float32 stays float32 (TF32 is off), and a
repetition ends when the GPU has ended it. With "tuned" noise and masks are drawn by as many Python threads as PyTorch may use: its generators work on
one thread each, and so does PyTorch's own `normal_`.
"""

import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from math import prod, sqrt
from os.path import join

import numpy as np
import torch
import torch.nn.functional as F
from pytorch_networks import network_of

asked = json.loads(sys.argv[1])
work = json.load(open(join(asked["work"], "work.json")))
network, seconds, threads = asked["network"], asked["seconds"], asked["threads"]
batch_size, keep, input_shape = work["batchSize"], 1 - work["dropout"], work["inputShape"]
torch.set_num_threads(threads)
# As ours: docs/decisions/denormals.md.
torch.set_flush_denormal(True)
device = torch.device(asked.get("device", "cpu"))
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
torch.backends.cudnn.benchmark = True
synchronize = torch.cuda.synchronize if device.type == "cuda" else lambda: None


def load(name, dtype):
    return torch.from_numpy(np.fromfile(join(asked["work"], name), dtype=dtype)).to(device)


inputs = load("inputs.bin", np.float32).reshape(-1, *input_shape)
if asked.get("format") == "channels_last":
    inputs = inputs.contiguous(memory_format=torch.channels_last)
labels = load("labels.bin", np.int32).long()
flat = load("weights.bin", np.float32).clone()


def views(vector, shapes):
    """The pieces of a vector, one after the other."""
    return [piece.view(shape) for piece, shape in zip(vector.split([prod(shape) for shape in shapes]), shapes)]


shapes = [block["shape"] for block in work["layout"]]
weights = [view.requires_grad_(True) for view in views(flat, shapes)]
p = {block["name"]: view for block, view in zip(work["layout"], weights)}
mask = torch.ones(sum(prod(shape) for shape in work["masks"]), device=device)
masks = views(mask, work["masks"])
forward = network_of(network, p, masks)


def loss_and_gradient(x, y):
    for weight in weights:
        weight.grad = None
    loss = F.cross_entropy(forward(x, True), y)
    loss.backward()
    return loss


draw_threads = threads if asked.get("tuned") else 1
pool = ThreadPoolExecutor(draw_threads)
generators = [torch.Generator(device).manual_seed(i) for i in range(draw_threads)]


def draw_into(vector, draw):
    if draw_threads == 1:
        draw(vector, generators[0])
    else:
        list(pool.map(draw, vector.chunk(draw_threads), generators))


def draw_masks():
    if masks:
        draw_into(mask, lambda part, generator: part.uniform_(generator=generator))
        mask.lt_(keep).mul_(1 / keep)


point = flat.detach()
params, mean, velocity, noise = point.clone(), point.clone(), torch.zeros_like(point), torch.zeros_like(point)
points, velocities = views(point, shapes), views(velocity, shapes)
count = 0


@torch.no_grad()
def update(rate=0.1, scope=1e-4, momentum=0.9, deviation=1e-4 * sqrt(2 * 0.1), averaging=0.25, steps=20):
    """v <- g + m v; x' <- x' - eta'(g + m v + gamma (x' - x)) + eps sqrt(2 eta') N(0, I); mu <- mean; x <- mu after L."""
    global count
    draw_into(noise, lambda part, generator: part.normal_(0, deviation, generator=generator))
    point.lerp_(params, rate * scope)
    for weight, x, v in zip(weights, points, velocities):
        torch.add(weight.grad, v, alpha=momentum, out=v)
        x.add_(weight.grad, alpha=-rate)
    point.add_(velocity, alpha=-rate * momentum).add_(noise)
    mean.lerp_(point, averaging)
    count += 1
    if count % steps == 0:
        for vector in (params, point):
            vector.copy_(mean)
        velocity.zero_()


def measured(run):
    run()
    synchronize()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        begun = time.perf_counter()
        run()
        synchronize()
        times.append(round(1000 * (time.perf_counter() - begun), 4))
    return times


order = torch.Generator(device).manual_seed(0)


def whole_step():
    indices = torch.randint(0, len(inputs), (batch_size,), generator=order, device=device)
    draw_masks()
    loss_and_gradient(inputs.index_select(0, indices), labels.index_select(0, indices))
    update()


@torch.inference_mode()
def evaluate(size):
    for x, y in zip(inputs.split(size), labels.split(size)):
        F.cross_entropy(forward(x, False), y)


x, y = inputs[:batch_size], labels[:batch_size]
found = {"version": torch.__version__, "loss": loss_and_gradient(x, y).item()}
if asked.get("reference"):
    # The loss and, after it, the gradient of our engine on the processor.
    reference = np.fromfile(asked["reference"], dtype=np.float32).astype(np.float64)
    gradient = torch.cat([weight.grad.flatten() for weight in weights]).cpu().double().numpy()
    norm = np.linalg.norm
    found["lossError"] = abs(found["loss"] - reference[0]) / abs(reference[0])
    found["gradientError"] = norm(gradient - reference[1:]) / norm(reference[1:])
found["startupMs"] = 1000 * time.time() - asked["startedAt"]
if not asked.get("onlyStep"):
    found["gradientMs"] = measured(lambda: loss_and_gradient(x, y))
    found["updateMs"] = measured(update)
found["stepMs"] = measured(whole_step)
found["peakMB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
if not asked.get("onlyStep") and device.type == "cpu":
    found["numExamples"] = len(inputs)
    # The better of a batch that stays near the caches and a large one.
    found["evaluationMs"] = min((measured(lambda: evaluate(size)) for size in (250, 1000)), key=np.median)
print(json.dumps(found))
