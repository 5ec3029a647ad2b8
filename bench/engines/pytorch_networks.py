"""The networks in PyTorch, over weights by name and dropout masks that are drawn elsewhere."""

import torch
import torch.nn.functional as F


def network_of(network, p, masks):
    """A function of inputs and of whether they are for training, which gives logits."""
    statistics = {}
    training = True

    def norm(name, x):
        mean, variance = statistics.setdefault(name, (x.new_zeros(x.shape[1]), x.new_ones(x.shape[1])))
        if training:
            mean = variance = None
        return F.batch_norm(x, mean, variance, p[name + ".weight"], p[name + ".bias"], training)

    def conv(name, x, stride=1, padding=0):
        return F.conv2d(x, p[name + ".weight"], p.get(name + ".bias"), stride, padding)

    def dense(name, x):
        return torch.addmm(p[name + ".bias"], x, p[name + ".weight"])

    def drop(x, i):
        return x * masks[i] if training and masks else x

    def mnistfc_bn(x):
        x = drop(F.relu_(norm("bn1", dense("fc1", x.flatten(1)))), 0)
        return dense("fc3", drop(F.relu_(norm("bn2", dense("fc2", x))), 1))

    def lenet(x):
        # Pooling before ReLU, as ours has it: they commute, and ReLU sees fewer elements.
        x = drop(F.relu_(F.max_pool2d(norm("bn1", conv("conv1", x)), 3)), 0)
        x = drop(F.relu_(F.max_pool2d(norm("bn2", conv("conv2", x)), 2)), 1)
        return dense("fc2", drop(F.relu_(norm("bn3", dense("fc1", x.flatten(1)))), 2))

    def all_cnn_bn(x):
        for i in range(1, 10):
            stride = 2 if i in (3, 6) else 1
            x = F.relu_(norm(f"bn{i}", conv(f"conv{i}", x, stride, 0 if i == 9 else 1)))
            if stride == 2:
                x = drop(x, i // 3 - 1)
        return x.mean((2, 3))

    def basic_block(name, x, stride):
        y = F.relu_(norm(name + ".bn1", conv(name + ".conv1", x, stride, 1)))
        y = norm(name + ".bn2", conv(name + ".conv2", y, 1, 1))
        if stride == 2:
            x = norm(name + ".bnShortcut", conv(name + ".convShortcut", x, 2))
        return F.relu_(y.add_(x))

    def resnet18(x):
        x = F.max_pool2d(F.relu_(norm("bn1", conv("conv1", x, 2, 3))), 3, 2, 1)
        for stage in range(1, 5):
            for block in range(2):
                x = basic_block(f"layer{stage}.{block}", x, 2 if stage > 1 and block == 0 else 1)
        return dense("fc", x.mean((2, 3)))

    networks = {"mnistfc-bn": mnistfc_bn, "lenet": lenet, "all-cnn-bn": all_cnn_bn, "resnet18": resnet18}
    logits = networks[network]

    def forward(x, is_training):
        nonlocal training
        training = is_training
        return logits(x)

    return forward
