import { Resvg } from "@resvg/resvg-js";

/** An SVG as PNG, twice as large for sharp screens. */
export function svgToPng(svg: string): Uint8Array {
  const font = { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" };
  return new Resvg(svg, { background: "white", fitTo: { mode: "zoom", value: 2 }, font }).render().asPng();
}
