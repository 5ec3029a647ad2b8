/** Every committed figure and page that is made of committed numbers alone. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SaddleStudy } from "../../packages/lab/src/measure/findSaddles.ts";
import type { Spectrum } from "../../packages/lab/src/measure/measureSpectrum.ts";
import { judgedStudy, type PlantedRecord } from "../../packages/lab/src/measure/planted/judgedStudy.ts";
import { plantedFigures } from "../../packages/lab/src/pages/plantedFigures.ts";
import { saddlesFigure } from "../../packages/lab/src/pages/saddlesFigure.ts";
import { spectrumFigure } from "../../packages/lab/src/pages/spectrumFigure.ts";
import { committedReproductions } from "./committedReproductions.ts";
import { committedScope } from "./committedScope.ts";
import { committedStudy } from "./committedStudy.ts";
import { valleysFigure } from "./valleysFigure.ts";

/** Where the documentation lies. */
export const docs: string = fileURLToPath(new URL("../../docs", import.meta.url));

/** Texts by path below `docs`. */
export function redrawn(): Map<string, string> {
  const study = "results/wide-valleys";
  const scope = "results/scope";
  const table = "results/reproduce";
  return new Map([
    ["figures/valleys.svg", valleysFigure().svg],
    ["results/saddles/saddles.svg", saddlesFigure(read<SaddleStudy>("results/saddles/saddles.json")).svg],
    ["results/spectra/small-lenet-sgd.svg", spectrumFigure(spectrum("small-lenet-sgd"), "small-lenet").svg],
    ...["results/planted", "results/planted/follow-up"].flatMap(plantedDrawn),
    ...[...committedReproductions(join(docs, table))].map(([file, text]) => [`${table}/${file}`, text] as const),
    ...[...committedScope(join(docs, scope), join(docs, "../examples/studies/scope.yaml"))].map(
      ([file, text]) => [`${scope}/${file}`, text] as const,
    ),
    ...[...committedStudy(join(docs, study))].map(([file, text]) => [`${study}/${file}`, text] as const),
  ]);
}

function plantedDrawn(folder: string): [file: string, text: string][] {
  const figures = plantedFigures(judgedStudy(read<PlantedRecord>(`${folder}/planted.json`)));
  return figures.map(({ name, svg }) => [`${folder}/${name}.svg`, svg]);
}

/** A committed spectrum; the files have the probes of the density under a name of their own. */
function spectrum(name: string): Spectrum {
  const { densityProbes, ...rest } = read<Omit<Spectrum, "density"> & { densityProbes: Spectrum["density"]["probes"] }>(
    `results/spectra/${name}.json`,
  );
  return { ...rest, density: { probes: densityProbes } } as Spectrum;
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(join(docs, path), "utf8")) as T;
}
