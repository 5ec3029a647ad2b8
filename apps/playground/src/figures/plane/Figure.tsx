/** The plane: contours of f and of −F, and the paths of four optimizers from a start that can be dragged. */
import { computed, signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Choice, MotionButtons, Slider } from "../../ui/controls.tsx";
import { FigureFrame } from "../../ui/FigureFrame.tsx";
import { useFrames } from "../../ui/motion.ts";
import { shownNumber } from "../../ui/numbers.ts";
import { paperInk } from "../../ui/palette.ts";
import { EndsTable, standings } from "./EndsTable.tsx";
import { fieldsOf, valueBetween } from "./field.ts";
import { planeKnobs } from "./knobs.ts";
import { landscapes, type Point } from "./landscapes.ts";
import { PlaneCanvas } from "./PlaneCanvas.tsx";
import { pathTable, planeSvg } from "./planeSvg.ts";
import { planeProgram } from "./program.ts";
import { fields, paths, play, restart, running, settings, shownGradients, stepOnce } from "./signals.ts";
import { fieldStyles, fieldsShown, pathStyles } from "./styles.ts";
import { numGradients, pathsOf } from "./trajectories.ts";

const { knobs, values } = planeKnobs;
const pointer = signal<Point | null>(null);

const reading = computed(() => {
  const [words, [x, y]] =
    pointer.value === null ? ["At the start", settings.value.start] : ["Under the pointer", pointer.value];
  const loss = landscapes[settings.value.landscape].objective.valueAt(Float64Array.of(x, y));
  const now = fields.value;
  const entropy = now === null ? Number.NaN : valueBetween(now.entropy.values, x, y);
  const shown = Number.isFinite(entropy) ? shownNumber(entropy) : "–";
  return `${words} (${x.toFixed(2)}, ${y.toFixed(2)}): f = ${shownNumber(loss)}, −F = ${shown}`.replaceAll("-", "−");
});

const status = computed(() => {
  const ends = standings().map(
    ({ name, place }) => `${pathStyles[name].words} ${place === null ? "elsewhere" : `at ${place}`}`,
  );
  return `After ${shownNumber(shownGradients.value)} of ${shownNumber(numGradients)} gradients: ${ends.join(", ")}.`;
});

function exported() {
  const { landscape, scope, temperature } = settings.value;
  const field = fields.value ?? fieldsOf(landscape, scope, temperature);
  const shown = fieldsShown(values.shown.value).map((name) => ({ name, contours: field[name].contours }));
  const title = `${landscapes[field.landscape].words}, γ = ${shownNumber(field.scope)}, T = ${shownNumber(field.temperature)}`;
  const now = paths.value?.paths ?? pathsOf(settings.value);
  const svg = planeSvg({ title, fields: shown, paths: now, at: shownGradients.value }, paperInk);
  return { svg, table: pathTable(now) };
}

/** What the contours and the small points are. */
function FieldLegend() {
  return (
    <ul class="legend">
      {fieldsShown(values.shown.value).map((name) => {
        const { words, color, dash } = fieldStyles[name];
        return (
          <li key={name}>
            <svg width="22" height="10" aria-hidden="true">
              <path d="M0 5H22" stroke={`var(--series-${color})`} stroke-width="2" stroke-dasharray={dash.join(" ")} />
            </svg>
            {words}
          </li>
        );
      })}
      <li>
        <svg width="22" height="10" aria-hidden="true">
          <path d="M2 3h3v3h-3zM10 5h3v3h-3zM16 1h3v3h-3z" fill={`var(--series-${pathStyles["entropy-sgd"].color})`} />
        </svg>
        inner points x′
      </li>
    </ul>
  );
}

export function Figure() {
  const place = useRef<HTMLDivElement>(null);
  useFrames(place, running, play);
  return (
    <FigureFrame
      group={planeKnobs}
      controls={
        <>
          <Choice knob={knobs.landscape} value={values.landscape} />
          <Choice knob={knobs.shown} value={values.shown} />
          <Slider knob={knobs.scope} value={values.scope} />
          <Slider knob={knobs.temperature} value={values.temperature} />
          <Slider knob={knobs.learningRate} value={values.learningRate} />
          <MotionButtons running={running} step={stepOnce} restart={restart} />
          <details class="more">
            <summary>More</summary>
            <div class="controls">
              <Slider knob={knobs.innerSteps} value={values.innerSteps} />
              <Slider knob={knobs.gradientNoise} value={values.gradientNoise} />
              <Slider knob={knobs.radius} value={values.radius} />
              <Slider knob={knobs.speed} value={values.speed} />
              <Slider knob={knobs.seed} value={values.seed} />
            </div>
          </details>
        </>
      }
      status={status}
      exported={exported}
      code={() => planeProgram(settings.value)}
    >
      <div class="beside" ref={place}>
        <div>
          <FieldLegend />
          <PlaneCanvas pointer={pointer} />
          <p class="counts">{reading}</p>
        </div>
        <EndsTable />
      </div>
    </FigureFrame>
  );
}
