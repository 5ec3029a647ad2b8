import { denseHessian, symmetricEigenvalues, hessianOperator } from "entropy-sgd";
import { loadRun } from "../../packages/lab/src/landscape/loadRun.ts";
import { lossLandscape } from "../../packages/lab/src/landscape/lossLandscape.ts";
import { orthogonalise, orthonormalBasis } from "../../packages/entropy-sgd/src/curvature/orthogonalise.ts";
import { randomSigns } from "../../packages/entropy-sgd/src/curvature/hessianTrace.ts";
import { dot, norm } from "../../packages/entropy-sgd/src/curvature/hessianOperator.ts";
import { studentQuantile, normalInto, randomKey } from "entropy-sgd";
import { spectra, operatorOf } from "./spectra.ts";
const { spec, data, params } = loadRun("/tmp/curv/a") as any;
const l = lossLandscape(spec, data.train, { numExamples: 500 });
const { matrix } = await denseHessian(l.hessianAt(params)); await l.close();
const net = (v: Float64Array) => Float64Array.from(matrix, (row) => dot(row, v));
const abs = Float64Array.from(params as Float32Array, Math.abs);
const rel = (v: Float64Array) => net(v.map((x, i) => x * abs[i])).map((x, i) => x * abs[i]);
const cases: [string, (v: Float64Array) => any, number, number][] = [["net", net, matrix.length, matrix.reduce((s, r, i) => s + r[i]!, 0)], ["rel", rel, matrix.length, matrix.reduce((s, r, i) => s + r[i]! * abs[i] ** 2, 0)], ...Object.entries(spectra).map(([k, v]) => [k, operatorOf(k, false).apply as any, v.length, v.reduce((a, b) => a + b, 0)] as any)];
for (const [name, A, n, truth] of cases) for (const k of [4, 8, 12, 20]) {
  const S = name === "net" || name === "rel" ? 200 : 400; const hit: Record<string, number> = {}; const rm: Record<string, number> = {};
  for (let seed = 0; seed < S; seed++) for (const kind of ["signs", "normal"]) {
    const draw = (i: number) => { if (kind === "signs") return randomSigns(n, seed, i); const z = new Float64Array(n); normalInto(z, { key: randomKey(seed, "z"), stream: 0, step: i }); return z; };
    const Q = orthonormalBasis(Array.from({ length: k }, (_, i) => Float64Array.from(A(draw(i)))));
    let tr = 0; for (const q of Q) tr += dot(q, A(q));
    const v: number[] = [], f: number[] = [];
    for (let i = k; i < 2 * k; i++) { const z = draw(i); orthogonalise(z, Q); const w = Float64Array.from(A(z)); orthogonalise(w, Q); let s = 1; if (kind === "normal") s = (n - Q.length) / dot(z, z); v.push(s * dot(z, w)); f.push(s * dot(w, w)); }
    const m = v.reduce((a, b) => a + b) / k; const sv = Math.sqrt(v.reduce((a, b) => a + (b - m) ** 2, 0) / (k - 1) / k); const sf = Math.sqrt(2 * f.reduce((a, b) => a + b) / k / k);
    const e = Math.abs(tr + m - truth); const t = studentQuantile(.975, k - 1), eps = 1e-9 * Math.abs(truth);
    const add = (key: string, s: number, q: number) => { hit[key] = (hit[key] ?? 0) + Number(e <= q * s + eps); rm[key] = (rm[key] ?? 0) + q * s / S; };
    add(kind + " sv", sv, t); add(kind + " sf", sf, t); add(kind + " max", Math.max(sv, sf), t);
  }
  console.log(name, k, Object.entries(hit).map(([a, h]) => `${a} ${(h / S).toFixed(3)} (${(rm[a] / Math.abs(truth)).toExponential(1)})`).join("  "));
}
