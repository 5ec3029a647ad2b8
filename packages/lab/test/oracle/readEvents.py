"""What TensorBoard's own reader finds in event files: `python readEvents.py RUN/tensorboard`."""
import sys

from tensorboard.backend.event_processing import event_accumulator
from tensorboard.util import tensor_util

# Everything, where TensorBoard keeps a sample by default.
sizes = {kind: 0 for kind in event_accumulator.DEFAULT_SIZE_GUIDANCE}
events = event_accumulator.EventAccumulator(sys.argv[1], size_guidance=sizes)
events.Reload()
for tag in events.Tags()["tensors"]:
    found = events.Tensors(tag)
    plugin = events.SummaryMetadata(tag).plugin_data.plugin_name
    steps = [event.step for event in found]
    last = tensor_util.make_ndarray(found[-1].tensor_proto)
    value = f"{last!s:.40}".replace("\n", " ") if last.ndim == 0 else f"array of shape {last.shape}"
    once = "each step once" if len(set(steps)) == len(steps) else "STEPS TWICE"
    print(f"{tag}: {plugin}, {len(steps)} values, steps {steps[0]} to {steps[-1]}, {once}, last {value}")
