import { type Components, createComponents } from "../../../lib/contracts/documents/components.ts";
import { eventTexts } from "../../../lib/contracts/documents/event-texts.ts";
import { heatTexts } from "../../../lib/contracts/documents/heat-texts.ts";
import { requestNames } from "../../../lib/contracts/documents/request-schemas.ts";
import { requestTexts } from "../../../lib/contracts/documents/request-texts.ts";
import type { Texts } from "../../../lib/contracts/documents/text.ts";
import { type RouteKey, routeSecurity } from "../security.ts";
import { connectionDescriptions } from "./connections.ts";
import { deadLetterDescriptions } from "./dead-letters.ts";
import { type Description, tags } from "./description.ts";
import { dpsDescriptions } from "./dps.ts";
import { eventDescriptions } from "./events.ts";
import { handoffDescriptions } from "./handoffs.ts";
import { healthDescriptions } from "./health.ts";
import { heatDescriptions } from "./heat.ts";
import { keyDescriptions } from "./keys.ts";
import { actionDescriptions } from "./operation-actions.ts";
import { operationDescriptions } from "./operations.ts";
import { operationOf } from "./path-item.ts";
import { sharedResponses } from "./problems.ts";
import { requestDescriptions } from "./requests.ts";
import { rotationDescriptions } from "./rotations.ts";
import { scheduleDescriptions } from "./schedules.ts";
import { securitySchemes } from "./security-schemes.ts";
import { sinkDescriptions } from "./sinks.ts";
import { vaultDescriptions } from "./vault.ts";

/** A route that nobody has described does not compile, nor does a description without a route. */
const descriptions: Readonly<Record<RouteKey, Description>> = {
  ...requestDescriptions,
  ...operationDescriptions,
  ...actionDescriptions,
  ...rotationDescriptions,
  ...handoffDescriptions,
  ...eventDescriptions,
  ...deadLetterDescriptions,
  ...sinkDescriptions,
  ...scheduleDescriptions,
  ...keyDescriptions,
  ...connectionDescriptions,
  ...heatDescriptions,
  ...dpsDescriptions,
  ...vaultDescriptions,
  ...healthDescriptions,
};

/** Texts of a software config, which stands inside a request elsewhere. */
const insideRequest = "data.deployment.config.";
const configTexts: Texts = Object.fromEntries(
  Object.entries(heatTexts).flatMap(([path, text]) =>
    path.startsWith(insideRequest) ? [[path.slice(insideRequest.length), text]] : [],
  ),
);

const texts: Readonly<Record<string, Texts>> = {
  ...Object.fromEntries(requestNames.map((name) => [name, requestTexts])),
  Event: eventTexts,
  NewSoftwareConfig: { ...configTexts, "group.<0>": "Heat's own group, which nobody runs.", "group.<1>": "A runner." },
  DeploymentChange: { status_reason: "Why it stands so.", "output_values.*": "One output." },
};

const about = `Drover operates fleets of devices through event-driven functions: one step per message, no effect twice, nothing lost.

Answers may gain fields; ignore those that you do not know. Problems are RFC 9457 with a stable \`code\`. A path or method that is not
listed here is answered with 404.`;

/** OpenAPI 3.1 of the application. @param version of the release */
export function openapiDocument(version: string) {
  const components: Components = createComponents(texts);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const security of routeSecurity) {
    const path = security.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = {
      ...paths[path],
      [security.method.toLowerCase()]: operationOf(security, descriptions[security.key], components),
    };
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Drover",
      version,
      summary: "Operations on fleets of devices and servers.",
      description: about,
      license: { name: "MIT", identifier: "MIT" },
    },
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    servers: [{ url: "/", description: "Where this document was read. See http.listen in drover.json." }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: { securitySchemes, responses: sharedResponses(components), schemas: components.all() },
  };
}
