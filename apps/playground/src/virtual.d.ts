/** Modules that the plugins beside vite.config.ts make. */
declare module "virtual:downloads" {
  /** The addresses of MNIST's files, gzipped. */
  export const mnist: Readonly<Record<"train-images" | "train-labels" | "t10k-images" | "t10k-labels", string>>;
  /** What training transfers, in bytes: the files of MNIST, and ONNX Runtime's WebAssembly. */
  export const bytes: { readonly mnist: number; readonly runtime: number };
  /** Milliseconds of a gradient and its step in the committed benchmark, and where it ran. */
  export const bench: { readonly oneThread: number; readonly allThreads: number; readonly machine: string };
}

declare module "virtual:findings" {
  /** The committed results. */
  export const findings: import("./figures/findings/findings.ts").Findings;
}
