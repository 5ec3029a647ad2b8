/**
 * A view of a box from outside: parallel projection, so that equal heights look equal everywhere.
 *
 * The box has x and y in [−1, 1] and z up. It is turned by the azimuth about z, then seen from an elevation above the horizon:
 *
 *   (x', y') = R(azimuth) (x, y),   right = x',   up = y' sin e + z cos e,   depth = y' cos e − z sin e
 */

/** Where the box is seen from; angles in degrees. */
export interface Camera {
  readonly azimuth: number;
  /** 90 from above, 0 from the side. */
  readonly elevation: number;
  readonly zoom: number;
}

/** A place in the box. */
export type Point3 = readonly [x: number, y: number, z: number];

/** A place on the screen in CSS pixels, and how far away it is. */
export interface Projected {
  readonly x: number;
  readonly y: number;
  readonly depth: number;
}

/** The view at first. */
export const firstCamera: Camera = { azimuth: -35, elevation: 45, zoom: 1 };

/** A camera that was turned and moved; never below the horizon, nor nearer or farther than is of use. */
export function moved({ azimuth, elevation, zoom }: Camera, turn: number, tilt: number, factor = 1): Camera {
  const turned = (((azimuth + turn + 180) % 360) + 360) % 360;
  return {
    azimuth: turned - 180,
    elevation: Math.min(90, Math.max(0, elevation + tilt)),
    zoom: Math.min(4, Math.max(0.5, zoom * factor)),
  };
}

/** The projection to a canvas of a size. */
export function projection(
  { azimuth, elevation, zoom }: Camera,
  width: number,
  height: number,
): (point: Point3) => Projected {
  const [a, e] = [azimuth, elevation].map((degrees) => (degrees * Math.PI) / 180) as [number, number];
  const [cosA, sinA, cosE, sinE] = [Math.cos(a), Math.sin(a), Math.cos(e), Math.sin(e)];
  // The box's diagonal fits in whatever direction it is seen, with place for labels.
  const scale = (zoom * Math.min(width, 1.25 * height)) / 3.6;
  return ([x, y, z]) => {
    const [turnedX, turnedY] = [x * cosA - y * sinA, x * sinA + y * cosA];
    return {
      x: width / 2 + scale * turnedX,
      y: height / 2 - scale * (turnedY * sinE + z * cosE),
      depth: turnedY * cosE - z * sinE,
    };
  };
}
