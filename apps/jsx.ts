/** How vite compiles the pages' JSX: calls of preact. */
export const jsx = { oxc: { jsx: { runtime: "automatic", importSource: "preact" } } } as const;
