import { Resvg } from "@resvg/resvg-js";

/** An SVG as PNG in its light colours, twice as large for sharp screens. */
export function svgToPng(svg: string): Uint8Array {
  const font = { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" };
  // The renderer knows no custom properties: their fallbacks are the light colours.
  const light = svg.replace(/<style>@media[^<]*<\/style>/, "").replace(/var\(--[\w-]+, ([^()]+)\)/g, "$1");
  return new Resvg(light, { background: "white", fitTo: { mode: "zoom", value: 2 }, font }).render().asPng();
}
