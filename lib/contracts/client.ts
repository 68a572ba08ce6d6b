import * as z from "zod/mini";
import { name, secretReferenceSchema } from "./connections/parts.ts";
import { durationMs, isDuration } from "./duration.ts";
import { limits } from "./limits.ts";
import { matchesAny } from "./patterns.ts";

/** What somebody who reaches Drover over HTTP can be allowed. */
export const actions = [
  /** Ask for operations, and for the cancellation of one's own by their keys. */
  "submit",
  /** See operations, their history and their events. */
  "read",
  "cancel",
  "resolve",
  /** Let an operation begin that somebody else has asked for. */
  "approve",
  /** Let an operation wait longer that waits for a set time. */
  "extend",
  /** Say that a consumer uses a key that was published. */
  "acknowledge",
  /** Say how a deployment ended that nothing else reports. */
  "report",
  /** Say that one stands ready for what is handed over, and take it. */
  "pick-up",
  /** See dead letters and take them up again. */
  "redrive",
  /** Hold back new effects of a connection, and let them go on. */
  "pause",
  /** Run a schedule now. */
  "schedule",
  /** Hand events over to a sink again. */
  "replay",
  /** Everything else: what a connection's cloud has beside Drover's operations, checks, secrets by name. */
  "administer",
] as const;
export type Action = (typeof actions)[number];

/** `*` stands for any characters. */
const pattern = z.string().check(z.minLength(1), z.maxLength(limits.identifierLength));
const patterns = z._default(z.array(pattern).check(z.maxLength(64)), []);

const toleranceMaxMs = 3_600_000;
const tolerance = z
  .string()
  .check(
    z.refine(
      (text) => isDuration(text) && durationMs(text) >= 1_000 && durationMs(text) <= toleranceMaxMs,
      "expected an ISO 8601 duration from PT1S to PT1H, such as PT5M",
    ),
  );

const auth = z.discriminatedUnion("kind", [
  z.strictObject({
    /** Signs the body of what is submitted; the signature says nothing about the path, so it opens no other route. */
    kind: z.literal("standard-webhooks"),
    /** Several while they are rotated. */
    secrets: z.array(secretReferenceSchema).check(z.minLength(1), z.maxLength(4)),
    tolerance: z._default(tolerance, "PT5M"),
  }),
  z.strictObject({
    kind: z.literal("bearer"),
    /** Hashes of tokens, never tokens: `drover clients token` makes both. */
    tokens: z
      .array(
        z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/, "expected sha256: and the 64 hex digits of a token's hash")),
      )
      .check(z.minLength(1), z.maxLength(4)),
  }),
]);

export const clientSchema = z.strictObject({
  auth: z.union([auth, z.array(auth).check(z.minLength(1), z.maxLength(4))]),
  allow: z.strictObject({
    /** Of CloudEvents `source`: whose requests the client may send, see and change. */
    sources: patterns,
    types: patterns,
    connections: patterns,
    actions: z.array(z.enum(actions)).check(z.minLength(1), z.maxLength(actions.length)),
  }),
  /** More are answered 429; other clients are not held up. */
  requestsPerMinute: z._default(z.int().check(z.minimum(1), z.maximum(60_000)), 600),
});
export type ClientConfiguration = z.output<typeof clientSchema>;
export type ClientAuth = z.output<typeof auth>;

/** Who else stands in records and logs as the one who asked: a client of that name could cancel what is not its own. */
const takenNames = new Set(["inbox", "schedule", "schedules", "drover", "http", "cli", "sweep", "anonymous"]);
const clientName = name.check(
  z.refine(
    (text) => !takenNames.has(text.toLowerCase()),
    `expected a name that Drover does not use itself: it uses ${[...takenNames].join(", ")}`,
  ),
);
export const clientsSchema = z.record(clientName, clientSchema);

/** Requests that begin only once another client than the one that sent them has approved them. */
export const approvalSchema = z.strictObject({
  types: z.array(pattern).check(z.minLength(1), z.maxLength(64)),
  connections: z._default(z.array(pattern).check(z.minLength(1), z.maxLength(64)), ["*"]),
});
export type ApprovalRule = z.output<typeof approvalSchema>;

/** What it takes away nobody can bring back: the service's id scope is burnt into devices. */
const defaultApproval: ApprovalRule = { types: ["drover.azure-dps.delete-service"], connections: ["*"] };

/** A rule for something else leaves the default one as it is; one for the same type takes its place. */
export const approvalsSchema = z._default(
  z.pipe(
    z.array(approvalSchema).check(z.maxLength(64)),
    z.transform((given): readonly ApprovalRule[] => {
      const isGiven = given.some(({ types }) => defaultApproval.types.every((type) => matchesAny(types, type)));
      return isGiven ? given : [...given, defaultApproval];
    }),
  ),
  [defaultApproval],
);

/** Types of requests that begin without approval, whatever the rules say. */
export const withoutApprovalSchema = patterns;
