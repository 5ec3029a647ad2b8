/** The figure's chain as a program of the library's functions. */
import { numParticles, stepSize, stepsPerSample } from "./gibbsChain.ts";

/** A program that prints the share in the global minimum's well, its error and the exact mass. */
export function langevinProgram(seed: number, phases: readonly (readonly [number, number])[]): string {
  return `import { doubleWell, separable } from "entropy-sgd/planted";
import { chainsMean, gridDensity, langevin } from "entropy-sgd/sampling";

const well = doubleWell(0.6, 0.1);
const particles = separable(well.energy, well.slope);
// Temperatures one after the other, with the samples kept at each.
const phases = ${JSON.stringify(phases)};

async function main(): Promise<void> {
  let positions = Float64Array.from({ length: ${numParticles} }, (_, i) => (i % 2 === 0 ? -1 : 1));
  let chain = 0;
  for (const [temperature, numSamples] of phases) {
    const inGlobalWell: number[][] = Array.from(positions, () => []);
    for (let k = 0; k < numSamples; k++, chain++) {
      const options = { stepSize: ${stepSize}, inverseTemperature: 1 / temperature, numSamples: 1, thin: ${stepsPerSample} };
      await langevin(particles, positions, { ...options, seed: ${seed}, chain }, ({ point }) => {
        positions = point.slice();
      });
      for (const [i, own] of inGlobalWell.entries()) own.push(positions[i]! < well.barrier ? 1 : 0);
    }
    const { massBelow } = gridDensity((x) => -well.energy(x) / temperature, { low: -3, high: 3, numPoints: 1201 });
    const share = numSamples < 4 ? "too few samples" : chainsMean(inGlobalWell);
    console.log(JSON.stringify({ temperature, numSamples, share, exact: massBelow(well.barrier) }));
  }
}

main();
`;
}
