// Saves the state of an optimizer in the middle of an inner loop, and goes on from the files to the same bits.
// Run it by `npx tsx examples/save-and-resume.ts` (after `npm run build`).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deserialise, entropySgd, geometricScope, type LocalEntropyState, type StateOf, serialise } from "entropy-sgd";

const gradientAt = (x: Float32Array) => x.map((value, i) => (i + 1) * (value - 1));
const options = { scope: geometricScope(1e-2, 1e-3), innerSteps: 20, noise: 1e-2, seed: 3 };
const start = new Float32Array([5, -4, 3]);

type State = StateOf<LocalEntropyState, Float32Array>;

function steps(state: State, count: number): State {
  const optimizer = entropySgd(options);
  let now = state;
  for (let i = 0; i < count; i++) now = optimizer.step(gradientAt(optimizer.gradientPoint(now)), now);
  return now;
}

const folder = mkdtempSync(join(tmpdir(), "state-"));
const fresh = () => entropySgd(options).init(start);

// 47 gradients are two outer steps and seven inner ones.
const { json, vectors } = serialise(steps(fresh(), 47));
writeFileSync(join(folder, "state.json"), JSON.stringify({ json, names: Object.keys(vectors) }));
for (const [name, vector] of Object.entries(vectors)) writeFileSync(join(folder, name), vector);

// In another process, on another day, with the same options:
const saved = JSON.parse(readFileSync(join(folder, "state.json"), "utf8"));
const vectorIn = (name: string) => new Float32Array(new Uint8Array(readFileSync(join(folder, name))).buffer);
const read = Object.fromEntries(saved.names.map((name: string) => [name, vectorIn(name)]));
const resumed = steps(deserialise({ json: saved.json, vectors: read }, fresh()), 53);
rmSync(folder, { recursive: true });

const whole = steps(fresh(), 100);
console.log(`resumed  ${resumed.params.join(" ")}\nat once  ${whole.params.join(" ")}`);
