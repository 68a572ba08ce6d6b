import {
  approvalAnswer,
  cancelAnswer,
  reportAnswer,
  supplyAnswer,
} from "../../../lib/contracts/answers/operation-actions.ts";
import { operationAnswer } from "../../../lib/contracts/answers/operations.ts";
import { noteSchema, reportSchema, resolveSchema, supplySchema } from "../bodies.ts";
import { type Area, byId, byWholeId, json, jsonBody } from "./description.ts";

export const actionDescriptions = {
  "POST /operations/:id/actions/cancel": {
    operationId: "cancelOperation",
    summary: "Cancel an operation",
    description:
      "Asks for it: what has begun at the provider is proven before the operation ends, so it may still end otherwise. Harmless when repeated.",
    tag: "Operations",
    body: jsonBody(noteSchema, false),
    answers: {
      200: { description: "Asked for before, or ended already.", content: json(cancelAnswer) },
      202: { description: "Asked for.", content: json(cancelAnswer) },
    },
    problems: byId,
  },
  "POST /operations/:id/actions/approve": {
    operationId: "approveOperation",
    summary: "Let an operation begin that needs approval",
    description: "By another client than the one that asked for it.",
    tag: "Operations",
    body: jsonBody(noteSchema, false),
    answers: {
      200: { description: "Approved before.", content: json(approvalAnswer) },
      202: { description: "Approved.", content: json(approvalAnswer) },
    },
    problems: {
      ...byId,
      409: "`not-to-approve`: it needs no approval, has ended, or was asked for by the same client.",
    },
  },
  "POST /operations/:id/actions/resolve": {
    operationId: "resolveOperation",
    summary: "Say what has become of an operation that ended as unknown",
    description: "After a look at the provider. What it held back goes on then.",
    tag: "Operations",
    body: jsonBody(resolveSchema),
    answers: { 200: { description: "The operation, with its resolution.", content: json(operationAnswer) } },
    problems: { ...byId, 409: "Its outcome is not `unknown`, or is resolved already." },
  },
  "POST /operations/:id/actions/report": {
    operationId: "reportOperation",
    summary: "Say how a deployment ended that nothing else reports",
    description:
      "For completion `external`: written down at the provider, then looked at once. The operation ends with that look. Harmless when repeated.",
    tag: "Operations",
    body: jsonBody(reportSchema),
    answers: { 202: { description: "The provider has taken it.", content: json(reportAnswer) } },
    problems: {
      ...byWholeId,
      409: "`operation-ended`, `is-parent`, `not-started` or `no-report`: there is nothing that a report could end.",
      502: "The provider refused.",
      503: "The storage refuses, or the provider cannot be reached.",
    },
  },
  "POST /operations/:id/actions/supply": {
    operationId: "supplyOperation",
    summary: "Hand over the certificate that an operation waits for",
    description:
      "For drover.azure-dps.verify-certificate without `signWith`: a certificate whose subject is the code of the attention event, signed by the CA's key. It is checked first; the operation goes on waiting after a refusal. Harmless when repeated.",
    tag: "Operations",
    body: jsonBody(supplySchema),
    answers: {
      200: { description: "Handed over before.", content: json(supplyAnswer) },
      202: { description: "Taken.", content: json(supplyAnswer) },
    },
    problems: {
      ...byWholeId,
      409: "`operation-ended` or `not-waiting`: nothing waits for a certificate.",
    },
  },
} as const satisfies Area;
