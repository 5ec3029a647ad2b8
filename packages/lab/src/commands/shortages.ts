/** Errors that say that the machine, or a limit of this process, has too little for the work: the world's, not the program's. */

const rules = [
  {
    pattern: /\b(EMFILE|ENFILE)\b/,
    words: "too many open files; raise the limit (ulimit -n)",
  },
  {
    pattern:
      /\bENOMEM\b|could not allocate memory|buffer allocation failed|bad_alloc|failed to map segment|cannot allocate memory/i,
    words:
      "not enough memory or address space; raise the limit (ulimit -v), or use a smaller network or batch, or fewer threads",
  },
] as const;

/** What an error says is short, in one line; null for another error. */
export function shortageIn(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code } = error as NodeJS.ErrnoException;
  const text = `${code ?? ""} ${error.message}`;
  return rules.find(({ pattern }) => pattern.test(text))?.words ?? null;
}
