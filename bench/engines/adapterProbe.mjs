// The GPU adapter that our engine sees, or what is missing: node bench/engines/adapterProbe.mjs '{}'
import { nodePlatform } from "entropy-sgd-training/node";

console.log(JSON.stringify(await nodePlatform.webgpu()));
