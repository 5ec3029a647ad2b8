/** Names of the networks that commands train: those that there are data for. */
export const networkNames = [
  "mnistfc",
  "mnistfc-bn",
  "lenet",
  "small-lenet",
  "small-mnistfc",
  "mlp-49-16-10",
  "mlp-49-40-10",
] as const;

/** The name of a network that commands train. */
export type NetworkName = (typeof networkNames)[number];
