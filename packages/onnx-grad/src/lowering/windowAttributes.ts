import type { ConvolutionWindow, PoolWindow, Shape } from "../graph/value.ts";
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

/** Attributes of pooling and of `Conv` with the pooling window as its kernel. */
export function poolAttributes({ size, stride, padding, dilation }: PoolWindow): Record<string, OnnxAttribute> {
  return {
    kernel_shape: size,
    strides: stride,
    ...(padding.every((n) => n === 0) ? {} : { pads: padding }),
    ...(dilation.every((n) => n === 1) ? {} : { dilations: dilation }),
  };
}
