/** How parameters begin. An initialiser is a pure function of the shape and of the numbers of its random source. */
import { requirePositive } from "../graph/requirements.ts";
import type { Shape } from "../graph/value.ts";

/** Seeded numbers; `path` names the parameter, so that one parameter's numbers do not depend on the others. */
export interface RandomSource {
  /** Fills `out` with numbers uniform on (0, 1). */
  uniformInto(out: Float32Array, path: string): void;
  /** Fills `out` with standard normal numbers. */
  normalInto(out: Float32Array, path: string): void;
}

/** Fills `out` with the initial values of a parameter of `shape`. */
export type Initialiser = (out: Float32Array, shape: Shape, name: string, random: RandomSource) => void;

/** U(±bound). */
export function uniform(bound: number): Initialiser {
  requirePositive("uniform", "bound", bound);
  return (out, _, name, random) => {
    random.uniformInto(out, name);
    for (let i = 0; i < out.length; i++) out[i] = (2 * out[i]! - 1) * bound;
  };
}

/** All elements equal to `value`. */
export function filled(value: number): Initialiser {
  return (out) => {
    out.fill(value);
  };
}

/** PyTorch's default for weights and biases of linear and convolutional layers: U(±1/√fanIn). */
export function torchDefault(fanIn: number): Initialiser {
  requirePositive("torchDefault", "fanIn", fanIn);
  return uniform(1 / Math.sqrt(fanIn));
}

/** N(0, deviation²). */
export function normal(deviation: number): Initialiser {
  requirePositive("normal", "deviation", deviation);
  return (out, _, name, random) => {
    random.normalInto(out, name);
    for (let i = 0; i < out.length; i++) out[i] = out[i]! * deviation;
  };
}

/** N(0, 2/fanIn), for ReLU networks. He et al. 2015, arXiv:1502.01852, eq. 10. */
export function heNormal(fanIn: number): Initialiser {
  requirePositive("heNormal", "fanIn", fanIn);
  return normal(Math.sqrt(2 / fanIn));
}

/** U(±√(6/(fanIn + fanOut))), for tanh networks. Glorot and Bengio 2010, eq. 16. */
export function glorotUniform(fanIn: number, fanOut: number): Initialiser {
  requirePositive("glorotUniform", "fanIn + fanOut", fanIn + fanOut);
  return uniform(Math.sqrt(6 / (fanIn + fanOut)));
}
