import * as z from "zod/mini";
import { component, described, text } from "../described.ts";

const name = () => text("Name of the secret.");
export const namesAnswer = component(
  "SecretNames",
  "Names of secrets. Values are never answered.",
  z.looseObject({ names: described("In the order of the alphabet.", z.array(z.string())) }),
);
export const storedAnswer = component(
  "SecretStored",
  "A secret that was stored.",
  z.looseObject({ name: name(), stored: z.literal(true) }),
);
export const removedAnswer = component(
  "SecretRemoved",
  "A secret that was removed.",
  z.looseObject({ name: name(), removed: z.literal(true) }),
);
