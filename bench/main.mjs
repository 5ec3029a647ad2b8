// The benchmark: npm run bench [-- command] [options]
//
//   npm run bench                        measures every engine and writes bench/results/bench.json and the report
//   npm run bench -- step --json         measures the same and writes nothing; the last line is a JSON array with a row
//                                        {network, engine, gradientMs, updateMs, stepMs, reason?} per network and engine
//   npm run bench -- memory              heap and resident memory over whole steps of ours: memory.json and the report
//   npm run bench -- profile             ONNX Runtime's profile of our training graph: profile-NETWORK.json and the report
//   npm run bench -- checkpoints         time of a checkpoint every minute, memory of a 100-MB state: checkpoints.json and the report
//   npm run bench -- layers              LeNet as a layers model of TensorFlow.js, trained there and by us: layers.json and the report
//   npm run bench -- lstm                loss and gradient of char-lstm, ptb-small and ptb-large beside PyTorch: lstm.json and the report
//   npm run bench -- browser              steps in headless Chromium beside TensorFlow.js and jax-js: browser.json and the report
//   npm run bench -- report              bench.md, bench.svg and README's table once more from the results, unmeasured
//
//   --networks mnistfc-bn,lenet,all-cnn-bn,resnet18    --engines ours,pytorch,pytorch-tuned,tfjs-cpu,tfjs-wasm,jax-js
//   --rounds 4     fresh processes per engine, in turn and in reversed order    --seconds 2    per quantity and process
//   --steps 10000  of memory    --minutes 4  of checkpoints    --runs 3  of profile, after two that warm up
//
// Results are kept by network: those of networks that are not named stay. Peers that are not installed are reported
// absent: npm install --prefix bench/peers; apt-get install python3-torch libopenblas0-pthread. PyTorch is looked for
// in $PYTHON, /usr/bin/python3 and the path's python3. Exit codes: 2 for a bad argument, 1 where engines computed
// something else. Progress goes to standard error.
import { readArguments, UsageError } from "./arguments.mjs";

const say = (text) => process.stderr.write(`${text}\n`);
let request;
try {
  request = readArguments(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  say(`error: ${error.message}; see the head of bench/main.mjs`);
  process.exit(2);
}

// Loaded late, so that a mistake is told at once.
const { measure } = await import("./measure.mjs");
const { browserSteps } = await import("./browser.mjs");
const { checkpointCosts } = await import("./checkpoints.mjs");
const { lstmGradients } = await import("./lstm.mjs");
const { layersModelSteps } = await import("./layersModel.mjs");
const { memoryOver } = await import("./memory.mjs");
const { profiles } = await import("./profile.mjs");
const { keepResult, writeReport, writeResult } = await import("./results.mjs");
const { stepTable } = await import("./summary.mjs");

const { command, json } = request;
if (command === "memory") {
  for (const [network, result] of memoryOver(request)) keepResult("memory.json", network, result);
} else if (command === "profile") {
  for (const [network, profile] of profiles(request)) writeResult(`profile-${network}.json`, profile);
} else if (command === "checkpoints") {
  writeResult("checkpoints.json", checkpointCosts(request));
} else if (command === "layers") {
  writeResult("layers.json", layersModelSteps(request, say));
} else if (command === "lstm") {
  for (const [network, result] of lstmGradients(request, say)) keepResult("lstm.json", network, result);
} else if (command === "browser") {
  for await (const [network, result] of browserSteps(request, say)) keepResult("browser.json", network, result);
} else if (command !== "report") {
  const measured = {};
  for (const [network, result] of measure(request, say)) {
    measured[network] = result;
    if (command === "all") keepResult("bench.json", network, result);
    if (result.engines.some(({ reason }) => reason?.startsWith("not the same work"))) process.exitCode = 1;
  }
  const table = stepTable(measured);
  if (json) console.log(JSON.stringify(table));
  else console.table(table.map((row) => ({ ...row, reason: row.reason ?? "" })));
}
if (command !== "step") say(writeReport().join("\n"));
