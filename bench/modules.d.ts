/** The benchmark is plain JavaScript, so that it runs without a build; its tests are TypeScript. */
declare module "*.mjs";
