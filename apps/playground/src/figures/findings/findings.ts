/** What was measured, as the page has it: made from the committed results when the page is built (readFindings.ts). */

/** A mean over seeds with the sample standard deviation. */
export interface Spread {
  readonly mean: number;
  readonly sd: number;
  readonly n: number;
}

/** Where committed numbers come from. */
export interface Source {
  readonly file: string;
  readonly command: string;
  readonly machine: string;
  readonly date: string;
  /** The page of the repository that explains them. */
  readonly page: string;
}

/** Test errors of LeNet after some effective epochs, as fractions. */
export interface FourEpochs {
  readonly source: Source;
  readonly epochs: number;
  readonly rows: readonly {
    readonly optimizer: string;
    readonly testError: Spread;
    readonly bestTestError: Spread;
    readonly minTestError: Spread;
    readonly trainLoss: Spread;
  }[];
}

/** Test errors after one effective epoch at the rates by default. */
export interface FirstTry {
  readonly source: Source;
  /** Of each mean. */
  readonly seeds: readonly number[];
  readonly rows: readonly {
    readonly network: string;
    readonly optimizer: string;
    readonly preset: string | null;
    readonly rates: string;
    readonly testError: Spread;
  }[];
}

/** A paired difference of a measure between two optimizers, and what was concluded. */
export interface Difference {
  readonly title: string;
  readonly estimate: number;
  readonly standardError: number;
  /** The smallest |estimate| that is seen, two-sided at 5 %. */
  readonly critical: number;
  readonly n: number;
  readonly verdict: string;
}

/** Test error against the size of a perturbation, one optimizer. */
export interface Robustness {
  readonly condition: string;
  readonly errors: readonly Spread[];
}

/** The study of wide valleys. */
export interface Study {
  readonly source: Source;
  readonly judged: Source;
  readonly network: string;
  readonly seeds: number;
  readonly budget: number;
  readonly hypotheses: readonly {
    readonly name: string;
    readonly claim: string;
    readonly verdict: string;
    readonly found: string;
  }[];
  /** Entropy-SGD less SGD: a smaller value is flatter. */
  readonly flatness: readonly Difference[];
  readonly testError: Difference & { readonly margin: number; readonly equivalent: boolean };
  readonly perturbations: readonly {
    readonly name: string;
    readonly sizes: readonly number[];
    readonly curves: readonly Robustness[];
  }[];
}

/** The density of a Hessian's eigenvalues by Lanczos: nodes and their shares. */
export interface Spectrum {
  readonly source: Source;
  readonly optimizer: string;
  readonly dimension: number;
  /** Of Lanczos, each probe. */
  readonly steps: number;
  readonly probes: number;
  readonly largest: number;
  readonly smallest: number;
  readonly nearZero: { readonly threshold: number; readonly share: number };
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

/** Critical points: energy, and the share of negative directions. */
export interface Saddles {
  readonly source: Source;
  readonly network: string;
  /** Training images. */
  readonly examples: number;
  /** ‖∇‖ of a critical point is smaller. */
  readonly tolerance: number;
  readonly numSearches: number;
  readonly numNotConverged: number;
  readonly energies: readonly number[];
  readonly indices: readonly number[];
  readonly correlation: { readonly estimate: number; readonly low: number; readonly high: number };
}

/** All of it. */
export interface Findings {
  readonly fourEpochs: FourEpochs;
  readonly firstTry: FirstTry;
  readonly study: Study;
  readonly spectra: readonly Spectrum[];
  readonly saddles: Saddles;
}
