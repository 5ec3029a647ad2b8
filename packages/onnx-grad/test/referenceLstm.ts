/** An LSTM forward and backward through time in plain loops over numbers, written without the package. */

interface Sizes {
  readonly batch: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
  readonly reverse: boolean;
}

type Arrays = Readonly<Record<string, Float64Array>>;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Outputs [batch × steps × units], the last h and c, and the gradients of Σ r0·outputs + Σ r1·h + Σ r2·c in inputs, weight, bias,
 * recurrent and the first h and c.
 */
export function referenceLstm(at: Arrays, { batch, steps, features, units, reverse }: Sizes): Float64Array[] {
  const { inputs: x, "rnn.weight": W, "rnn.recurrent": R, "rnn.bias": bias } = at as Record<string, Float64Array>;
  const order = Array.from({ length: steps }, (_, i) => (reverse ? steps - 1 - i : i));
  const [outputs, dx] = [new Float64Array(batch * steps * units), new Float64Array(x!.length)];
  const [dW, dR, db] = [W, R, bias].map((array) => new Float64Array(array!.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const [hT, cT, dh0, dc0] = [0, 1, 2, 3].map(() => new Float64Array(batch * units)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let n = 0; n < batch; n++) {
    const row = (array: Float64Array): Float64Array => array.slice(n * units, (n + 1) * units);
    const inputAt = (t: number): Float64Array =>
      x!.subarray((n * steps + t) * features, (n * steps + t + 1) * features);
    let [h, c] = [row(at["rnn.h"]!), row(at["rnn.c"]!)];
    const tape = order.map((t) => {
      const z = Float64Array.from({ length: 4 * units }, (_, k) => {
        let sum = bias![k]!;
        for (let j = 0; j < features; j++) sum += inputAt(t)[j]! * W![j * 4 * units + k]!;
        for (let j = 0; j < units; j++) sum += h[j]! * R![j * 4 * units + k]!;
        return sum;
      });
      const gate = (k: number, f: (x: number) => number) => z.subarray(k * units, (k + 1) * units).map(f);
      const [i, o, f, g] = [gate(0, sigmoid), gate(1, sigmoid), gate(2, sigmoid), gate(3, Math.tanh)];
      const record = { t, h, c, i, o, f, g };
      c = c.map((before, k) => f[k]! * before + i[k]! * g[k]!);
      h = c.map((cell, k) => o[k]! * Math.tanh(cell));
      outputs.set(h, (n * steps + t) * units);
      return { ...record, next: c };
    });
    hT.set(h, n * units);
    cT.set(c, n * units);
    let [dh, dc] = [row(at.r1!), row(at.r2!)];
    for (const { t, h: before, c: cell, i, o, f, g, next } of tape.reverse()) {
      const dz = new Float64Array(4 * units);
      for (let k = 0; k < units; k++) {
        dh[k]! += at.r0![(n * steps + t) * units + k]!;
        const tanh = Math.tanh(next[k]!);
        dc[k]! += dh[k]! * o[k]! * (1 - tanh * tanh);
        dz[k] = dc[k]! * g[k]! * i[k]! * (1 - i[k]!);
        dz[units + k] = dh[k]! * tanh * o[k]! * (1 - o[k]!);
        dz[2 * units + k] = dc[k]! * cell[k]! * f[k]! * (1 - f[k]!);
        dz[3 * units + k] = dc[k]! * i[k]! * (1 - g[k]! * g[k]!);
      }
      dc = dc.map((d, k) => d * f[k]!);
      dh = new Float64Array(units);
      for (let k = 0; k < 4 * units; k++) {
        db[k]! += dz[k]!;
        for (let j = 0; j < features; j++) {
          dW[j * 4 * units + k]! += inputAt(t)[j]! * dz[k]!;
          dx[(n * steps + t) * features + j]! += W![j * 4 * units + k]! * dz[k]!;
        }
        for (let j = 0; j < units; j++) {
          dR[j * 4 * units + k]! += before[j]! * dz[k]!;
          dh[j]! += R![j * 4 * units + k]! * dz[k]!;
        }
      }
    }
    dh0.set(dh, n * units);
    dc0.set(dc, n * units);
  }
  return [outputs, hT, cT, dx, dW, db, dR, dh0, dc0];
}
