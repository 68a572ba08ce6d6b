import * as z from "zod/mini";
import { component, count, described, text, time } from "../described.ts";
import { id, outcome, waitingFor } from "./operation-parts.ts";
import { fetched, ready } from "./pickup.ts";

export const readyAnswer = component(
  "ReadyAnswer",
  "What became of a word that somebody stands ready.",
  z.looseObject({
    operation: id(),
    ready: described("`ready` now, or `already`: nothing had to change.", z.enum(["ready", "already"])),
  }),
);

/** Those of a hand-over, before it and after it. */
export const handoffPhases = [
  "not-begun",
  "awaiting",
  "minting",
  "offered",
  "following",
  "removing",
  "finishing",
  "ended",
] as const;

export const handoffAnswer = component(
  "Handoff",
  "How far it is with something that is handed over once. Never its content.",
  z.looseObject({
    operation: id(),
    type: text("Of the request."),
    connection: text("The connection that it goes through."),
    phase: described(
      "`awaiting`: somebody has to stand ready. `minting`: it is being made. `offered`: it waits to be fetched, or was just fetched. `following`: it was fetched, and its use is followed. `removing`, `finishing`: what nobody has used is taken back.",
      z.enum(handoffPhases),
    ),
    what: z.optional(text("What it is.")),
    fileName: z.optional(text("The name that it has to be saved under. From here on of the one that was minted last.")),
    bytes: z.optional(count("Its length.")),
    sha256: z.optional(text("Of its content, in hex.")),
    expiresAt: z.optional(time("When it dies, fetched or not.")),
    secondsLeft: z.optional(count("Until then; 0 when it is dead.")),
    instructions: z.optional(text("What whoever has fetched it does with it.")),
    ready: z.optional(ready),
    fetched: z.optional(described("Absent as long as it can be fetched.", fetched)),
    waitingFor: z.optional(waitingFor),
    outcome: z.optional(outcome()),
    code: z.optional(text("Why it ended so, stable and kebab-case.")),
    reason: z.optional(text("Why it ended so, as a sentence for people.")),
    deadline: time("When the operation ends as timed-out unless it has ended before."),
    updatedAt: time("Of its last change. Give it as `since` to wait for the next one."),
    next: text("The command by which it goes on, for `drover` on a terminal."),
  }),
);
