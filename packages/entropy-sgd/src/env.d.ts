/** What this package uses of its hosts (Node, browsers, workers) beyond the ECMAScript library. */
declare function atob(data: string): string;
declare function structuredClone<T>(value: T): T;
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number });
    readonly buffer: ArrayBuffer;
  }
  class Module {
    constructor(bytes: ArrayBufferView);
  }
  class Instance {
    constructor(module: Module, imports?: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, unknown>;
  }
}
