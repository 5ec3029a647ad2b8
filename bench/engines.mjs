// The engines: how each is found and started, and which configurations of it are tried.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

/** The file of a program beside this one; the archive for other machines has the same folders. */
const file = (name) => fileURLToPath(new URL(`engines/${name}`, import.meta.url));
const cores = availableParallelism();

/** A Python that has PyTorch, or null. */
function pythonWithTorch() {
  const candidates = [process.env.PYTHON, "/usr/bin/python3", "python3"].filter(Boolean);
  const has = (python) => spawnSync(python, ["-c", "import torch"], { stdio: "ignore" }).status === 0;
  return candidates.find(has) ?? null;
}

const node = (name, variant) => () => ({ command: process.execPath, file: file(name), stages: [() => [variant]] });

/** Networks that the peers have; a step of ResNet-18 would take them minutes. */
const peerNetworks = ["mnistfc-bn", "lenet", "all-cnn-bn"];

function peer(packageName, name, variant) {
  const manifest = new URL(`peers/node_modules/${packageName}/package.json`, import.meta.url);
  return () =>
    existsSync(manifest)
      ? { ...node(name, variant)(), networks: peerNetworks }
      : { absent: "absent: npm install --prefix bench/peers", stages: [] };
}

/** Our engine on a device, and PyTorch on CUDA or absent; started with `{ network, work, device, ... }`. */
export const deviceEngines = () => ({
  ours: { command: process.execPath, file: file("oursDevice.mjs") },
  pytorch: pytorch([]),
});

/** The program that tells of the GPU adapter. */
export const adapterProbe = { command: process.execPath, file: file("adapterProbe.mjs") };

function pytorch(stages, program = "pytorch.py") {
  const command = pythonWithTorch();
  if (command === null) return { absent: "absent: apt-get install python3-torch libopenblas0-pthread", stages: [] };
  return { command, file: file(program), stages };
}

const counts = [...new Set([1, cores])];

/** PyTorch as it comes: its threads, then OpenBLAS's kernels. */
const threadCounts = () => counts.map((threads) => ({ threads }));

/**
 * PyTorch's threads, OpenBLAS's own ones (by default as many as cores), and whether PyTorch's spin while they wait: on few
 * cores two spinning pools take each other's time.
 */
function pools() {
  return counts.flatMap((threads) =>
    counts.flatMap((blasThreads) =>
      (threads === 1 ? [null] : [null, "PASSIVE"]).map((waitPolicy) => ({
        tuned: true,
        threads,
        blasThreads,
        waitPolicy,
      })),
    ),
  );
}
/** OpenBLAS's kernels; one that the processor lacks fails and is passed over. */
const coreTypes = (best) => ["Haswell", "SkylakeX", "Zen"].map((coreType) => ({ ...best, coreType }));
const formats = (best, network) => (network === "mnistfc-bn" ? [] : [{ ...best, format: "channels_last" }]);

/**
 * Finds an engine: `absent` says why it cannot run; each of `stages` gives configurations to try, from the best so far;
 * `networks` are those that it has, where it lacks some.
 */
export const findEngine = {
  ours: node("ours.mjs", { threads: cores }),
  pytorch: () => pytorch([threadCounts, coreTypes]),
  "pytorch-tuned": () => pytorch([pools, coreTypes, formats]),
  "tfjs-cpu": peer("@tensorflow/tfjs", "tfjs.mjs", { backend: "cpu" }),
  "tfjs-wasm": peer("@tensorflow/tfjs", "tfjs.mjs", { backend: "wasm" }),
  "jax-js": peer("@jax-js/jax", "jaxjs.mjs", {}),
};

/** The engines of recurrent language models, found in the same way. */
export const findLstmEngine = {
  ours: node("oursLstm.mjs", { threads: cores }),
  pytorch: () => pytorch([threadCounts, coreTypes], "pytorch_lstm.py"),
};

/** Minutes after which a peer is given up. */
const patience = 4;

const environmentOf = ({ blasThreads, coreType, waitPolicy }) => ({
  ...process.env,
  PYTHONDONTWRITEBYTECODE: "1",
  ...(blasThreads ? { OPENBLAS_NUM_THREADS: String(blasThreads) } : {}),
  ...(coreType ? { OPENBLAS_CORETYPE: coreType } : {}),
  ...(waitPolicy ? { OMP_WAIT_POLICY: waitPolicy } : {}),
});

/**
 * Runs one engine in a fresh process; gives what it measured, or the reason why not.
 *
 * Options: seconds after which it is given up, variables of its environment, and who is told what it wrote to standard error.
 */
export function runEngine(
  { command, file: program },
  variant,
  asked,
  { seconds = 60 * patience, environment = {}, onErrors = (_text) => {} } = {},
) {
  const argument = JSON.stringify({ ...variant, ...asked, startedAt: Date.now() });
  const env = { ...environmentOf(variant), ...environment };
  const limits = { timeout: 1000 * seconds, killSignal: /** @type {const} */ ("SIGKILL"), maxBuffer: 2 ** 26 };
  const done = spawnSync(command, [program, argument], { env, encoding: "utf8", ...limits });
  onErrors(done.stderr ?? "");
  return resultOf(done, seconds);
}

function resultOf(done, seconds) {
  if (/** @type {NodeJS.ErrnoException | undefined} */ (done.error)?.code === "ETIMEDOUT")
    return { reason: `gave up after ${seconds >= 60 ? `${seconds / 60} minutes` : `${seconds} seconds`}` };
  if (done.error) return { reason: `throws: ${done.error.message}` };
  const line = (done.stdout ?? "").trim().split("\n").at(-1) ?? "";
  if (done.status === 0 && line.startsWith("{")) return JSON.parse(line);
  const lines = (done.stderr ?? "").split("\n");
  // The error itself rather than the line of the program that a stack begins with.
  const error =
    lines.find((text) => /^[\w.]*(Error|Exception)\b.*:/.test(text)) ?? lines.find((text) => /error/i.test(text));
  const ending = done.status === null ? `signal ${done.signal}` : `exit code ${done.status}`;
  return { reason: `throws: ${(error ?? ending).trim().slice(0, 200)}` };
}

/** Runs another program of ours in a fresh process and gives what it prints; its messages go to standard error. */
export function runOurs(name, asked, nodeOptions = []) {
  const command = [...nodeOptions, file(name), JSON.stringify(asked)];
  const printed = execFileSync(process.execPath, command, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse(printed);
}
