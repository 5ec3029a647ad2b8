/** What is known of a machine, line by line. */
import { milliseconds } from "../statistics/milliseconds.ts";
import { fixed, significant, tickLabel } from "../statistics/numbers.ts";
import { committedSpeed } from "./committedSpeed.ts";
import type { Remark } from "./diagnosis.ts";
import type { MachineFacts } from "./facts.ts";
import type { Speed } from "./speed.ts";

const gibibytes = (bytes: number): string => `${significant(bytes / 2 ** 30, 3)} GiB`;

/** Pairs of name and value. */
function factRows(facts: MachineFacts): [string, string][] {
  const { cores, usableCores, quota, load, memory, runtime, gpu, threads, noiseAhead } = facts;
  const limits = [`${usableCores} usable`, ...(quota === null ? [] : [`the time of ${tickLabel(quota)} allowed`])];
  return [
    ["processor", `${facts.processor}, ${facts.platform}`],
    ["cores", `${cores}, ${limits.join(", ")}${load === null ? "" : `; load ${fixed(load, 2)}`}`],
    ["instruction sets", facts.instructionSets === null ? "unknown on this system" : facts.instructionSets.join(", ")],
    [
      "memory",
      `${gibibytes(memory.total)}, ${gibibytes(memory.available)} available${memory.limit === null ? "" : `, limit ${gibibytes(memory.limit)}`}`,
    ],
    ["Node", facts.node],
    [
      "ONNX Runtime",
      "missing" in runtime ? "cannot be loaded" : `${runtime.version}, with ${runtime.providers.join(", ")}`,
    ],
    ["graphics processor", gpu === null ? "unknown" : "missing" in gpu ? "none" : gpu.adapter],
    ["threads", `${threads} for one operation${noiseAhead ? ", one that draws noise ahead" : ""}`],
    ["SIMD kernels", facts.simdKernels ? "yes" : "no, plain JavaScript"],
    [
      "telemetry of ONNX Runtime",
      facts.telemetryVariable === null || facts.telemetryVariable === "1" ? "off" : "may be on",
    ],
  ];
}

/** Pairs of what was measured and the value beside the committed one. */
function speedRows({ gradientMs, updateNs, productGflops }: Speed): [string, string][] {
  const beside = (committed: number, measured: number, unit: string): string =>
    `${fixed(committed / measured, 2)} of the committed speed (${significant(committed, 3)} ${unit} on ${committedSpeed.machine})`;
  const products = Object.entries(productGflops).map(([device, gflops]): [string, string] => [
    `matrix product, ${device}`,
    `${significant(gflops, 3)} GFLOP/s`,
  ]);
  return [
    [
      "LeNet's gradient",
      `${milliseconds(gradientMs)}, ${significant(1000 / gradientMs, 3)} per second; ${beside(committedSpeed.gradientMs, gradientMs, "ms")}`,
    ],
    [
      "update on one core",
      `${significant(updateNs, 3)} ns per weight; ${beside(committedSpeed.updateNs, updateNs, "ns")}`,
    ],
    ...products,
  ];
}

/** What to say of each kind of remark. */
const headings: Readonly<Record<Remark["kind"], { readonly title: string; readonly none: string }>> = {
  broken: { title: "Broken", none: "nothing" },
  wrong: { title: "Wrong", none: "nothing was found" },
  faster: { title: "What would make it faster", none: "nothing was found" },
};

/** The whole text. */
export function doctorText(facts: MachineFacts, speed: Speed | null, remarks: readonly Remark[]): string {
  const sections: [string, string[]][] = [["This machine", aligned(factRows(facts))]];
  if (speed !== null) sections.push(["Speed", aligned(speedRows(speed))]);
  for (const [kind, { title, none }] of Object.entries(headings)) {
    const lines = remarks.filter((remark) => remark.kind === kind).map(({ what, help }) => `  - ${what} ${help}`);
    if (kind !== "broken" || lines.length > 0) sections.push([title, lines.length === 0 ? [`  ${none}`] : lines]);
  }
  return sections.map(([title, lines]) => `${title}\n${lines.join("\n")}\n`).join("\n");
}

function aligned(rows: readonly [string, string][]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}
