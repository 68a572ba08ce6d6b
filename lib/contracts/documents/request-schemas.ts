import * as z from "zod/mini";
import { component } from "../described.ts";
import { cancelDataSchema, cancelRequestType, envelopeSchema, requestDataSchemas } from "../request.ts";

/** drover.heat.deploy becomes HeatDeployRequest. */
export function requestNameOf(type: string): string {
  const words = type.split(/[.-]/).slice(1);
  return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")}Request`;
}

const extensions =
  "A CloudEvents 1.0 event in structured JSON. Extension attributes are allowed; `traceparent` is read.";

function requestOf(type: string, data: z.core.$ZodType) {
  return component(
    requestNameOf(type),
    `Request \`${type}\`. ${extensions}`,
    z.extend(envelopeSchema, { type: z.literal(type), data }),
  );
}

const starting = Object.entries(requestDataSchemas).map(([type, data]) => requestOf(type, data));
const cancel = requestOf(cancelRequestType, cancelDataSchema);

/** Every request type by the name of its schema. */
export const requestNames: readonly string[] = [...Object.keys(requestDataSchemas), cancelRequestType].map(
  requestNameOf,
);

export const startingRequest = component("StartingRequest", "A request that starts an operation.", z.union(starting));
export const requestSchema = component(
  "Request",
  "A request, told apart by its `type`.",
  z.union([...starting, cancel]),
);
