import { interleavings } from "../interleavings.ts";
import type { Mutation } from "./mutation.ts";

const results = "lib/operations/results.ts";
const sweep = "lib/operations/sweep.ts";
const turns = "lib/operations/turns.ts";

/** Bugs of the sweep, of turns and of what looks after others. */
export const upkeepMutations: readonly Mutation[] = [
  {
    name: "sweep what may be under way",
    file: sweep,
    find: "if (openIntents(record).some((intent) => intent.liveUntil > now)) return",
    replace: "if (openIntents(record).some((intent) => intent.liveUntil < 0)) return",
    first: [interleavings["a sweep comes while a request is under way"]],
  },
  {
    name: "sweep what is not due",
    file: sweep,
    find: 'if (record.wakeAt > now) return "left";',
    replace: 'if (record.wakeAt < 0) return "left";',
    first: [interleavings["a sweep goes on with a list of a minute ago"]],
  },
  {
    name: "drop the sweep",
    file: "functions/sweep-overdue/step.ts",
    find: "return sweep({ ...options, limit: rowsPerSweep });",
    replace: "return sweep({ ...options, limit: 0 });",
    first: [{ scenario: "rotation" }],
  },
  {
    name: "let the sweep send before it writes",
    file: sweep,
    find: "  const written = await put(ports.ledger, operationKey(record.id), next, version);",
    replace:
      "  await sendOutbox(ports, next);\n  const written = await put(ports.ledger, operationKey(record.id), next, version);",
    first: [{ scenario: "rotation" }],
  },
  {
    name: "steal a live turn",
    file: turns,
    find: "return (claim?.holdsGivenUp ?? 0) < k;",
    replace: "return (claim?.holdsGivenUp ?? 0) > k;",
    first: [{ scenario: "two on one device group" }],
  },
  {
    name: "keep the turn at the end",
    file: results,
    find: "    giveBacks: held.giveBacks,\n    ...(record.parent",
    replace: "    ...(record.parent",
  },
  {
    name: "let others on where nobody can tell",
    file: results,
    find: 'const [turn, claim] = outcome === "unknown" ? [] : [record.turn, record.claim];',
    replace: "const [turn, claim] = [record.turn, record.claim];",
    first: [{ scenario: "nobody can tell, until somebody says so" }],
  },
  {
    name: "keep the turn of what was resolved",
    file: "lib/operations/commands.ts",
    find: "      giveBacks: held.giveBacks,\n",
    replace: "",
    first: [{ scenario: "nobody can tell, and nobody waits" }],
  },
  {
    name: "move on before an event is handed over",
    file: "lib/sinks/dispatch.ts",
    find: "  if (messages.length > 0) await queue.send(messages);\n",
    replace:
      "  if (messages.length > 0) await update(store, randomness, name, (record) => movedTo(record, last));\n  if (messages.length > 0) await queue.send(messages);\n",
    first: [
      {
        scenario: "told to receivers",
        strikes: [{ key: "dispatch queue.send deliver-event", fault: "request-lost" }],
      },
    ],
  },
  {
    name: "answer a repeated request anew",
    file: "lib/operations/accept.ts",
    find: "  if (version === undefined) return undefined;\n  countAccepted(ports, record);",
    replace:
      "  countAccepted(ports, record);\n  if (version === undefined) {\n    await sendOutbox(ports, record);\n    return undefined;\n  }",
    first: [{ scenario: "asked for twice" }],
  },
  {
    name: "end a parent before its children",
    file: "functions/await-children/step.ts",
    find: "if (isComplete(seen)) {",
    replace: 'if (seen.marks.includes("s") || isComplete(seen)) {',
    first: [{ scenario: "heat-fleet" }],
  },
];
