import { usageError } from "../failure.ts";
import { flavours } from "../starter/heat.ts";

export function flavourOf(text: string): (typeof flavours)[number] {
  const flavour = flavours.find((each) => each === text);
  if (flavour !== undefined) return flavour;
  throw usageError(`Expected --flavour out of ${flavours.join(", ")}, got another value`);
}
