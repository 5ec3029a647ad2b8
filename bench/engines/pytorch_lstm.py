"""PyTorch on the same recurrent language model, one process: python3 bench/engines/pytorch_lstm.py '{"work": "folder", ...}'

`torch.nn.LSTM` over the whole window, both layers in one call, from the same weights; gates in its order. Gradients are used
where autograd leaves them.
"""

import json
import resource
import sys
import time
from os.path import join

import numpy as np
import torch
import torch.nn.functional as F

asked = json.loads(sys.argv[1])
work = json.load(open(join(asked["work"], "work.json")))
batch, steps, vocabulary = work["batchSize"], work["steps"], work["vocabulary"]
torch.set_num_threads(asked["threads"])
torch.set_flush_denormal(True)


def load(name, dtype):
    return torch.from_numpy(np.fromfile(join(asked["work"], name), dtype=dtype))


flat = load("weights.bin", np.float32)
p = {b["name"]: flat[b["offset"]:b["offset"] + int(np.prod(b["shape"]))].view(b["shape"]) for b in work["layout"]}
tokens = load("inputs.bin", np.float32).long().view(batch, steps)
labels = load("labels.bin", np.int32).long()


def ordered(gates):
    """Rows of the gates i, f, g, o from columns i, o, f, g."""
    i, o, f, g = gates.t().chunk(4) if gates.dim() == 2 else gates.chunk(4)
    return torch.cat([i, f, g, o]).contiguous()


units = p["lstm1.recurrent"].shape[0]
lstm = torch.nn.LSTM(p["lstm1.weight"].shape[0], units, 2, batch_first=True)
with torch.no_grad():
    for layer in range(2):
        name = f"lstm{layer + 1}"
        getattr(lstm, f"weight_ih_l{layer}").copy_(ordered(p[name + ".weight"]))
        getattr(lstm, f"weight_hh_l{layer}").copy_(ordered(p[name + ".recurrent"]))
        getattr(lstm, f"bias_ih_l{layer}").copy_(ordered(p[name + ".bias"]))
        getattr(lstm, f"bias_hh_l{layer}").zero_()
others = {name: value.clone().requires_grad_(True) for name, value in p.items() if not name.startswith("lstm")}
weights = [*lstm.parameters(), *others.values()]
states = (torch.zeros(2, batch, units), torch.zeros(2, batch, units))


def loss_and_gradient():
    for weight in weights:
        weight.grad = None
    x = F.embedding(tokens, others["embedding.weight"]) if "embedding.weight" in others else F.one_hot(tokens, vocabulary).float()
    y, _ = lstm(x, states)
    loss = F.cross_entropy(torch.addmm(others["softmax.bias"], y.reshape(-1, units), others["softmax.weight"]), labels)
    loss.backward()
    return loss


found = {"version": torch.__version__, "loss": loss_and_gradient().item()}
found["startupMs"] = 1000 * time.time() - asked["startedAt"]
# PyTorch has a second bias in each layer, whose gradient is that of the first.
single = [weight for name, weight in lstm.named_parameters() if "bias_hh" not in name] + list(others.values())
found["gradientNorm"] = sum(weight.grad.double().square().sum().item() for weight in single) ** 0.5
times, end = [], time.perf_counter() + asked["seconds"]
while len(times) < 3 or time.perf_counter() < end:
    begun = time.perf_counter()
    loss_and_gradient()
    times.append(round(1000 * (time.perf_counter() - begun), 4))
found["gradientMs"] = times
found["peakMB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps(found))
