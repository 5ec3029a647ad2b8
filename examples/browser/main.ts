// The page: a form of settings, and what the worker tells.
import type { RunResult } from "entropy-sgd-training";
import { drawCurve, type Point } from "./chart.ts";
import type { Answer, KeptEvent, Request, Task } from "./messages.ts";
import { innerSteps, nameOf, type Settings, settingsFrom } from "./settings.ts";

const find = <E extends Element>(id: string): E => document.getElementById(id) as unknown as E;
const show = (id: string, text: string): void => {
  find(id).textContent = text;
};
const form = find<HTMLFormElement>("settings");
const start = find<HTMLButtonElement>("start");
const stop = find<HTMLButtonElement>("stop");
const actions = ["save-weights", "save-model", "delete"].map((id) => find<HTMLButtonElement>(id));
const [saveWeights, saveModel, remove] = actions;

/** Threads need cross-origin isolation. */
const cores = crossOriginIsolated ? navigator.hardwareConcurrency : 1;
const worker = new Worker(new URL("./trainer.ts", import.meta.url), { type: "module" });
const ask = (request: Task): void => {
  unanswered++;
  worker.postMessage(request);
};

/** What the page shows. */
let events: KeptEvent[] = [];
let [totalGradients, gradientsPerEpoch] = [0, 1];
let savedGradients = 0;
/** Requests that the worker has not done yet; it does one after another. */
let unanswered = 0;
/** Whether one of them is more than a look: the settings must not change then. */
let isBusy = false;
/** Has the focus again when what it asked for is done: what is disabled meanwhile loses it. */
let asking: Element | null = null;

const fields = (): [string, string][] => [...new FormData(form)].map(([name, value]) => [name, String(value)]);
const settings = (): Settings => settingsFrom(new URLSearchParams(fields()), cores);
const percent = (fraction: number | null): string => (fraction === null ? "–" : `${(100 * fraction).toFixed(2)} %`);
const inWords = (seconds: number): string =>
  seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
const counted = (number: number): string => number.toLocaleString("en");

/** Puts settings into the form, and the threads that this page can have. */
function fill(from: Settings): void {
  for (const [name, value] of Object.entries(from)) {
    (form.elements.namedItem(name) as HTMLInputElement).value = String(value);
  }
  (form.elements.namedItem("threads") as HTMLInputElement).max = String(cores);
}

/** Asks for what is to be done with the settings in the form, or says what is wrong with them. */
function begin(requestOf: (settings: Settings) => Task): void {
  show("error", "");
  find<HTMLElement>("error").hidden = true;
  try {
    const request = requestOf(settings());
    // So that a reload finds the same run.
    if (request.type === "train") history.replaceState(null, "", `?${nameOf(request.settings)}`);
    if (request.type !== "find") {
      isBusy = true;
      asking = document.activeElement;
    }
    ask(request);
    if (request.type === "delete") ask({ ...request, type: "find" });
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
  update();
}

function fail(message: string): void {
  find<HTMLElement>("error").hidden = false;
  show("error", message);
}

/** Gives the focus to an element if what had it is disabled now. */
function refocus(element: HTMLElement): void {
  if (document.activeElement === document.body || document.activeElement?.matches(":disabled")) element.focus();
}

/** What can be done at the moment. */
function update(training = false): void {
  const isDone = savedGradients >= totalGradients && totalGradients > 0;
  start.disabled = isBusy || isDone;
  const next = savedGradients === 0 ? "Start" : isDone ? "Finished" : `Go on from gradient ${counted(savedGradients)}`;
  start.textContent = training ? "Training …" : next;
  stop.disabled = !training;
  for (const input of form.querySelectorAll<HTMLInputElement>("input, select")) input.disabled = isBusy;
  for (const button of actions) button.disabled = isBusy || savedGradients === 0;
  // A run that cannot be read can still be deleted.
  if (!find<HTMLElement>("error").hidden) remove!.disabled = isBusy;
  const where = `At gradient ${counted(savedGradients)} of ${counted(totalGradients)}, in this browser's database.`;
  show("saved", savedGradients === 0 ? "None of these settings yet." : where);
}

function draw(): void {
  const losses = events.flatMap((event) =>
    event.type === "outer" ? [[event.gradients, event.batchLoss] as const] : [],
  );
  const errors = events.flatMap((event) =>
    event.type === "evaluation" ? [[event.gradients, 100 * (event.testError ?? 0)] as const] : [],
  );
  drawCurve(find("loss-curve"), losses, totalGradients);
  drawCurve(find("error-curve"), errors, totalGradients);
  describe("loss-curve", "Mini-batch loss", losses);
  describe("error-curve", "Test error in per cent", errors);
  const last = events.filter((event) => event.type === "evaluation").at(-1);
  show("test-error", percent(last?.testError ?? null));
  show("test-error-at", last === undefined ? "" : `at gradient ${counted(last.gradients)}`);
  const loss = losses.at(-1)?.[1];
  show("loss", loss === undefined ? "–" : loss.toFixed(3));
}

/** What a curve shows, for those who do not see it. */
function describe(id: string, what: string, points: readonly Point[]): void {
  const [first, last] = [points[0], points.at(-1)];
  const told = ([gradients, value]: Point): string => `${Number(value.toPrecision(3))} at gradient ${gradients}`;
  find(id).setAttribute("aria-label", `${what}: ${first && last ? `${told(first)}, ${told(last)}` : "nothing yet"}`);
}

/** @param seconds - of the run so far; null where it is not known at the moment */
function progress(gradients: number, seconds: number | null): void {
  find<HTMLProgressElement>("progress").value = totalGradients === 0 ? 0 : gradients / totalGradients;
  show("gradients", `${counted(gradients)} of ${counted(totalGradients)}`);
  show("epochs", `${(gradients / gradientsPerEpoch).toFixed(2)}`);
  if (seconds !== null) show("time", inWords(seconds));
}

/** The clock of a run goes on from what was saved. */
let [before, since] = [0, 0];
const seconds = (): number => before + (performance.now() - since) / 1000;

const endings: Readonly<Record<RunResult["reason"], string>> = {
  budget: "Finished.",
  interrupted: "Stopped; the run is saved, and goes on from here.",
  diverged: "Finished, with a loss above that of guessing: it diverged.",
  "non-finite": "Ended: a number was not finite.",
  time: "Ended at a time limit.",
  "early-stopping": "Ended early.",
};

/** What is done with each answer. */
const listeners: { readonly [Type in Answer["type"]]: (answer: Extract<Answer, { type: Type }>) => void } = {
  found(answer) {
    ({ totalGradients, gradientsPerEpoch, gradients: savedGradients, seconds: before } = answer);
    events = [...answer.events];
    show("status", savedGradients === 0 ? "Ready." : "A run of these settings is saved.");
    show("speed", "–");
    progress(savedGradients, before);
    draw();
  },
  status: ({ text }) => show("status", text),
  start() {
    since = performance.now();
    show("status", "Training …");
    update(true);
    refocus(stop);
  },
  gradient({ gradients, secondsPerGradient }) {
    progress(gradients, seconds());
    show("speed", `${Math.round(1000 * secondsPerGradient)} ms`);
  },
  outer(event) {
    events.push(event);
    draw();
    progress(event.gradients, seconds());
    // The next thing at the first outer step after a pass, and at the end.
    const isMeasured = event.gradients % gradientsPerEpoch < innerSteps || event.gradients >= totalGradients;
    if (isMeasured) show("status", "Measuring the test error …");
  },
  evaluation(event) {
    events.push(event);
    draw();
    progress(event.gradients, event.seconds);
    show("status", event.gradients < totalGradients ? "Training …" : "Measuring the loss on the training images …");
  },
  saved({ gradients }) {
    savedGradients = gradients;
    update(true);
  },
  end({ result }) {
    progress(result.gradientEvaluations, result.seconds);
    before = result.seconds;
    show("status", endings[result.reason]);
    if (result.msPerGradient !== null) show("speed", `${Math.round(result.msPerGradient)} ms`);
  },
  file({ name, content }) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    show("status", `Saved ${name}, ${counted(content.size)} bytes.`);
  },
  "non-finite": ({ what, gradients }) => fail(`The ${what} was not finite at gradient ${gradients}.`),
  warning: ({ message }) => fail(message),
  error({ message }) {
    fail(message);
    show("status", "");
  },
  idle() {
    unanswered--;
    if (unanswered === 0) isBusy = false;
    update();
    if (isBusy || asking === null) return;
    refocus(asking.matches(":enabled") ? (asking as HTMLElement) : start);
    asking = null;
  },
};

worker.addEventListener("message", ({ data: answer }: MessageEvent<Answer>) => {
  (listeners[answer.type] as (answer: Answer) => void)(answer);
});
worker.addEventListener("error", ({ message }) => fail(`The worker failed: ${message}`));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  begin((settings) => ({ type: "train", settings }));
});
form.addEventListener("change", () => {
  // Not known of the new settings before the answer.
  savedGradients = 0;
  begin((settings) => ({ type: "find", settings }));
});
stop.addEventListener("click", () => {
  stop.disabled = true;
  show("status", "Stopping after the gradient in work …");
  worker.postMessage({ type: "stop" } satisfies Request);
});
saveWeights!.addEventListener("click", () => begin((settings) => ({ type: "save", settings, as: "safetensors" })));
saveModel!.addEventListener("click", () => begin((settings) => ({ type: "save", settings, as: "onnx" })));
remove!.addEventListener("click", () => begin((settings) => ({ type: "delete", settings })));

fill(settingsFrom(new URLSearchParams(), cores));
try {
  fill(settingsFrom(new URLSearchParams(location.search), cores));
  begin((settings) => ({ type: "find", settings }));
} catch (error) {
  // Another address is needed; the form's own values are as good as any.
  begin((settings) => ({ type: "find", settings }));
  fail(error instanceof Error ? error.message : String(error));
}
