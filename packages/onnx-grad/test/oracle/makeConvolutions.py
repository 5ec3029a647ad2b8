"""Writes fixtures/torchConvolutions.json: convolutions, pooling and blocks of PyTorch that the engine is compared with.

    python3 makeConvolutions.py ../fixtures/torchConvolutions.json

Cases and what is stored of them are described in derivatives.py.
"""

import json
import sys

import torch
import torch.nn.functional as F

from derivatives import hard_sigmoid, of_shapes

IMAGE = [1, 4, 6, 5]
PICTURE = [1, 2, 7, 6]
SEQUENCE = [1, 4, 9]

convolutions = {
    "groups": of_shapes(lambda x, w: F.conv2d(x, w, groups=2), IMAGE, [6, 2, 3, 2]),
    "depthwise": of_shapes(lambda x, w: F.conv2d(x, w, padding=1, groups=4), IMAGE, [4, 1, 3, 3]),
    "depthwiseStride": of_shapes(lambda x, w: F.conv2d(x, w, stride=2, padding=2, groups=4), IMAGE, [8, 1, 5, 5]),
    "dilation": of_shapes(lambda x, w: F.conv2d(x, w, padding=(2, 1), dilation=(2, 1)), IMAGE, [3, 4, 3, 3]),
    "dilationAndStride": of_shapes(
        lambda x, w: F.conv2d(x, w, stride=2, padding=2, dilation=2, groups=2), IMAGE, [2, 2, 3, 3]
    ),
    "same": of_shapes(lambda x, w: F.conv2d(x, w, padding="same", dilation=(1, 2)), IMAGE, [3, 4, 2, 3]),
    "unequalPadding": of_shapes(lambda x, w: F.conv2d(F.pad(x, (0, 1, 2, 1)), w, stride=2), IMAGE, [3, 4, 3, 3]),
    "transposed": of_shapes(lambda x, w: F.conv_transpose2d(x, w, stride=2, padding=1), [1, 4, 3, 4], [4, 3, 3, 3]),
    "transposedOutputPadding": of_shapes(
        lambda x, w: F.conv_transpose2d(x, w, stride=(3, 2), padding=1, output_padding=(2, 1), groups=2),
        *([1, 4, 3, 2], [4, 3, 3, 3]),
    ),
    "transposedDilation": of_shapes(
        lambda x, w: F.conv_transpose2d(x, w, stride=2, padding=1, dilation=2), [1, 4, 3, 2], [4, 2, 2, 3]
    ),
    "conv1d": of_shapes(lambda x, w: F.conv1d(x, w, stride=2, padding=3, dilation=2, groups=2), SEQUENCE, [6, 2, 3]),
    "convTranspose1d": of_shapes(
        lambda x, w: F.conv_transpose1d(x, w, stride=3, padding=1, output_padding=2), SEQUENCE, [4, 2, 4]
    ),
    "maxPool": of_shapes(lambda x: F.max_pool2d(x, 3, 2, 1), PICTURE),
    "maxPoolCeil": of_shapes(lambda x: F.max_pool2d(x, (2, 3), 2, (1, 0), ceil_mode=True), PICTURE),
    "maxPoolDilation": of_shapes(lambda x: F.max_pool2d(x, 2, 1, 1, dilation=2), PICTURE),
    "averagePool": of_shapes(lambda x: F.avg_pool2d(x, 3, 2, 1), PICTURE),
    "averagePoolExcludePad": of_shapes(lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False), PICTURE),
    "averagePoolCeil": of_shapes(lambda x: F.avg_pool2d(x, (3, 2), 2, 1, ceil_mode=True), [1, 2, 6, 5]),
    "averagePoolCeilExcludePad": of_shapes(
        lambda x: F.avg_pool2d(x, (3, 2), 2, 1, ceil_mode=True, count_include_pad=False), [1, 2, 6, 5]
    ),
    "globalAverage": of_shapes(lambda x: F.adaptive_avg_pool2d(x, 1), PICTURE),
    "globalMax": of_shapes(lambda x: F.adaptive_max_pool2d(x, 1), PICTURE),
    "maxPool1d": of_shapes(lambda x: F.max_pool1d(x, 3, 2, 1, ceil_mode=True), SEQUENCE),
    "averagePool1d": of_shapes(lambda x: F.avg_pool1d(x, 4, 2, 1, count_include_pad=False), SEQUENCE),
}


def batch_norm(x, g, b):
    return F.batch_norm(x, None, None, g, b, training=True)


def hard_swish(x):
    return x * hard_sigmoid(x)


def stem(x, w, g, b):
    return F.max_pool2d(F.relu(batch_norm(F.conv2d(x, w, stride=2, padding=3), g, b)), 3, 2, 1)


def basic_block(x, w1, g1, b1, w2, g2, b2):
    y = F.relu(batch_norm(F.conv2d(x, w1, padding=1), g1, b1))
    return F.relu(x + batch_norm(F.conv2d(y, w2, padding=1), g2, b2))


def mobile_block(x, w1, g1, b1, w2, g2, b2, ws, bs, we, be, w3, g3, b3):
    """MobileNetV3: expand, depthwise, squeeze and excite, project; Howard et al. 2019, arXiv:1905.02244, figure 4."""
    y = hard_swish(batch_norm(F.conv2d(x, w1), g1, b1))
    y = hard_swish(batch_norm(F.conv2d(y, w2, padding=2, groups=6), g2, b2))
    scale = F.conv2d(F.relu(F.conv2d(F.adaptive_avg_pool2d(y, 1), ws, bs)), we, be)
    y = y * hard_sigmoid(scale)
    return x + batch_norm(F.conv2d(y, w3), g3, b3)


def up_block(x, skip, w1, b1, w2, b2):
    up = F.conv_transpose2d(x, w1, b1, stride=2)
    return F.relu(F.conv2d(torch.cat([up, skip], 1), w2, b2, padding=1))


blocks = {
    "stem": of_shapes(stem, [1, 2, 13, 12], [3, 2, 7, 7], [3], [3]),
    "basicBlock": of_shapes(basic_block, [2, 3, 5, 4], [3, 3, 3, 3], [3], [3], [3, 3, 3, 3], [3], [3]),
    "mobileBlock": of_shapes(
        mobile_block,
        [3, 2, 5, 4],
        *([6, 2, 1, 1], [6], [6]),
        *([6, 1, 5, 5], [6], [6]),
        *([3, 6, 1, 1], [3], [6, 3, 1, 1], [6]),
        *([2, 6, 1, 1], [2], [2]),
    ),
    "upBlock": of_shapes(up_block, [1, 4, 2, 3], [1, 2, 4, 6], [4, 2, 2, 2], [2], [3, 4, 3, 3], [3]),
}

with open(sys.argv[1], "w") as file:
    json.dump(
        {"torch": torch.__version__, "convolutions": convolutions, "blocks": blocks}, file, separators=(",", ":")
    )
    file.write("\n")
