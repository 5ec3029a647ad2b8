// Memory over many steps.
import { memoryGrowth } from "../memoryGrowth.mjs";
import { machineLine } from "./text.mjs";

/** A line per network: growth of the heap after a forced collection, and of resident memory. */
export function memorySection(memory) {
  const lines = Object.entries(memory).map(([network, record]) => {
    const { steps, interval, machine } = record;
    /** @type {[string, ReturnType<typeof memoryGrowth>][]} */
    const growths = [
      ["heap", memoryGrowth(record, "heapMB")],
      ["resident memory", memoryGrowth(record, "residentMB")],
    ];
    const shown = growths.map(
      ([what, { before, after, percent }]) =>
        `${what} ${before.toFixed(2)} → ${after.toFixed(2)} MB (${percent >= 0 ? "+" : "−"}${Math.abs(percent).toFixed(2)} %)`,
    );
    const isFlat = growths.every(([, { percent }]) => Math.abs(percent) <= 2);
    return (
      `- ${network}, ${steps.toLocaleString("en")} steps, a sample every ${interval}: ${shown.join(", ")}: ` +
      `${isFlat ? "both within 2 %" : "**not within 2 %**"}. ${machineLine(machine)}.`
    );
  });
  const explained =
    "Whole steps of ours in one process; heap after a forced collection. Medians of the samples from a tenth to three tenths of\n" +
    "the steps (the first tenth warms up) and of the last fifth; raw samples are in [memory.json](memory.json).";
  return `## Memory over many steps\n\n${lines.length === 0 ? "Not measured." : `${explained}\n\n${lines.join("\n")}`}`;
}
