/** The packages that a user's module has in common with this program, so that both build graphs of the same values. */
import * as entropySgd from "entropy-sgd";
import * as random from "entropy-sgd/random";
import * as training from "entropy-sgd-training";
import * as onnxGrad from "onnx-grad";
import * as layers from "onnx-grad/layers";
import * as onnx from "onnx-grad/onnx";
import type { SharedPackages } from "../io/bundleModule.ts";

/** By what an import names. */
export const sharedPackages: SharedPackages = {
  "entropy-sgd": entropySgd,
  "entropy-sgd/random": random,
  "entropy-sgd-training": training,
  "onnx-grad": onnxGrad,
  "onnx-grad/layers": layers,
  "onnx-grad/onnx": onnx,
};
