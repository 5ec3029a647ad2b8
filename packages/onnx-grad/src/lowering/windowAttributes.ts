import type { ConvolutionWindow, Shape } from "../graph/value.ts";
import type { OnnxAttribute } from "../onnx/encodeParts.ts";

/** Attributes of `Conv` for kernels [o×c×kh×kw]. */
export function windowAttributes(
  kernel: Shape,
  { stride, padding, dilation, groups }: ConvolutionWindow,
): Record<string, OnnxAttribute> {
  return {
    kernel_shape: kernel.slice(2),
    strides: stride,
    pads: padding,
    ...(dilation.every((n) => n === 1) ? {} : { dilations: dilation }),
    ...(groups === 1 ? {} : { group: groups }),
  };
}
