import * as z from "zod/mini";
import { component, described } from "../described.ts";
import { id } from "./operation-parts.ts";

export const cancelAnswer = component(
  "CancelAnswer",
  "What became of a cancel.",
  z.looseObject({
    operation: id(),
    cancel: described(
      "`requested` now, `already` before, or `ended`: there is nothing to cancel any more.",
      z.enum(["requested", "already", "ended"]),
    ),
  }),
);
export const approvalAnswer = component(
  "ApprovalAnswer",
  "What became of an approval.",
  z.looseObject({ operation: id(), approval: described("Now, or before.", z.enum(["approved", "already"])) }),
);
export const supplyAnswer = component(
  "SupplyAnswer",
  "Something that the operation has taken. It goes on with it.",
  z.looseObject({ operation: id(), supply: described("Now, or before.", z.enum(["supplied", "already"])) }),
);
export const reportAnswer = component(
  "ReportAnswer",
  "A report that the provider has taken. The operation ends with the look that follows.",
  z.looseObject({ operation: id(), reported: described("As it was reported.", z.enum(["COMPLETE", "FAILED"])) }),
);
