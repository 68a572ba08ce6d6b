import { interleavings } from "../interleavings.ts";
import type { Mutation } from "./mutation.ts";

const once = "lib/operations/once.ts";
const runner = "lib/operations/runner.ts";
const run = "lib/operations/run.ts";
const sphereCreate = "start-deployment provider.sphere POST /…/tenants/…/devicegroups/…/deployments";

/** Bugs of how effects are brought about. */
export const effectMutations: readonly Mutation[] = [
  {
    name: "skip the intent",
    file: once,
    find: "const version = await put(ledger, operationKey(run.record.id), noted, run.version);",
    replace: "const version: string | undefined = run.version;",
  },
  {
    name: "send before the intent is on disk",
    file: once,
    find: "  await ledger.durable();\n\n  // As late as possible",
    replace: "\n  // As late as possible",
  },
  {
    name: "create after sendBefore",
    file: once,
    find: "if (clock.monotonicMs() >= sendBeforeMonotonicMs || run.signal.aborted) {",
    replace: "if (Number.isNaN(sendBeforeMonotonicMs)) {",
    also: [
      {
        file: "lib/providers/send-window.ts",
        find: "return () => clock.now() <= sendBefore && clock.monotonicMs() - beganAt <= leftMs;",
        replace: "return () => !Number.isNaN(leftMs + beganAt);",
      },
    ],
    first: [{ scenario: "sphere", strikes: [{ key: "start-deployment ledger.durable", fault: "late-reply" }] }],
  },
  {
    name: "trust one empty list",
    file: once,
    find: "  if (!settled) {\n",
    replace: "  if (settled === undefined) {\n",
    first: [{ scenario: "sphere", strikes: [{ key: sphereCreate, fault: "crash-after" }] }],
  },
  {
    name: "repeat without looking",
    file: once,
    find: "  return reconcile(run, name, intent, effect);\n",
    replace: "  return attempt(run, name, intent.attempt + 1, effect);\n",
    first: [{ scenario: "sphere", strikes: [{ key: sphereCreate, fault: "crash-after" }] }],
  },
  {
    name: "take a lost answer for no effect",
    file: once,
    find: 'if (error instanceof DroverError && error.effect === "none") {',
    replace: "if (error instanceof DroverError) {",
    first: [{ scenario: "sphere", strikes: [{ key: sphereCreate, fault: "reply-lost" }] }],
  },
  {
    name: "begin while the connection is paused",
    file: once,
    find: 'if (connection?.record.kind === "connection" && connection.record.paused) {',
    replace: 'if (connection?.record.kind === "operation") {',
    first: [{ scenario: "paused and resumed" }],
  },
  {
    name: "ignore the nonce of an intent",
    file: run,
    find: "      if (intent?.nonce !== effected.nonce) continue;\n",
    replace: "      if (intent === undefined) continue;\n",
    also: [
      { file: run, find: "? intent?.nonce !== effected.nonce\n", replace: "? intent === undefined\n" },
      {
        file: run,
        find: 'effected.kind === "done" && record.intents[name]?.nonce !== effected.nonce',
        replace: 'effected.kind === "done" && record.intents[name] === undefined',
      },
    ],
    first: [interleavings["an attempt wakes up while the next one is under way"]],
  },
  {
    name: "throw away the result of a write that lost",
    file: runner,
    find: "if (moved && run.isKnownTo(row.record)) return acknowledge;",
    replace: "if (moved) return acknowledge;",
    first: [interleavings["an answer comes after a cancel has written"]],
  },
];
