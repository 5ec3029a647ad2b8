/** A record that holds what `entries` say and nothing else: `constructor` and `__proto__` are names like any other. */
export function recordOf<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  const record: Record<string, T> = Object.create(null);
  for (const [name, value] of entries) record[name] = value;
  return Object.freeze(record);
}
