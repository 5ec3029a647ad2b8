/** Loops of every kind: with and without states, weights used twice, states that depend on no step, loops in loops. */
import * as g from "../src/index.ts";

export interface LoopCase {
  readonly sequences: readonly (readonly number[])[];
  readonly states: readonly (readonly number[])[];
  readonly reverse?: boolean;
  readonly step: (slices: readonly g.Value[], states: readonly g.Value[]) => g.ScanStep;
}

const w = g.input("w", [3, 3]);
const u = g.input("u", [2, 3]);
const b = g.input("b", [3]);

const recurrent: LoopCase = {
  sequences: [[4, 2, 2]],
  states: [[2, 3]],
  step: ([x], [h]) => {
    const next = g.tanh(g.add(g.add(g.matmul(x!, u), g.matmul(h!, w)), b));
    return { states: [next], outputs: [next] };
  },
};

export const loopCases: Readonly<Record<string, LoopCase>> = {
  recurrent,
  reversed: { ...recurrent, reverse: true },
  "of one step": { ...recurrent, sequences: [[1, 2, 2]] },
  "without states": {
    sequences: [[4, 2, 3]],
    states: [],
    step: ([x]) => ({ outputs: [g.softmax(g.matmul(g.mul(x!, b), w)), g.reduceSum(g.mul(x!, x!), { axes: [1] })] }),
  },
  "a weight used twice": {
    sequences: [[3, 2, 3]],
    states: [
      [2, 3],
      [2, 3],
    ],
    step: ([x], [h, c]) => {
      const z = g.sigmoid(g.add(g.matmul(h!, w), g.matmul(c!, w, { transposeB: true })));
      return { states: [g.mul(z, x!), g.add(c!, g.mul(z, g.reduceSum(w)))], outputs: [z, g.matmul(z, w)] };
    },
  },
  "states that are exchanged, and the state before a step": {
    sequences: [[3, 2]],
    states: [[2], [2]],
    step: ([x], [p, q]) => ({ states: [q!, g.mul(p!, x!)], outputs: [p!, g.add(q!, x!)] }),
  },
  "a state that is kept": {
    sequences: [[3, 2]],
    states: [[2], [2]],
    step: ([x], [p, q]) => ({ states: [p!, g.mul(q!, g.add(p!, x!))], outputs: [g.mul(p!, x!), p!] }),
  },
  "states that are exchanged in circles, behind which another follows": {
    sequences: [[5, 2]],
    states: [[2], [2], [2], [2], [2], [2]],
    step: ([x], [p, q, r, s, t, delayed]) => ({
      states: [q!, r!, p!, t!, s!, p!],
      outputs: [g.mul(g.mul(p!, x!), t!), q!, g.add(delayed!, s!)],
    }),
  },
  "states that are exchanged from the last slice on": {
    sequences: [[4, 2]],
    states: [[2], [2]],
    reverse: true,
    step: ([x], [p, q]) => ({ states: [q!, p!], outputs: [g.mul(p!, g.mul(p!, x!))] }),
  },
  "nothing but states that are kept and exchanged": {
    sequences: [[3, 2]],
    states: [[2], [3], [3]],
    step: (_, [p, q, r]) => ({ states: [p!, r!, q!], outputs: [] }),
  },
  "a state that is a slice or no function of the step": {
    sequences: [[3, 3]],
    states: [[3], [3]],
    step: ([x], [p, q]) => ({ states: [x!, b], outputs: [g.mul(p!, g.mul(q!, x!))] }),
  },
  "no sequence that a state needs": {
    sequences: [[3, 2]],
    states: [[3]],
    step: ([x], [s]) => ({
      states: [g.tanh(g.add(g.mul(s!, b), b))],
      outputs: [g.mul(g.reduceSum(s!), x!)],
    }),
  },
  "products of slices": {
    sequences: [
      [3, 2, 3],
      [3, 3, 2],
    ],
    states: [[2, 2]],
    step: ([x, y], [s]) => {
      const p = g.matmul(x!, y!);
      return {
        states: [g.add(g.matmul(p, s!), g.matmul(x!, u, { transposeB: true }))],
        outputs: [g.transpose(p), g.matmul(g.transpose(x!), s!)],
      };
    },
  },
  "an operation of steps only": {
    sequences: [[3, 1, 1, 3, 3]],
    states: [[1, 1, 2, 2]],
    step: ([x], [s]) => {
      const y = g.conv2d(x!, g.reshape(g.slice(w, [0, 0], [2, 2]), [1, 1, 2, 2]));
      return {
        states: [g.mul(g.tanh(y), g.add(s!, g.constant(0.5)))],
        outputs: [g.conv2d(g.mul(y, y), g.reshape(b, [3, 1, 1, 1]))],
      };
    },
  },
  "rearranged parts": {
    sequences: [[3, 2, 4]],
    states: [[2, 2]],
    step: ([x], [s]) => {
      const [left, right] = g.split(g.mul(x!, g.concat([s!, g.tanh(s!)], 1)), [2, 2], 1);
      const both = g.concat([left!, g.broadcastTo(g.slice(b, [0], [1]), [2, 2])], 0);
      return { states: [g.add(g.relu(left!), right!)], outputs: [both, g.pad(g.transpose(right!), [1, 0], [0, 1])] };
    },
  },
  "a loop in a loop": {
    sequences: [[3, 4, 2]],
    states: [[3]],
    step: ([x], [s]) => {
      const inner = g.scan(
        ([y], [t]) => {
          const next = g.tanh(g.add(g.matmul(t!, w), g.mul(g.reduceSum(y!), s!)));
          return { states: [next], outputs: [g.mul(next, b)] };
        },
        { sequences: [x!], states: [s!] },
      );
      return { states: [inner.states[0]!], outputs: inner.outputs };
    },
  },
};
