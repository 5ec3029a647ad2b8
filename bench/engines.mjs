// The engines: how each is found and started.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

const file = (name) => fileURLToPath(new URL(`engines/${name}`, import.meta.url));
const cores = availableParallelism();

/** A Python that has PyTorch, or null. */
function pythonWithTorch() {
  for (const python of ["python3", "/usr/bin/python3"]) {
    try {
      execFileSync(python, ["-c", "import torch"], { stdio: "ignore" });
      return python;
    } catch {}
  }
  return null;
}
const python = pythonWithTorch();
const hasPeers = (name) => existsSync(new URL(`peers/node_modules/${name}/package.json`, import.meta.url));
const absentPeer = (name) => (hasPeers(name) ? null : "absent: npm install --prefix bench/peers");

/** What is measured: `variants` are tried first, and the fastest is kept. */
export const engines = [
  { name: "ours", absent: null, command: process.execPath, file: file("ours.mjs"), variants: [{ threads: cores }] },
  {
    name: "pytorch",
    absent: python === null ? "absent: apt-get install python3-torch libopenblas0-pthread" : null,
    command: python,
    file: file("pytorch.py"),
    variants: [1, cores].flatMap((threads) =>
      [null, "Haswell", "SkylakeX", "Zen"].map((coretype) => ({ threads, coretype })),
    ),
  },
  ...["cpu", "wasm"].map((backend) => ({
    name: `tfjs-${backend}`,
    absent: absentPeer("@tensorflow/tfjs"),
    command: process.execPath,
    file: file("tfjs.mjs"),
    variants: [{ backend }],
  })),
  {
    name: "jax-js",
    absent: absentPeer("@jax-js/jax"),
    command: process.execPath,
    file: file("jaxjs.mjs"),
    variants: [{}],
  },
];

/** Minutes after which a peer is given up. */
const patience = 6;

/** Runs one engine in a fresh process; gives what it measured, or the reason why not. */
export function runEngine({ command, file: program }, { coretype, ...variant }, asked) {
  const env = { ...process.env, ...(coretype ? { OPENBLAS_CORETYPE: coretype } : {}) };
  const argument = JSON.stringify({ ...variant, ...asked });
  const done = spawnSync(command, [program, argument], {
    ...{ env, encoding: "utf8", timeout: 60_000 * patience, maxBuffer: 2 ** 26 },
  });
  if (done.error?.code === "ETIMEDOUT") return { reason: `gave up after ${patience} minutes` };
  const line = (done.stdout ?? "").trim().split("\n").at(-1);
  if (done.status === 0 && line.startsWith("{")) return JSON.parse(line);
  const errors = (done.stderr ?? "").split("\n").filter((text) => /error/i.test(text));
  return { reason: `throws: ${(errors[0] ?? `exit code ${done.status}`).trim().slice(0, 200)}` };
}
