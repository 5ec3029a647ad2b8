/** What a command prints as JSON, without the times that a training took, and without its folder. */
export function untimed(stdout: string): unknown {
  const others = new Set(["seconds", "msPerGradient", "out"]);
  return JSON.parse(stdout, (key, value) => (others.has(key) ? undefined : value));
}
