/** Errors caused by the input or the machine, reported in one line; all others are bugs of the program. */
import { InputError } from "entropy-sgd-training";

/** The machine, or a limit of this process, lacks memory or file handles. */
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

/** The line that reports an error of the input or the machine; null for a bug of the program. */
export function refusalIn(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof InputError) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  const text = `${code ?? ""} ${error.message}`;
  const shortage = rules.find(({ pattern }) => pattern.test(text))?.words;
  if (shortage !== undefined) return `${shortage} (${error.message.split("\n")[0]})`;
  // A full disk, a folder that was removed, a missing permission.
  return "syscall" in error && "path" in error ? error.message : null;
}
