/** Resumes, rollbacks and non-finite values of a run. */
import type { NonFiniteEvent } from "entropy-sgd-training";
import { eventsOf } from "./eventFile.ts";
import type { RecordedEvent } from "./eventSchemas.ts";
import type { ResumeEvent, RollbackEvent } from "./runEvents.ts";

/** An event that a regular run does not have. */
export type Incident = ResumeEvent | RollbackEvent | NonFiniteEvent;

const types: ReadonlySet<string> = new Set(["resume", "rollback", "non-finite"] satisfies Incident["type"][]);

/** The incidents in events.jsonl, in order. @throws InputError if the file is damaged */
export function incidentsOf(run: string): Incident[] {
  const incidents: Incident[] = [];
  for (const { event } of eventsOf(run)) if (event !== null && isIncident(event)) incidents.push(event);
  return incidents;
}

function isIncident(event: RecordedEvent): event is Incident {
  return types.has(event.type);
}

/** An incident as a sentence. */
export function incidentInWords(incident: Incident): string {
  const { gradients } = incident;
  if (incident.type === "non-finite") {
    return `At gradient ${gradients} the ${incident.what} was not finite, with the learning rate ${incident.learningRate}.`;
  }
  const place = incident.checkpoint === null ? "the start" : `checkpoint ${incident.checkpoint}`;
  if (incident.type === "rollback") {
    const { from, what, number, learningRateFactor } = incident;
    const why = `the ${what} was not finite at gradient ${from}`;
    return `Rollback ${number} to ${place} (gradient ${gradients}), learning rates times ${learningRateFactor}: ${why}.`;
  }
  const skipped = incident.skipped.map(({ name, why }) => ` Checkpoint ${name} was damaged: ${why}.`);
  return [
    `Resumed at gradient ${gradients} from ${place}.`,
    ...skipped,
    ...incident.warnings.map((text) => ` ${text}.`),
  ].join("");
}
