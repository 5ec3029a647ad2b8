/** What is used of d3-contour, which comes without types. */
declare module "d3-contour" {
  interface Contours {
    size(size: readonly [columns: number, rows: number]): this;
    thresholds(levels: readonly number[]): this;
    /** For each level the region of values at or above it: polygons of rings of points, in cells. */
    (values: ArrayLike<number>): { readonly value: number; readonly coordinates: [number, number][][][] }[];
  }
  export function contours(): Contours;
}
