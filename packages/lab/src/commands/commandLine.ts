/** The command's own lines for a shell, which messages tell. */

/** A word of a shell's command line. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** The command with its arguments. */
export const commandLine = (args: readonly string[]): string => ["npx entropy-sgd", ...args.map(quoted)].join(" ");
