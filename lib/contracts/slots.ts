/** The two places that a key has, of which consumers use one at a time. */
export const slots = ["primary", "secondary"] as const;
export type Slot = (typeof slots)[number];
