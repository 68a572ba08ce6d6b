import type * as z from "zod/mini";
import type { RouteKey } from "../security.ts";
import type { Parameter } from "./parameters.ts";
import type { ProblemStatus } from "./problems.ts";

/** Groups of routes, as documents show them. */
export const tags = {
  Requests: "Ask for operations.",
  Operations: "See what became of them, and decide where a person has to.",
  Handoffs: "Credentials that are minted when somebody stands ready, and handed over once.",
  Events: "What happens, in order.",
  "Dead letters": "Messages that were given up.",
  Sinks: "Receivers of events over HTTP.",
  Schedules: "Requests that Drover submits by itself.",
  Keys: "How old rotated keys are.",
  Connections: "Provider accounts.",
  Heat: "Software configs and deployments of a Heat, by hand. These calls act at once and make no operation.",
  "Device Provisioning":
    "What the management API of Device Provisioning Services shows. These calls act at once and change nothing.",
  Vault: "Names of secrets, where the vault is this machine's own.",
  Health: "How this Drover is.",
} as const;

/** A schema of ours, or what JSON Schema says where there is none. */
export type Content =
  | z.core.$ZodType
  | { readonly type: "string"; readonly description: string }
  | { readonly contentMediaType: string; readonly description: string };

export interface Answer {
  readonly description: string;
  /** By media type; absent for an answer without a body. */
  readonly content?: Readonly<Record<string, Content>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Body {
  readonly required: boolean;
  readonly content: Readonly<Record<string, Content>>;
}

/** What a document says of a route beyond the table of routes. */
export interface Description {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tag: keyof typeof tags;
  /** Those of the path are added by their names. */
  readonly parameters?: readonly Parameter[];
  readonly body?: Body;
  readonly answers: Readonly<Partial<Record<200 | 201 | 202 | 503, Answer>>>;
  /** Beside those that every route of its kind answers. */
  readonly problems?: Readonly<Partial<Record<ProblemStatus, string>>>;
}

export type Area = Readonly<Partial<Record<RouteKey, Description>>>;

export const json = (schema: z.core.$ZodType) => ({ "application/json": schema });
export const jsonBody = (schema: z.core.$ZodType, required = true): Body => ({ required, content: json(schema) });

/** Beginnings of ids are resolved by looking, so that they may be ambiguous. */
export const byId = {
  404: "No operation under that id, or none that this client may see.",
  409: "Several operations begin with that text.",
  503: "The storage refuses.",
} as const;
/** For an operation that has to be there whole. */
export const byWholeId = { ...byId, 404: `${byId[404]} \`forgotten\`: only its outcome is kept.` } as const;
