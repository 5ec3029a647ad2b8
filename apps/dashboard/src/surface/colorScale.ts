/** Colours of numbers that people with colour-vision deficiencies can tell apart, and that grow lighter all the way. */

/** Viridis at ten equal steps (Smith and van der Walt 2015, public domain). */
const anchors = [
  "#440154",
  "#482475",
  "#414487",
  "#355f8d",
  "#2a788e",
  "#21918c",
  "#22a884",
  "#44bf70",
  "#7ad151",
  "#bddf26",
  "#fde725",
].map((color) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)));

/** The colour of a value in [0, 1]: low losses are light, as in the figures of `slice`. */
export function colorOf(value: number): string {
  const at = (1 - Math.min(1, Math.max(0, value))) * (anchors.length - 1);
  const low = Math.min(anchors.length - 2, Math.floor(at));
  const mixed = anchors[low]!.map((channel, i) => Math.round(channel + (at - low) * (anchors[low + 1]![i]! - channel)));
  return `rgb(${mixed.join(",")})`;
}
