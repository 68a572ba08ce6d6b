import * as z from "zod/mini";
import { component, described, text, time } from "../described.ts";
import { slots } from "../slots.ts";
import { names } from "./operation-parts.ts";

export const rotation = component(
  "Rotation",
  "How far a rotation of keys is. Never a key.",
  z.looseObject({
    phase: text("What it does, such as `grace`; the last one where it has ended."),
    slot: described("The slot whose key is published.", z.enum(slots)),
    fingerprints: described(
      "Of the keys that the slots have by now.",
      z.looseObject({ primary: text("Of the primary key."), secondary: text("Of the secondary key.") }),
    ),
    published: names("Versions of the secrets that have the new key, by `target/secret`."),
    graceUntil: z.optional(time("Until when the key before stays good.")),
    acknowledged: described("Consumers that use the new key.", z.array(z.string())),
    awaited: described("Consumers that have to say so before the key before goes.", z.array(z.string())),
  }),
);
