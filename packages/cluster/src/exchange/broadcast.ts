/** Values to whoever iterates at the time. */
export interface Broadcast<T> {
  emit(value: T): void;
  /** Values from the call on, kept until they are asked for. */
  iterate(signal?: AbortSignal): AsyncIterableIterator<T>;
}

export function broadcast<T>(): Broadcast<T> {
  const listeners = new Set<(value: T) => void>();
  return {
    emit: (value) => {
      for (const listener of listeners) listener(value);
    },
    iterate(signal) {
      const queue: T[] = [];
      const waiting: ((result: IteratorResult<T>) => void)[] = [];
      const listener = (value: T): void => {
        if (waiting.length > 0) waiting.shift()!({ value, done: false });
        else queue.push(value);
      };
      const end = (): void => {
        listeners.delete(listener);
        signal?.removeEventListener("abort", end);
        for (const resolve of waiting.splice(0)) resolve({ value: undefined, done: true });
      };
      if (!signal?.aborted) listeners.add(listener);
      signal?.addEventListener("abort", end);
      return {
        [Symbol.asyncIterator]() {
          return this;
        },
        async next() {
          if (queue.length > 0) return { value: queue.shift()!, done: false };
          if (!listeners.has(listener)) return { value: undefined, done: true };
          return new Promise((resolve) => waiting.push(resolve));
        },
        async return() {
          queue.length = 0;
          end();
          return { value: undefined, done: true };
        },
      };
    },
  };
}
