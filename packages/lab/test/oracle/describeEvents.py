"""TensorBoard's own description of its event files, as the package carries it: `python describeEvents.py > tensorboardEvents.json`."""
import base64
import json
import textwrap

import tensorboard
from google.protobuf import descriptor_pb2
from tensorboard.compat.proto import event_pb2


def with_imports(file, seen):
    """The file after those that it imports, each once."""
    if file.name not in seen:
        for imported in file.dependencies:
            with_imports(imported, seen)
        seen[file.name] = descriptor_pb2.FileDescriptorProto.FromString(file.serialized_pb)
    return seen


files = descriptor_pb2.FileDescriptorSet(file=with_imports(event_pb2.DESCRIPTOR, {}).values())
content = base64.b64encode(files.SerializeToString()).decode()
print(
    json.dumps(
        {
            "source": f"tensorboard {tensorboard.__version__}, Apache-2.0, tensorboard/compat/proto/event.proto and what it imports",
            "fileDescriptorSet": textwrap.wrap(content, 110),
        },
        indent=2,
    )
)
