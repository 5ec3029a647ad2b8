// A curve over the gradients of a run, as SVG.

export type Point = readonly [gradients: number, value: number];

const [width, height] = [420, 220];
const margin = { left: 48, right: 12, top: 12, bottom: 26 };

/** Draws the points; the axis of gradients goes to `total`, that of values from 0 to above the largest. */
export function drawCurve(svg: Element, points: readonly Point[], total: number): void {
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const top = ceiling(Math.max(...points.map(([, value]) => value), 0));
  const x = (gradients: number): number =>
    margin.left + (gradients / Math.max(total, 1)) * (width - margin.left - margin.right);
  const y = (value: number): number => height - margin.bottom - (value / top) * (height - margin.top - margin.bottom);
  const ticks = points.length === 0 ? [] : [0, top / 2, top];
  const ends = total === 0 ? [] : [0, total / 2, total];
  const path = points
    .map(([at, value], i) => `${i === 0 ? "M" : "L"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`)
    .join("");
  svg.replaceChildren(
    element("path", {
      class: "axis",
      fill: "none",
      d: `M${margin.left} ${margin.top}V${y(0)}H${width - margin.right}`,
    }),
    ...ticks.map((value) => label(margin.left - 6, y(value) + 4, "end", shortened(value))),
    ...ends.map((at, i) =>
      label(
        x(at),
        height - 6,
        i === 2 ? "end" : "middle",
        `${Math.round(at).toLocaleString("en")}${i === 2 ? " gradients" : ""}`,
      ),
    ),
    element("path", { class: "curve", d: path }),
    ...(points.length > 60 ? [] : points.map(([at, value]) => element("circle", { cx: x(at), cy: y(value), r: 3 }))),
  );
}

/** The next number of one digit that halves well. */
function ceiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value)! * power;
}

function shortened(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function label(x: number, y: number, anchor: string, text: string): Element {
  const made = element("text", { x, y, "text-anchor": anchor });
  made.textContent = text;
  return made;
}

function element(name: string, attributes: Readonly<Record<string, string | number>>): Element {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
