import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serialise, sgd } from "entropy-sgd";
import { InputError } from "entropy-sgd-training";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { decodeSafetensors } from "../src/io/safetensors.ts";
import { checkpointNames, checkpointWriter, newestIntact, removeLeftovers } from "../src/runs/checkpointFolder.ts";
import { type NewCheckpoint, readCheckpoint, writeCheckpoint } from "../src/runs/checkpointFormat.ts";
import { currentEnvironment } from "../src/runs/environment.ts";
import { resolveSettings } from "../src/settings/resolveSettings.ts";
import { evaluationAt, threeWeights as model } from "./testRecords.ts";

const root = mkdtempSync(join(tmpdir(), "checkpoints-"));
afterAll(() => rmSync(root, { recursive: true }));

const settings = resolveSettings({ network: "lenet", optimizer: "sgd", budget: 1, seed: 1 });

/** A checkpoint at a number of gradients, with evaluations of these validation errors, the last one there. */
function checkpointAt(gradients: number, errors: readonly number[]): NewCheckpoint {
  const params = Float32Array.of(gradients, -0, 1e-45);
  const evaluations = errors.map((error, i) => {
    const { params: _, ...numbers } = evaluationAt(gradients - errors.length + 1 + i, error, []);
    return numbers;
  });
  const position = {
    ...{ gradients, batches: gradients, lossSum: 0.1 + 0.2, nextEvaluation: 40, seconds: 1.5, gradientSeconds: 1 },
    evaluations,
  };
  const state = sgd({ learningRate: 0.1, momentum: 0.9 }).init(params);
  return {
    ...{ settings, environment: currentEnvironment(2), dataChecksum: "abc", rollbacks: 2 },
    snapshot: { position, optimizer: serialise(state), params, statistics: { "bn1.mean": Float32Array.of(gradients) } },
    events: [new TextEncoder().encode('{"type":"start"}\n')],
  };
}

let numFolders = 0;
function folder(): string {
  const path = join(root, String(numFolders++));
  mkdirSync(path);
  return path;
}

describe("a checkpoint", () => {
  const files = ["events.jsonl", "optimizer.safetensors", "state.json", "weights.safetensors"];

  test("is read as it was written, to the bit, and holds nothing but its files", () => {
    const path = join(folder(), "001");
    const written = checkpointAt(20, [0.5]);
    writeCheckpoint(path, written, model);
    const { snapshot, ...identity } = written;
    const { point, weights, events, ...read } = readCheckpoint(path);
    expect({ ...read, events: [Buffer.concat([...events]).toString()] }).toEqual({
      ...identity,
      retreat: null,
      events: ['{"type":"start"}\n'],
    });
    expect(point.position).toEqual(snapshot.position);
    expect(point.optimizer).toEqual(snapshot.optimizer);
    expect(point.statistics["bn1.mean"]).toEqual(Float32Array.of(20));
    expect(readdirSync(path).sort()).toEqual(files);
    expect(readdirSync(join(path, ".."))).toEqual(["001"]);
    expect([...weights]).toEqual([...readFileSync(join(path, "weights.safetensors"))]);
    const { tensors, metadata } = decodeSafetensors(weights, "weights");
    expect(tensors.map(({ name, shape, data }) => [name, shape, ...data])).toEqual([
      ["w", [2, 1], 20, -0],
      ["b", [1], Math.fround(1e-45)],
      ["bn1.mean", [1], 20],
    ]);
    expect(metadata).toMatchObject({ network: "lenet", gradients: "20" });
  });

  test("is refused if any bit of any file is flipped, or any file is cut or missing", () => {
    const path = join(folder(), "001");
    writeCheckpoint(path, checkpointAt(20, [0.5]), model);
    const whole = new Map(files.map((name) => [name, readFileSync(join(path, name))] as const));
    const restore = (): void => {
      for (const [name, bytes] of whole) writeFileSync(join(path, name), bytes);
    };
    const place = fc.record({
      file: fc.constantFrom(...files),
      share: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      bit: fc.nat(7),
    });
    fc.assert(
      fc.property(place, fc.constantFrom("flip", "truncate", "remove"), ({ file, share, bit }, how) => {
        const bytes = Buffer.from(whole.get(file)!);
        const at = Math.floor(share * bytes.length);
        if (how === "flip") {
          bytes[at]! ^= 1 << bit;
          writeFileSync(join(path, file), bytes);
        } else if (how === "truncate") truncateSync(join(path, file), at);
        else rmSync(join(path, file));
        try {
          expect(() => readCheckpoint(path)).toThrow(InputError);
        } finally {
          restore();
        }
      }),
      { numRuns: 400, seed: 6 },
    );
    expect(readCheckpoint(path).rollbacks).toBe(2);
  });

  test("of another version is refused, although it is intact", () => {
    const path = join(folder(), "001");
    writeCheckpoint(path, checkpointAt(20, []), model);
    const text = readFileSync(join(path, "state.json"), "utf8");
    const content = text.slice(text.indexOf('"content":') + 10, -2).replace('"version":1', '"version":9');
    const { createHash } = process.getBuiltinModule("node:crypto");
    const sha256 = createHash("sha256").update(content).digest("hex");
    writeFileSync(join(path, "state.json"), `{"sha256":"${sha256}","content":${content}}\n`);
    expect(() => readCheckpoint(path)).toThrow(/state\.json: version: /);
  });

  test("that cannot be written leaves nothing, and the existing one unchanged", () => {
    const path = join(folder(), "001");
    writeCheckpoint(path, checkpointAt(20, []), model);
    const before = readFileSync(join(path, "state.json"), "utf8");
    expect(() => writeCheckpoint(path, checkpointAt(40, []), model)).toThrow(/ENOTEMPTY|EEXIST/);
    const broken = { ...checkpointAt(40, []), events: null as unknown as Uint8Array[] };
    expect(() => writeCheckpoint(join(path, "..", "002"), broken, model)).toThrow();
    expect(readdirSync(join(path, ".."))).toEqual(["001"]);
    expect(readFileSync(join(path, "state.json"), "utf8")).toBe(before);
  });
});

describe("the checkpoints of a run", () => {
  const names = (run: string) => readdirSync(join(run, "checkpoints")).sort();

  test("are numbered, and the last and the best are kept", () => {
    const run = folder();
    const writer = checkpointWriter(run, { keepLast: 2, keepBest: 1 }, model);
    const written = [[], [0.3], [0.1], [0.2], [], [0.1]].map((errors, i) =>
      writer.write(checkpointAt(20 * (i + 1), errors)),
    );
    expect(written).toEqual(["001", "002", "003", "004", "005", "006"]);
    // 003 has the best validation error, the earliest of equals.
    expect(names(run)).toEqual(["003", "005", "006"]);
    const later = checkpointWriter(run, { keepLast: 1, keepBest: 2 }, model);
    expect(later.write(checkpointAt(200, [0.05]))).toBe("007");
    expect(names(run)).toEqual(["003", "007"]);
    expect(newestIntact(run)).toMatchObject({ name: "007", skipped: [] });
  });

  test("that are damaged are skipped, named and kept", () => {
    const run = folder();
    const writer = checkpointWriter(run, { keepLast: 3, keepBest: 0 }, model);
    for (const gradients of [10, 20, 30]) writer.write(checkpointAt(gradients, []));
    truncateSync(join(run, "checkpoints", "003", "weights.safetensors"), 7);
    rmSync(join(run, "checkpoints", "002", "state.json"));
    const found = newestIntact(run);
    expect(found.name).toBe("001");
    expect(found.checkpoint?.point.position.gradients).toBe(10);
    expect(found.skipped.map(({ name }) => name)).toEqual(["003", "002"]);
    expect(found.skipped[0]!.why).toMatch(/003\/weights\.safetensors: damaged, it must have \d+ bytes, it has 7$/);
    expect(found.skipped[1]!.why).toMatch(/002\/state\.json: missing$/);
    checkpointWriter(run, { keepLast: 1, keepBest: 0 }, model, found).write(checkpointAt(40, []));
    expect(names(run)).toEqual(["002", "003", "004"]);
    rmSync(join(run, "checkpoints", "004", "events.jsonl"));
    expect(() => newestIntact(run)).toThrow(/checkpoints: no checkpoint is intact \(.*004.*003.*002/);
  });

  test("may be absent", () => {
    expect(newestIntact(folder())).toEqual({ name: null, checkpoint: null, skipped: [] });
  });

  test("are listed without temporary files, which the holder of the lock removes", () => {
    const run = folder();
    checkpointWriter(run, { keepLast: 1, keepBest: 0 }, model).write(checkpointAt(10, []));
    mkdirSync(join(run, "checkpoints", "002.0123.tmp"));
    writeFileSync(join(run, "checkpoints", "002.0123.tmp", "state.json"), "{");
    writeFileSync(join(run, "weights.safetensors.0123.tmp"), "");
    expect(checkpointNames(run)).toEqual(["001"]);
    removeLeftovers(run);
    expect(names(run)).toEqual(["001"]);
    expect(readdirSync(run)).toEqual(["checkpoints"]);
  });

  test("are not written or removed through a symbolic link", () => {
    const [run, outside] = [folder(), folder()];
    mkdirSync(join(outside, "004.0123.tmp"));
    symlinkSync(outside, join(run, "checkpoints"));
    const rule = /checkpoints: must be a folder, and no symbolic link$/;
    expect(() => removeLeftovers(run)).toThrow(rule);
    expect(() => newestIntact(run)).toThrow(rule);
    expect(() => checkpointWriter(run, { keepLast: 1, keepBest: 0 }, model).write(checkpointAt(10, []))).toThrow(rule);
    expect(existsSync(join(outside, "004.0123.tmp"))).toBe(true);
  });

  test("beyond 999 are in the order of their numbers", () => {
    const run = folder();
    for (const name of ["1000", "998", "999"]) mkdirSync(join(run, "checkpoints", name), { recursive: true });
    expect(checkpointNames(run)).toEqual(["998", "999", "1000"]);
    expect(checkpointWriter(run, { keepLast: 1, keepBest: 0 }, model).write(checkpointAt(10, []))).toBe("1001");
  });
});
