/** The measurements of a run's landscape: the figures that exist, and the commands that make the others. */

import { useSignal } from "@preact/signals";
import type { DetailContent, MeasurementEntry, MissingFigure } from "entropy-sgd-lab";
import { useEffect, useRef } from "preact/hooks";
import { addressOf, ask } from "../live/ask.ts";
import { SurfaceView } from "../surface/SurfaceView.tsx";
import { announce } from "../text/announce.ts";
import { Failure } from "../text/Failure.tsx";
import { plain } from "../text/numbers.ts";

interface LandscapesProps {
  readonly run: string;
  readonly content: Pick<DetailContent, "measurements" | "missing">;
}

/** What was measured, then what was not. */
export function Landscapes({ run, content: { measurements, missing } }: LandscapesProps) {
  if (measurements.length + missing.length === 0) return null;
  return (
    <section>
      <h2>Landscape</h2>
      {measurements.map((entry) => (
        <Measured key={entry.place} run={run} entry={entry} />
      ))}
      {missing.length > 0 && (
        <ul class="missing">
          {missing.map((figure) => (
            <Missing key={figure.name} figure={figure} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Measured({ run, entry }: { readonly run: string; readonly entry: MeasurementEntry }) {
  const { place, name, interrupted, settings, figures } = entry;
  return (
    <article class="measured">
      <h3>
        {place}
        {interrupted && " (interrupted: not complete)"}
      </h3>
      {name === "slice" && <Surface run={run} place={place} />}
      <div class="charts">
        {figures.map((figure) => (
          <img
            key={figure}
            src={addressOf("figure", { run, place, name: figure })}
            alt={`${figure} of ${name}`}
            loading="lazy"
          />
        ))}
      </div>
      <details>
        <summary>Its settings</summary>
        <dl class="entries">
          {settings.map(([key, value]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>{plain(value)}</dd>
            </div>
          ))}
        </dl>
      </details>
    </article>
  );
}

/** The surface of a slice, asked for when it is shown. */
function Surface({ run, place }: { readonly run: string; readonly place: string }) {
  const measurement = useSignal<unknown>(null);
  const error = useSignal<string | null>(null);
  useEffect(() => {
    ask("measurement", { run, place }).then(
      (answer) => {
        measurement.value = answer;
      },
      (failure: Error) => {
        error.value = failure.message;
      },
    );
  }, [run, place, measurement, error]);
  if (error.value !== null) return <Failure message={error.value} />;
  return measurement.value === null ? null : <SurfaceView measurement={measurement.value} title={place} />;
}

const shownMs = 2000;

function Missing({ figure: { title, command } }: { readonly figure: MissingFigure }) {
  const code = useRef<HTMLElement>(null);
  const said = useSignal("Copy");
  const copy = async (): Promise<void> => {
    // Browsers give the clipboard to pages of this machine and of https alone: elsewhere the command is selected.
    if (navigator.clipboard === undefined) getSelection()!.selectAllChildren(code.current!);
    else await navigator.clipboard.writeText(command);
    said.value = navigator.clipboard === undefined ? "Selected" : "Copied";
    announce(said.value);
    setTimeout(() => {
      said.value = "Copy";
    }, shownMs);
  };
  return (
    <li>
      <span>{title}: not measured yet.</span>
      <span class="command">
        <code ref={code}>{command}</code>
        <button type="button" aria-label={`Copy the command for ${title}`} onClick={copy}>
          {said}
        </button>
      </span>
    </li>
  );
}
