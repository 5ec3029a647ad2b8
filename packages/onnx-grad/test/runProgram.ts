/** Compiles, binds, runs and closes in one call: for tests of the compiled path. */
import * as ort from "onnxruntime-node";
import * as g from "../src/index.ts";

/** What the program compiled as written gives for each output, in order; inputs are rounded to their dtype. */
export async function runProgram(
  outputs: Readonly<Record<string, g.Value>>,
  feeds: g.Feeds,
  device: g.Device = "cpu",
): Promise<Float32Array[]> {
  const program = await g.compile(outputs, { ort, device, threads: 1, optimise: false });
  for (const [name, { dtype }] of Object.entries(program.inputs)) {
    program.bindInput(name, dtype === "int32" ? Int32Array.from(feeds[name]!) : Float32Array.from(feeds[name]!));
  }
  const targets = Object.entries(outputs).map(([name, { shape }]) => {
    const target = new Float32Array(g.sizeOf(shape));
    program.bindOutput(name, target);
    return target;
  });
  await program.run();
  await program.close();
  return targets;
}

/** `runProgram` of outputs without names. */
export function runValues(values: readonly g.Value[], feeds: g.Feeds): Promise<Float32Array[]> {
  return runProgram(Object.fromEntries(values.map((value, i) => [`y${i}`, value])), feeds);
}
