/** What is used of the globals of a page or a web worker. Declared here: declarations of this package name no host's types. */

/** A dedicated worker. */
export interface WebWorker {
  postMessage(message: object, transfer: readonly ArrayBuffer[]): void;
  terminate(): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: ((event: { preventDefault(): void }) => void) | null;
}

/** The adapter of WebGPU; a fallback computes on the processor. */
interface Adapter {
  readonly info?: {
    readonly [name in "vendor" | "architecture" | "device" | "description"]?: string;
  } & { readonly isFallbackAdapter?: boolean };
}

/** A server's answer. */
interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** An end of a channel of messages. */
interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

/** Bytes whose pieces are read one after another. */
interface Blob {
  stream(): { pipeThrough(transform: object): object };
}

/** The manager of Web Locks. */
interface Locks {
  request<T>(name: string, options: { ifAvailable: true }, use: (lock: object | null) => Promise<T>): Promise<T>;
}

/** The global object of a page or a web worker. */
export interface WebScope {
  readonly crossOriginIsolated?: boolean;
  readonly isSecureContext?: boolean;
  readonly navigator?: {
    readonly hardwareConcurrency?: number;
    readonly gpu?: { requestAdapter(): Promise<Adapter | null> };
    readonly locks?: Locks;
  };
  fetch(address: string): Promise<Answer>;
  /** Absent where it is turned off. */
  readonly WebAssembly?: { readonly Module: new (bytes: Uint8Array) => object };
  readonly Worker?: new (url: string) => WebWorker;
  readonly MessageChannel: new () => { readonly port1: Port; readonly port2: Port };
  readonly Blob: new (parts: readonly (string | Uint8Array)[], options: { type: string }) => Blob;
  readonly Response: new (body: object) => { arrayBuffer(): Promise<ArrayBuffer> };
  /** Absent in browsers before 2023. */
  readonly DecompressionStream?: new (
    format: "gzip",
  ) => object;
  readonly URL: { createObjectURL(blob: object): string };
}

export const webScope: WebScope = globalThis as unknown as WebScope;
