/** Names that inputs of graphs may have, for names from elsewhere, such as of layers in models. */

/** Gives each key a name of its own: other characters become `_`, which comes before a digit too, and names that are taken get a number. */
export function uniqueNames(reserved: readonly string[]): (key: string) => string {
  const names = new Map<string, string>();
  const taken = new Set(reserved);
  return (key) => {
    const there = names.get(key);
    if (there !== undefined) return there;
    const allowed = key.replace(/[^\w./-]/g, "_").replace(/^[./-]+/, "");
    const base = /^[A-Za-z_]/.test(allowed) ? allowed : `_${allowed}`;
    let name = base;
    for (let i = 2; taken.has(name); i++) name = `${base}_${i}`;
    taken.add(name);
    names.set(key, name);
    return name;
  };
}
