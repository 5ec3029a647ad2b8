"""Writes fixtures/torchOperations.json: values and derivatives of PyTorch that the engine is compared with.

    python3 makeOperations.py ../fixtures/torchOperations.json

Cases and what is stored of them are described in derivatives.py; lists of kinks are read by the test.
"""

import json
import sys

import torch
import torch.nn.functional as F

from derivatives import at_points, hard_sigmoid, of_shapes


LINE = [-7.5, -3.0, -2.0, -1.0, -0.5, 0.0, 0.25, 1.0, 2.5, 3.0, 6.0]
# PyTorch's elu and selu have the slope of the left side at 0, but the second derivative 0.
UNEQUAL = [-7.5, -2.0, -1.0, -0.5, 0.25, 1.0, 6.0]
# No kinks: x·hardsigmoid(x) has another derivative there than F.hardswish.
UNKINKED = [-7.5, -2.9, -1.0, -0.5, 0.0, 0.25, 1.0, 2.5, 6.0]

elementwise = {
    "abs": at_points(torch.abs, LINE),
    "clip": at_points(lambda x: torch.clamp(x, -1.0, 2.5), LINE),
    "leakyRelu": at_points(lambda x: F.leaky_relu(x, 0.2), LINE),
    "elu": at_points(lambda x: F.elu(x, 1.5), UNEQUAL),
    "selu": at_points(F.selu, UNEQUAL),
    "softplus": at_points(F.softplus, LINE),
    "gelu": at_points(F.gelu, LINE),
    "geluTanh": at_points(lambda x: F.gelu(x, approximate="tanh"), LINE),
    "silu": at_points(F.silu, LINE),
    "hardSigmoid": at_points(hard_sigmoid, UNKINKED),
    "hardSwish": at_points(lambda x: x * hard_sigmoid(x), UNKINKED),
    "sin": at_points(torch.sin, LINE),
    "cos": at_points(torch.cos, LINE),
    "erf": at_points(torch.erf, LINE),
    "square": at_points(lambda x: torch.pow(x, 2.0), LINE),
    "cube": at_points(lambda x: torch.pow(x, 3.0), LINE),
    "floor": at_points(lambda x: x * torch.floor(x), LINE),
    "round": at_points(lambda x: x * torch.round(x), LINE),
}

INDICES = torch.tensor([[2, 0, 2], [1, 2, 2]])
LABELS = torch.tensor([[1, 0, 3], [3, 3, 2]])

several = {
    "pow": of_shapes(lambda x, y: torch.pow(x.abs() + 0.5, y), [3, 4], [4]),
    "where": of_shapes(lambda x, y: torch.where(x > y, x * x, x * y), [3, 4], [4]),
    "maximum": of_shapes(torch.maximum, [3, 4], [4]),
    "minimum": of_shapes(torch.minimum, [3, 4], [4]),
    "prelu": of_shapes(lambda x, w: F.prelu(x, w), [2, 3, 4], [3]),
    "concat": of_shapes(lambda a, b: torch.cat([a, b], 1) ** 2, [2, 3], [2, 2]),
    "gather": of_shapes(lambda x: x[:, INDICES], [2, 3, 2]),
    "scatterAdd": of_shapes(lambda y: torch.zeros(2, 3, 2, dtype=y.dtype).index_add(1, INDICES.reshape(-1), y), [2, 6, 2]),
    "cumulativeSum": of_shapes(lambda x: torch.cumsum(x, 1), [2, 4, 3]),
    "matmul": of_shapes(torch.matmul, [2, 1, 3, 4], [3, 4, 2]),
    "matmulVector": of_shapes(torch.matmul, [2, 3, 4], [4]),
    "softmax": of_shapes(lambda x: torch.softmax(x, 1), [2, 3, 4]),
    "logSumExp": of_shapes(lambda x: torch.logsumexp(x, (0, 2)), [2, 3, 4]),
    "product": of_shapes(lambda x: torch.prod(x, 1), [2, 5]),
    "l2Norm": of_shapes(lambda x: torch.linalg.vector_norm(x, 2, 1), [2, 5]),
    "layerNorm": of_shapes(lambda x, g, b: F.layer_norm(x, [4], g, b), [2, 3, 4], [4], [4]),
    "groupNorm": of_shapes(lambda x, g, b: F.group_norm(x, 2, g, b), [2, 4, 3, 2], [4], [4]),
    "instanceNorm": of_shapes(lambda x, g, b: F.instance_norm(x, weight=g, bias=b), [2, 2, 3, 2], [2], [2]),
    "nearest": of_shapes(lambda x: F.interpolate(x, size=(5, 6), mode="nearest"), [1, 2, 3, 3]),
    "bilinear": of_shapes(lambda x: F.interpolate(x, size=(5, 2), mode="bilinear", align_corners=False), [1, 2, 3, 3]),
    "bilinearCorners": of_shapes(lambda x: F.interpolate(x, size=(5, 7), mode="bilinear", align_corners=True), [1, 2, 3, 3]),
    "linear": of_shapes(lambda x: F.interpolate(x, size=7, mode="linear"), [1, 2, 4]),
    "crossEntropy": of_shapes(lambda x: F.cross_entropy(x.reshape(6, 4), LABELS.reshape(6)), [2, 3, 4]),
    "binaryCrossEntropy": of_shapes(lambda x, t: F.binary_cross_entropy_with_logits(x, t), [3, 4], [3, 4]),
    "huber": of_shapes(lambda y, t: F.huber_loss(y, t, delta=0.3), [3, 4], [3, 4]),
    "meanAbsolute": of_shapes(lambda y, t: F.l1_loss(y, t), [3, 4], [3, 4]),
    "meanSquared": of_shapes(lambda y, t: F.mse_loss(y, t), [3, 4], [3, 4]),
}


def batch_norm(x, g, b):
    return F.batch_norm(x, None, None, g, b, training=True)


def residual(x, w1, g1, b1, w2, g2, b2, w3, g3, b3):
    y = F.relu(batch_norm(F.conv2d(x, w1, stride=2, padding=1), g1, b1))
    y = batch_norm(F.conv2d(y, w2, padding=1), g2, b2)
    return F.relu(y + batch_norm(F.conv2d(x, w3, stride=2), g3, b3))


def squeeze_excite(x, w1, b1, w2, b2):
    pooled = x.mean((2, 3))
    scale = hard_sigmoid(F.linear(F.relu(F.linear(pooled, w1, b1)), w2, b2))
    y = x * scale[:, :, None, None]
    return y * hard_sigmoid(y)


def attention_block(x, g, b, wq, bq, wk, bk, wv, bv, wo, bo, g2, b2, w1, c1, w2, c2):
    y = F.layer_norm(x, [4], g, b)
    heads = lambda z: z.reshape(2, 3, 2, 2).transpose(1, 2)
    q, k, v = (heads(y @ w + c) for w, c in ((wq, bq), (wk, bk), (wv, bv)))
    scores = q @ k.transpose(-1, -2) / 2**0.5
    scores = scores.masked_fill(torch.ones(3, 3).tril() == 0, float("-inf"))
    x = x + (torch.softmax(scores, -1) @ v).transpose(1, 2).reshape(2, 3, 4) @ wo + bo
    return x + F.gelu(F.layer_norm(x, [4], g2, b2) @ w1 + c1) @ w2 + c2


def up_and_concat(x, skip, w):
    up = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
    return F.silu(F.conv2d(torch.cat([up, skip], 1), w, padding=1))


SQUARE = [[4, 4], [4]]
blocks = {
    "residual": of_shapes(
        residual,
        [3, 2, 5, 5],
        *([3, 2, 3, 3], [3], [3]),
        *([3, 3, 3, 3], [3], [3]),
        *([3, 2, 1, 1], [3], [3]),
    ),
    "attentionBlock": of_shapes(
        attention_block, [2, 3, 4], [4], [4], *SQUARE, *SQUARE, *SQUARE, *SQUARE, [4], [4], [4, 6], [6], [6, 4], [4]
    ),
    "squeezeExcite": of_shapes(squeeze_excite, [2, 4, 3, 3], [2, 4], [2], [4, 2], [4]),
    "upAndConcat": of_shapes(up_and_concat, [1, 2, 2, 3], [1, 3, 4, 6], [2, 5, 3, 3]),
}

with open(sys.argv[1], "w") as file:
    json.dump({"torch": torch.__version__, "elementwise": elementwise, "several": several, "blocks": blocks}, file, separators=(",", ":"))
    file.write("\n")
