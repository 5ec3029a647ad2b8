/** What facts and measured speed of a machine mean for training on it, in words. */
import { fixed, significant, tickLabel } from "../statistics/numbers.ts";
import { committedSpeed } from "./committedSpeed.ts";
import type { MachineFacts } from "./facts.ts";
import type { Speed } from "./speed.ts";

/** One thing to know. */
export interface Remark {
  /** `broken`: nothing trains; `wrong`: something is not as it should be; `faster`: what would train faster. */
  readonly kind: "broken" | "wrong" | "faster";
  readonly what: string;
  /** What to do about it. */
  readonly help: string;
}

type Rule = (facts: MachineFacts, speed: Speed | null) => Remark | null;

/** The remarks on a machine, the gravest first. @param speed - null where it was not measured */
export function diagnosed(facts: MachineFacts, speed: Speed | null): Remark[] {
  const remarks = rules.map((rule) => rule(facts, speed)).filter((remark) => remark !== null);
  return kinds.flatMap((kind) => remarks.filter((remark) => remark.kind === kind));
}

const kinds = ["broken", "wrong", "faster"] as const;

/** The cores that this process has, limits of time counted. */
function effectiveCores({ usableCores, quota }: MachineFacts): number {
  return Math.min(usableCores, quota ?? Number.POSITIVE_INFINITY);
}

const noRuntime: Rule = ({ runtime }) =>
  "missing" in runtime
    ? { kind: "broken", what: runtime.missing, help: "Without ONNX Runtime no network trains." }
    : null;

const fewCores: Rule = ({ cores, usableCores }) =>
  usableCores < cores
    ? {
        kind: "wrong",
        what: `This process may use ${usableCores} of the machine's ${cores} cores.`,
        help: "Its affinity says so: look at taskset, numactl, the batch system's cores per task, or docker's --cpuset-cpus.",
      }
    : null;

const smallQuota: Rule = ({ usableCores, quota }) =>
  quota !== null && quota < usableCores
    ? {
        kind: "wrong",
        what: `The container may take the time of ${tickLabel(quota)} cores, but sees ${usableCores}: threads beyond it are stopped again and again.`,
        help: `Give it more (docker's --cpus, the limit in Kubernetes), or train with --threads ${Math.max(1, Math.floor(quota))}.`,
      }
    : null;

const gibibyte = 2 ** 30;
/** LeNet trains in less; All-CNN's gradient takes more. */
const enoughMemory = gibibyte;

const littleMemory: Rule = ({ memory: { available, limit } }) =>
  available < enoughMemory
    ? {
        kind: "wrong",
        what: `${significant(available / gibibyte, 2)} GiB of memory are available${limit === null ? "" : `, within a container's limit of ${significant(limit / gibibyte, 2)} GiB`}.`,
        help: "The system may end a run that needs more: end other programs, raise the limit, or take a smaller --set batchSize.",
      }
    : null;

const telemetry: Rule = ({ telemetryVariable }) =>
  telemetryVariable !== null && telemetryVariable !== "1"
    ? {
        kind: "wrong",
        what: `ORT_DISABLE_TELEMETRY is "${telemetryVariable}": ONNX Runtime may send telemetry to Microsoft.`,
        help: "Unset the variable, or set it to 1; unset, this program turns telemetry off.",
      }
    : null;

const plainKernels: Rule = ({ simdKernels }) =>
  simdKernels
    ? null
    : {
        kind: "wrong",
        what: "WebAssembly or its SIMD is missing: updates and noise are computed in plain JavaScript, several times slower.",
        help: "Start Node without --jitless, on a processor with SSE4.1 or NEON.",
      };

const otherWork: Rule = (facts) =>
  facts.load !== null && facts.load > 0.5 * effectiveCores(facts)
    ? {
        kind: "wrong",
        what: `Other programs want ${fixed(facts.load, 1)} cores of ${tickLabel(effectiveCores(facts))} (mean of the last minute).`,
        help: "Times are longer and vary while they work; end them, or take fewer --threads.",
      }
    : null;

const slow: Rule = (facts, speed) => {
  if (speed === null) return null;
  const share =
    (committedSpeed.gradientMs / speed.gradientMs) * Math.max(1, committedSpeed.cores / effectiveCores(facts));
  if (share >= 0.5) return null;
  return {
    kind: "wrong",
    what: `Gradients come at ${fixed(share, 2)} of the speed of as many cores in the committed benchmark (${committedSpeed.machine}).`,
    help: "Look for other work on the machine, a limit of time, or a slower processor (an emulated one, or one that saves power).",
  };
};

const noGpu: Rule = ({ gpu }) =>
  gpu !== null && "missing" in gpu
    ? {
        kind: "faster",
        what: `No graphics processor can be used: ${gpu.missing}.`,
        help: "If the machine has a card, docs/gpu.md says what it needs; in a container it has to be passed in (docker's --gpus all, --device /dev/dri).",
      }
    : null;

const softwareGpu: Rule = ({ gpu }) =>
  gpu !== null && "adapter" in gpu && gpu.software === true
    ? {
        kind: "faster",
        what: `No graphics processor can be used: WebGPU finds ${gpu.adapter} alone, which computes on the processor, hundreds of times slower.`,
        help: "If the machine has a card, docs/gpu.md says what it needs; --device auto stays with the processor.",
      }
    : null;

const failingGpu: Rule = (_, speed) =>
  speed?.gpuFailure
    ? {
        kind: "wrong",
        what: `The graphics processor is there, but a matrix product on it fails: ${speed.gpuFailure}`,
        help: "Its driver may be incomplete or out of memory; stay with --device cpu.",
      }
    : null;

const useGpu: Rule = ({ gpu }, speed) => {
  if (gpu === null || "missing" in gpu || gpu.software === true || speed?.gpuFailure) return null;
  const { cpu, webgpu } = speed?.productGflops ?? {};
  if (cpu === undefined || webgpu === undefined) {
    return {
      kind: "faster",
      what: `There is a graphics processor: ${gpu.adapter}.`,
      help: "Try --device webgpu: large convolutional networks gain most.",
    };
  }
  const gain = webgpu / cpu;
  return gain > 1
    ? {
        kind: "faster",
        what: `The graphics processor (${gpu.adapter}) multiplies matrices ${significant(gain, 2)} times as fast as the processor.`,
        help: "Try --device webgpu: large convolutional networks gain most.",
      }
    : {
        kind: "wrong",
        what: `The graphics processor (${gpu.adapter}) multiplies matrices at ${significant(gain, 2)} of the processor's speed.`,
        help: "Stay with --device cpu.",
      };
};

const olderVectors: Rule = ({ instructionSets: sets, platform }) => {
  if (sets === null || !platform.endsWith("x64") || (sets.includes("avx2") && sets.includes("fma"))) return null;
  return {
    kind: "faster",
    what: "The processor lacks AVX2 or FMA, with which matrix products are about four times as fast.",
    help: "Train on a newer processor; a virtual machine may hide them (the processor's type in its settings).",
  };
};

const oneCore: Rule = ({ usableCores }) =>
  usableCores < 2
    ? {
        kind: "faster",
        what: "There is one core: no other thread draws the noise of the next step.",
        help: "A second core takes that work, and half of each gradient.",
      }
    : null;

const rules: readonly Rule[] = [
  ...[noRuntime, fewCores, smallQuota, littleMemory, plainKernels, otherWork, slow, telemetry],
  ...[failingGpu, useGpu, softwareGpu, noGpu, olderVectors, oneCore],
];
