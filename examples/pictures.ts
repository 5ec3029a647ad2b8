// A folder of pictures, one folder for each class: read, resized, augmented and learnt with Entropy-SGD.
// Run it by `npx tsx examples/pictures.ts` (after `npm run build`); it draws 300 pictures of discs and crosses first.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { entropySgd, presets } from "entropy-sgd";
import { adaptiveNetworks, compileNetwork, describeDataSet, train } from "entropy-sgd-training";
import { loadDataSet, nodePlatform } from "entropy-sgd-training/node";
import { PNG } from "pngjs";

/** A disc or a cross of a colour somewhere in 20×20 pixels. */
function picture(isDisc: boolean, i: number): Buffer {
  const png = new PNG({ width: 20, height: 20 });
  const [x0, y0, radius] = [6 + (i % 8), 6 + ((3 * i) % 7), 3 + (i % 3)];
  for (let y = 0; y < 20; y++) {
    for (let x = 0; x < 20; x++) {
      const [dx, dy] = [Math.abs(x - x0), Math.abs(y - y0)];
      const isInside = isDisc ? dx * dx + dy * dy <= radius * radius : (dx < 2 || dy < 2) && dx + dy <= radius + 1;
      png.data.set(isInside ? [(40 * i) % 256, 200, (90 * i) % 256, 255] : [20, 20, 40, 255], 4 * (20 * y + x));
    }
  }
  return PNG.sync.write(png);
}

const folder = mkdtempSync(join(tmpdir(), "pictures-"));
for (const name of ["disc", "cross"]) {
  mkdirSync(join(folder, name));
  for (let i = 0; i < 150; i++) writeFileSync(join(folder, name, `${i}.png`), picture(name === "disc", i));
}

const data = loadDataSet({ data: folder, imageSize: [16, 16], augment: ["flip", "shift=2"] });
const { inputShape, numExamples, classes } = describeDataSet(data);
console.log(`${numExamples.train} training pictures of ${inputShape.join("×")}: ${classes!.names.join(", ")}`);

const network = adaptiveNetworks.convnet!.fit({ inputShape, outputShape: [classes!.names.length] });
const model = await compileNetwork(network, { platform: nodePlatform, batchSize: 32 });
const optimizer = entropySgd({ ...presets.lua, scope: 1e-3, innerSteps: 5, seed: 1 });
for await (const event of train(model, data, optimizer, { budget: 20 })) {
  if (event.type === "end") console.log(`test error ${((event.result.testError ?? 1) * 100).toFixed(2)} %`);
}
await model.close();
rmSync(folder, { recursive: true });
