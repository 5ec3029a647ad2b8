/** Links between the pages of a run: its report, the index of its measurements, and each of them. */
import { existsSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { makeFolderWithin, writeWhole } from "../io/files.ts";
import { measurementsOf } from "../measure/measurementsOf.ts";
import { type MeasurementName, measurementsFolder, readNumbers } from "../measure/place.ts";
import { escaped, htmlPage } from "../report/htmlPage.ts";

/** A relative link from a page in `folder` to `file`. */
function linkTo(folder: string, file: string, text: string): string {
  const href = relative(folder, file).split(sep).map(encodeURIComponent).join("/");
  return `<a href="${href}">${escaped(text)}</a>`;
}

/** The links of a measurement's page to the index and the report of each run measured. */
export function measurementLinks(folder: string, runs: readonly string[]): string {
  const links = runs.flatMap((run) => [
    ...existing(join(run, measurementsFolder, "index.html"), (file) =>
      linkTo(folder, file, `Measurements of ${nameOf(run)}`),
    ),
    ...reportOf(run, (file) => linkTo(folder, file, `Report of ${nameOf(run)}`)),
  ]);
  return navigation(links);
}

/** A line of links; nothing without any. */
function navigation(links: readonly string[]): string {
  return links.length === 0 ? "" : `<nav>${links.join(" · ")}</nav>`;
}

/** The links of a report in `folder` to the measurements of its runs, where there are any. */
export function reportLinks(folder: string, runs: readonly string[]): string {
  return navigation(
    runs.flatMap((run) =>
      existing(join(run, measurementsFolder, "index.html"), (file) =>
        linkTo(folder, file, `Measurements of ${nameOf(run)}`),
      ),
    ),
  );
}

/**
 * Writes RUN/measurements/index.html: all measurements of the run, those with another run in that run's folder included.
 *
 * @throws InputError if it cannot be written
 */
export function writeMeasurementIndex(run: string): void {
  const folder = makeFolderWithin(run, measurementsFolder);
  const items = measurementsOf(run).map(({ name, folder: place }) => itemOf(folder, place, name));
  const report = reportOf(run, (file) => linkTo(folder, file, `Report of ${nameOf(run)}`));
  const body = `${navigation(report)}\n<ul>${items.map((item) => `<li>${item}</li>`).join("\n")}</ul>`;
  writeWhole(join(folder, "index.html"), htmlPage(`Measurements of ${nameOf(run)}`, body));
}

/** Notes in the second run's folder that a measurement of it lies in the first's. @throws InputError if that is impossible */
export function noteElsewhere(run: string, place: string, name: MeasurementName, first: string): void {
  const folder = makeFolderWithin(run, measurementsFolder);
  const from = relative(folder, place).split(sep).join("/");
  const [file, text] = [`${basename(place)}-in-${nameOf(first)}`, JSON.stringify({ name, place: from })];
  writeWhole(join(folder, `${file.slice(0, 200)}.elsewhere`), `${text}\n`);
}

/** A measurement with its settings, which distinguish it from others of its kind. */
function itemOf(folder: string, place: string, name: MeasurementName): string {
  const numbers = readNumbers(place, name);
  const settings = Object.entries((numbers?.settings ?? {}) as Record<string, unknown>)
    .filter(([key]) => !key.startsWith("objective"))
    .map(([key, value]) => `${key} ${value}`);
  const interrupted = numbers?.interrupted === true ? " (interrupted)" : "";
  const page = join(place, `${name}.html`);
  return `${linkTo(folder, page, basename(place))}${interrupted}: ${escaped(settings.join(", "))}`;
}

/** The report of the run itself, or of the comparison or sweep that it belongs to. */
function reportOf(run: string, link: (file: string) => string): string[] {
  const own = existing(join(run, "report.html"), link);
  return own.length > 0 ? own : existing(join(run, "..", "report.html"), link);
}

function existing(file: string, link: (file: string) => string): string[] {
  return existsSync(file) ? [link(file)] : [];
}

function nameOf(run: string): string {
  return basename(resolve(run));
}
