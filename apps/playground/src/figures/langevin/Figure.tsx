/** Langevin dynamics: a chain that fills the Gibbs density, and two ways to anneal. */
import { computed } from "@preact/signals";
import { useRef } from "preact/hooks";
import { MotionButtons, Slider } from "../../ui/controls.tsx";
import { FigureFrame } from "../../ui/FigureFrame.tsx";
import { LineChart } from "../../ui/LineChart.tsx";
import { useFrames } from "../../ui/motion.ts";
import { shownNumber, withError } from "../../ui/numbers.ts";
import { type AnnealedMethod, annealedMethods, numAnnealed, steepWell, stepsPerFrame } from "./annealed.ts";
import { annealedNow, frame, play, restart, running, stepOnce, view } from "./chainSignals.ts";
import { densityChart, gibbsOf } from "./densityChart.ts";
import { maxSamples, numParticles, well } from "./gibbsChain.ts";
import { langevinKnobs } from "./knobs.ts";
import { langevinProgram } from "./program.ts";

const { temperature, speed, seed } = langevinKnobs.values;

/** Heights of the axis, so that it changes seldom while the temperature is dragged. */
const tops = [0.5, 0.7, 1, 1.4, 2, 3] as const;
const gibbs = computed(() => gibbsOf(well, temperature.value));
const chart = computed(() => {
  const peak = Math.max(...gibbs.value.density);
  const now = view.value;
  return densityChart({
    title: "A chain at one temperature, and the Gibbs density",
    well,
    gibbs: gibbs.value,
    gibbsName: "Gibbs density, exact",
    counts: now?.temperature === temperature.value ? now.counts : null,
    positions: now?.positions ?? [],
    top: tops.find((top) => top >= 1.2 * peak) ?? 3,
  });
});
const share = computed(() => {
  const now = view.value;
  const exact = `exact ${shownNumber(gibbs.value.mass)}`;
  const numSamples = now?.phases.at(-1)?.[1] ?? 0;
  if (now?.temperature !== temperature.value || now.share === null)
    return `No samples at this temperature yet; ${exact}.`;
  const { mean, standardError, rHat, effectiveSampleSize } = now.share;
  const size = `${shownNumber(numSamples * numParticles)} samples, ${shownNumber(Math.round(effectiveSampleSize))} effective`;
  const trust =
    rHat <= 1.05
      ? `split-R̂ ${shownNumber(rHat)}: the particles have mixed`
      : `split-R̂ ${shownNumber(rHat)} is above 1.05: the particles have not mixed yet, do not trust the share`;
  const end = numSamples === maxSamples ? " The chain is complete." : "";
  return `In the well of the global minimum: ${withError(mean, standardError)}; ${exact}. ${size}; ${trust}.${end}`;
});

const stepGibbs = gibbsOf(steepWell, 1);
const titles = { step: "Annealed step, SGLD", temperature: "Annealed temperature" } as const;
const betaAt = (method: AnnealedMethod, t: number): number =>
  method === "step" ? 1 : annealedMethods.temperature.inverseTemperature(t);
const annealedChart = (method: AnnealedMethod, top: number) =>
  computed(() => {
    const run = annealedNow.value?.[method];
    return densityChart({
      title: titles[method],
      well: steepWell,
      gibbs: method === "step" ? stepGibbs : gibbsOf(steepWell, 1 / betaAt(method, stepsPerFrame * frame.value)),
      gibbsName: method === "step" ? "Gibbs density at β = 1" : "Gibbs density at β of now",
      counts: run?.counts[frame.value] ?? null,
      positions: run?.positions[frame.value] ?? [],
      top,
    });
  });
const charts = { step: annealedChart("step", 1.4), temperature: annealedChart("temperature", 4) };
const annealedShare = (method: AnnealedMethod) =>
  computed(() => {
    const run = annealedNow.value?.[method];
    if (run === undefined) return "Computing …";
    const own = run.shares[frame.value]!;
    const error = Math.sqrt((own * (1 - own)) / numAnnealed);
    const t = stepsPerFrame * frame.value;
    const beta = betaAt(method, t);
    const mass = method === "step" ? stepGibbs.mass : gibbsOf(steepWell, 1 / beta).mass;
    return `After ${shownNumber(t)} steps, at β = ${shownNumber(beta)}: ${withError(own, error)} of ${shownNumber(numAnnealed)} particles are in the well of the global minimum; in equilibrium at this β: ${shownNumber(mass)}.`;
  });
const shares = { step: annealedShare("step"), temperature: annealedShare("temperature") };

const status = computed(() => {
  const now = view.value;
  const isNew = now?.temperature !== temperature.value || now.share === null;
  const chain = isNew ? "no samples yet" : shownNumber(now.share!.mean);
  const annealedAt = (method: AnnealedMethod): string =>
    annealedNow.value === null ? "not computed yet" : shownNumber(annealedNow.value[method].shares[frame.value]!);
  return `Shares in the well of the global minimum: chain ${chain}, exact ${shownNumber(gibbs.value.mass)}; annealed step ${annealedAt("step")}; annealed temperature ${annealedAt("temperature")}.`;
});

export function Figure() {
  const place = useRef<HTMLDivElement>(null);
  useFrames(place, running, play);
  return (
    <FigureFrame
      group={langevinKnobs}
      controls={
        <>
          <Slider knob={langevinKnobs.knobs.temperature} value={temperature} />
          <MotionButtons running={running} step={stepOnce} restart={restart} />
          <details class="more">
            <summary>More</summary>
            <div class="controls">
              <Slider knob={langevinKnobs.knobs.speed} value={speed} />
              <Slider knob={langevinKnobs.knobs.seed} value={seed} />
            </div>
          </details>
        </>
      }
      status={status}
      exported={() => [chart.value, charts.step.value, charts.temperature.value]}
      code={() => langevinProgram(seed.value, view.value?.phases ?? [])}
      command={() =>
        `npx entropy-sgd figure langevin --seed ${seed.value}\nnpx entropy-sgd figure gibbs --seed ${seed.value}`
      }
    >
      <div ref={place} {...dataOf()}>
        <LineChart chart={chart} height={280} />
        <p class="reading">{share}</p>
        <div class="pair">
          {(["step", "temperature"] as const).map((method) => (
            <div key={method}>
              <h3>{titles[method]}</h3>
              <LineChart chart={charts[method]} height={230} />
              <p class="reading">{shares[method]}</p>
            </div>
          ))}
        </div>
      </div>
    </FigureFrame>
  );
}

/** The numbers of the figure in full, for programs that read the page. */
function dataOf(): Readonly<Record<string, number | undefined>> {
  const now = view.value;
  return {
    "data-exact": gibbs.value.mass,
    "data-temperature": now?.temperature,
    "data-samples": now?.phases.at(-1)?.[1],
    "data-counted": now?.counts.reduce((sum, count) => sum + count, 0),
    "data-first": now?.positions[0],
    "data-share": now?.share?.mean,
    "data-frame": frame.value,
    "data-step": annealedNow.value?.step.shares[frame.value],
    "data-annealed": annealedNow.value?.temperature.shares[frame.value],
  };
}
