// The `entropy-sgd` command with checkpoints that are not to be trusted, to prove that the harness finds losses:
// they are written in place, without a temporary name, and read without a look at their checksums.
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../packages/lab/dist/commands/main.js";
import { processContext } from "../packages/lab/dist/commands/processContext.js";
import { checkpointFiles } from "../packages/lab/dist/runs/checkpointFolder.js";
import { writeCheckpoint } from "../packages/lab/dist/runs/checkpointFormat.js";

const names = ["weights.safetensors", "optimizer.safetensors", "events.jsonl", "state.json"];

/** The right files, put to their place piece by piece. */
function write(path, checkpoint, model) {
  const folder = mkdtempSync(join(tmpdir(), "in-place-"));
  const whole = join(folder, "whole");
  writeCheckpoint(whole, checkpoint, model);
  mkdirSync(path, { recursive: true });
  for (const name of names) {
    const bytes = readFileSync(join(whole, name));
    writeFileSync(join(path, name), "");
    const size = Math.ceil(bytes.length / 50) + 1;
    for (let at = 0; at < bytes.length; at += size) appendFileSync(join(path, name), bytes.subarray(at, at + size));
  }
  rmSync(folder, { recursive: true });
}

function read(path) {
  const { content } = JSON.parse(readFileSync(join(path, "state.json"), "utf8"));
  const { settings, environment, dataChecksum, rollbacks, position, optimizer } = content;
  const weights = readFileSync(join(path, "weights.safetensors"));
  return {
    ...{ settings, environment, dataChecksum, rollbacks, weights },
    point: {
      position,
      optimizer: { json: optimizer, vectors: tensorsIn(readFileSync(join(path, "optimizer.safetensors"))) },
      statistics: tensorsIn(weights),
    },
    events: [readFileSync(join(path, "events.jsonl"))],
  };
}

function tensorsIn(bytes) {
  const length = Number(bytes.readBigUInt64LE(0));
  const { __metadata__, ...entries } = JSON.parse(bytes.subarray(8, 8 + length).toString());
  const tensors = Object.entries(entries).map(
    ([
      name,
      {
        data_offsets: [start, end],
      },
    ]) => {
      const data = new Float32Array((end - start) / 4);
      Buffer.from(data.buffer).set(bytes.subarray(8 + length + start, 8 + length + end));
      return [name, data];
    },
  );
  return Object.fromEntries(tensors);
}

Object.assign(checkpointFiles, { write, read });
process.exitCode = await main(process.argv.slice(2), processContext());
