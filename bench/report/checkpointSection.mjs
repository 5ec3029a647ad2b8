// What checkpoints cost.
import { machineLine, number } from "./text.mjs";

/** Share of the time in per cent that checkpoints take when one is made every minute. */
export function checkpointShare({ byTheMinute: { checkpointMs } }) {
  const mean = checkpointMs.reduce((sum, ms) => sum + ms, 0) / checkpointMs.length;
  return (100 * mean) / 60_000;
}

/** What writing a large state added to the peak of resident memory, as a share of the state in per cent. */
export function memoryShare({ largeState: { stateMB, residentMB, peakBeforeMB, peakAfterMB } }) {
  return (100 * Math.max(0, peakAfterMB - Math.max(residentMB, peakBeforeMB))) / stateMB;
}

/** Sentences with the raw values. */
export function checkpointSection(checkpoints) {
  const heading = "## Checkpoints\n\n";
  if (checkpoints.byTheMinute === undefined) return `${heading}Not measured.`;
  const { byTheMinute, largeState, machine } = checkpoints;
  const { network, minutes, checkpointMs, megabytes } = byTheMinute;
  const times = checkpointMs.map((ms) => ms.toFixed(1)).join(", ");
  const { stateMB, writtenMB, writeMs, residentMB, peakBeforeMB, peakAfterMB } = largeState;
  return (
    `${heading}- ${network}, ${minutes} minutes with a checkpoint every minute (${megabytes} MB, synced to the disk): ` +
    `${times} ms each, ${number(checkpointShare(checkpoints))} % of the time.\n` +
    `- A state of ${stateMB} MB (${writtenMB} MB with the weights for other readers) is written in ${writeMs.toFixed(0)} ms; ` +
    `resident memory was ${residentMB} MB, its peak ${peakBeforeMB} MB before and ${peakAfterMB} MB after.\n\n` +
    `${machineLine(machine)}. Raw values are in [checkpoints.json](checkpoints.json).`
  );
}
