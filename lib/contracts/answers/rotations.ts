import * as z from "zod/mini";
import { component, described, time } from "../described.ts";
import { id } from "./operation-parts.ts";

export const extendAnswer = component(
  "ExtendAnswer",
  "A wait that was made longer.",
  z.looseObject({ operation: id(), waitsUntil: time("Until when the operation waits now.") }),
);
export const acknowledgementAnswer = component(
  "AcknowledgementAnswer",
  "What became of an acknowledgement.",
  z.looseObject({
    operation: id(),
    acknowledgement: described("Now, or before.", z.enum(["acknowledged", "already"])),
  }),
);
