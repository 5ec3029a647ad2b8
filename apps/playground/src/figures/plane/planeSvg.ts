/** The plane as an SVG file with vector contours and paths, and its paths as a table. */
import type { Table } from "../../ui/chart.ts";
import { type Ink, symbolsOf } from "../../ui/svgOf.ts";
import type { Contour } from "./field.ts";
import { square } from "./landscapes.ts";
import { drawnOrder, type FieldStyle, fieldStyles, pathStyles } from "./styles.ts";
import { numGradients, optimizerNames, type Paths } from "./trajectories.ts";

const [side, left, top] = [600, 20, 60];
const scale = side / (square.high - square.low);
const across = (x: number): number => Number((left + scale * (x - square.low)).toFixed(1));
const down = (y: number): number => Number((top + scale * (square.high - y)).toFixed(1));

/** What the file shows. */
export interface PlaneShown {
  readonly title: string;
  /** The first one with its regions, others as lines. */
  readonly fields: readonly { readonly name: "loss" | "entropy"; readonly contours: readonly Contour[] }[];
  readonly paths: Paths;
  /** Gradients whose steps are shown. */
  readonly at: number;
}

/** The file's text. */
export function planeSvg({ title, fields, paths, at }: PlaneShown, ink: Ink): string {
  const drawn = fields.map(({ name, contours }, i) => fieldOf(contours, fieldStyles[name], i === 0, ink));
  const trails = drawnOrder.map((name) => {
    const { xs, ys } = paths[name];
    return `<path d="${lineOf(xs.subarray(0, at + 1), ys.subarray(0, at + 1))}" fill="none" stroke="${ink.series[pathStyles[name].color]}" stroke-width="${pathStyles[name].width}" stroke-linejoin="round"/>`;
  });
  const heads = drawnOrder.map((name) => {
    const { color, symbol } = pathStyles[name];
    const outline = symbolsOf(
      { name, color, symbol, size: 6, xs: [paths[name].xs[at]!], ys: [paths[name].ys[at]!] },
      across,
      down,
    );
    return `<path d="${outline}" fill="${ink.series[color]}" stroke="${ink.surface}" stroke-width="1.5"/>`;
  });
  const { gradientXs, gradientYs } = paths["entropy-sgd"];
  const cloud = {
    name: "x'",
    color: 0,
    symbol: "square",
    size: 1.3,
    xs: gradientXs.subarray(0, at),
    ys: gradientYs.subarray(0, at),
  } as const;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="680" viewBox="0 0 640 680" font-family="system-ui, sans-serif" font-size="13" fill="${ink.text}">
<title>${title}</title>
<rect width="640" height="680" fill="${ink.surface}"/>
<text x="${left}" y="24" font-size="15">${title}</text>
${legendOf(
  fields.map(({ name }) => name),
  ink,
)}
<clipPath id="square"><rect x="${left}" y="${top}" width="${side}" height="${side}"/></clipPath>
<g clip-path="url(#square)">
${drawn.join("\n")}
<path d="${symbolsOf(cloud, across, down)}" fill="${ink.series[pathStyles["entropy-sgd"].color]}" fill-opacity="0.25"/>
${[...trails, ...heads].join("\n")}
</g>
<rect x="${left}" y="${top}" width="${side}" height="${side}" fill="none" stroke="${ink.grid}"/>
</svg>
`;
}

function fieldOf(contours: readonly Contour[], style: FieldStyle, isFilled: boolean, ink: Ink): string {
  const color = ink.series[style.color];
  const fill = isFilled ? `fill="${color}" fill-opacity="${style.fillOpacity}" fill-rule="evenodd"` : 'fill="none"';
  const dash = isFilled || style.dash.length === 0 ? "" : ` stroke-dasharray="${style.dash.join(" ")}"`;
  const regions = contours.map(({ rings }) => `<path d="${rings.map(ringOf).join("")}"/>`);
  return `<g ${fill} stroke="${color}" stroke-opacity="${style.lineOpacity}"${dash}>${regions.join("\n")}</g>`;
}

function ringOf(ring: Float64Array): string {
  const points: string[] = [];
  for (let i = 0; i < ring.length; i += 2) points.push(`${across(ring[i]!)} ${down(ring[i + 1]!)}`);
  return `M${points.join("L")}Z`;
}

function lineOf(xs: Float64Array, ys: Float64Array): string {
  return `M${Array.from(xs, (x, k) => `${across(x)} ${down(ys[k]!)}`).join("L")}`;
}

function legendOf(fields: readonly ("loss" | "entropy")[], ink: Ink): string {
  let at = left;
  const entry = (words: string, sample: (x: number) => string): string => {
    const x = at;
    at += 34 + 7.5 * words.length;
    return `${sample(x)}<text x="${x + 25}" y="46">${words}</text>`;
  };
  const ofFields = fields.map((name) => {
    const { words, color, dash } = fieldStyles[name];
    return entry(
      words,
      (x) =>
        `<path d="M${x} 42h20" stroke="${ink.series[color]}" stroke-width="2" stroke-dasharray="${dash.join(" ")}"/>`,
    );
  });
  const ofPaths = optimizerNames.map((name) => {
    const { words, color, symbol } = pathStyles[name];
    return entry(words, (x) => {
      const outline = symbolsOf(
        { name, color, symbol, size: 5, xs: [x + 10], ys: [42] },
        (value) => value,
        (value) => value,
      );
      return `<path d="M${x} 42h20" stroke="${ink.series[color]}" stroke-width="1.8"/><path d="${outline}" fill="${ink.series[color]}"/>`;
    });
  });
  return [...ofFields, ...ofPaths].join("");
}

/** The points after each gradient, and the inner points of Entropy-SGD where the gradient was taken. */
export function pathTable(paths: Paths): Table {
  const { gradientXs, gradientYs } = paths["entropy-sgd"];
  return {
    columns: [
      "gradients",
      ...optimizerNames.flatMap((name) => [`${name} x`, `${name} y`]),
      "entropy-sgd x'",
      "entropy-sgd y'",
    ],
    rows: Array.from({ length: numGradients + 1 }, (_, k) => [
      k,
      ...optimizerNames.flatMap((name) => [paths[name].xs[k]!, paths[name].ys[k]!]),
      // The gradient after k others is taken there; after the last there is none.
      gradientXs[k] ?? "",
      gradientYs[k] ?? "",
    ]),
  };
}
