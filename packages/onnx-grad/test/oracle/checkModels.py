"""Checks ONNX files as python3-onnx does, shapes too: python3 checkModels.py FILE…; prints `name opset nodes` of each."""
import sys

import onnx

for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    domains = {entry.domain for entry in model.opset_import} | {node.domain for node in model.graph.node}
    if domains != {""}:
        sys.exit(f"{path}: operators of {domains}")
    print(path.rsplit("/", 1)[-1], model.opset_import[0].version, len(model.graph.node))
