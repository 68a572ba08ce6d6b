import { interleavings } from "../interleavings.ts";
import type { Mutation } from "./mutation.ts";

const runner = "lib/operations/runner.ts";
const results = "lib/operations/results.ts";
const record = "lib/operations/record.ts";
const outbox = "lib/operations/outbox.ts";

/** Bugs of how a step is carried out and told of. */
export const engineMutations: readonly Mutation[] = [
  {
    name: "acknowledge before sending",
    file: runner,
    find: "if (decision) await this.#sendAndClear(next, version, run.watch);",
    replace: "if (decision) this.#sendAndClear(next, version, run.watch).catch(() => undefined);",
  },
  {
    name: "send before the write",
    file: runner,
    find: "      const version = await put(this.#ports.ledger, operationKey(next.id), next, run.version);",
    replace:
      "      if (decision) await sendOutbox(this.#ports, next);\n      const version = await put(this.#ports.ledger, operationKey(next.id), next, run.version);",
  },
  {
    name: "send again for any stale message",
    file: runner,
    find: "if (row.record.writer === delivery.id) await",
    replace: "if (row.record.writer !== undefined) await",
    first: [{ scenario: "delivered twice" }],
  },
  {
    name: "carry out stale messages",
    file: runner,
    find: 'if (row.record.state === "ended" || message.seq !== row.record.seq || message.step !== row.record.step) {',
    replace: 'if (row.record.state === "ended") {',
    first: [{ scenario: "delivered twice" }],
  },
  {
    name: "carry out what has ended",
    file: runner,
    find: 'if (row.record.state === "ended" || message.seq !== row.record.seq || message.step !== row.record.step) {',
    replace: "if (message.step !== row.record.step) {",
    first: [{ scenario: "heat-fleet" }],
  },
  {
    name: "clear the outbox before it is sent",
    file: runner,
    find: "    await sendOutbox(this.#ports, record, watch?.span.traceparent);\n    if (mustClear(record))",
    replace:
      "    if (mustClear(record)) await clearOutbox(this.#ports, record, version, this.#options.retainMs);\n    await sendOutbox(this.#ports, record, watch?.span.traceparent);\n    if (record.v < 0)",
  },
  {
    name: "overwrite an unsent outbox",
    file: record,
    find: "return messageSeq === undefined ? outbox : outbox.filter((owed) => owed.provedBy > messageSeq);",
    replace: "return messageSeq === -1 ? outbox : [];",
    first: [{ scenario: "cancelled at once", strikes: [{ key: "inbox bus.publish", fault: "request-lost" }] }],
  },
  {
    name: "reuse a sequence number",
    file: record,
    find: "const seq = record.seq + 1;",
    replace: "const seq = record.seq;",
  },
  {
    name: "clear wakeAt at the end",
    file: results,
    find: "    wakeAt: now + outboxSlackMs,\n    history: {\n      what: outcome,",
    replace: "    wakeAt: undefined,\n    history: {\n      what: outcome,",
  },
  {
    name: "write at every poll",
    file: results,
    find: "if (!isCheckpoint(n) && !clearsWait",
    replace: "if (n < 0 && !clearsWait",
  },
  {
    name: "send the step message first",
    file: outbox,
    find: '  const events = record.outbox.filter((owed) => owed.kind === "event");\n',
    replace:
      '  const events = record.outbox.filter((owed) => owed.kind === "event");\n  if (record.owedStep) await ports.queue.send([{ queue: record.step, body: stepMessageOf(ports, record, record.owedStep, from) }]);\n',
    first: [interleavings["a function dies between its message and its events"]],
  },
  {
    name: "forget to send the events",
    file: outbox,
    find: "if (events.length > 0) await ports.bus.publish(events.map((owed) => eventOf(record, owed)));",
    replace: "if (events.length > 1) await ports.bus.publish(events.map((owed) => eventOf(record, owed)));",
  },
  {
    name: "take any conflict for a success",
    file: "lib/operations/ledger-write.ts",
    find: "if (stored?.record.nonce === record.nonce) return stored.version;",
    replace: "if (stored) return stored.version;",
    first: [{ scenario: "delivered twice" }],
  },
  {
    name: "ignore the nonce",
    file: "lib/operations/ledger-write.ts",
    find: "if (stored?.record.nonce === record.nonce) return stored.version;",
    replace: "if (stored?.record.nonce === undefined) return stored?.version;",
    first: [{ scenario: "sphere", strikes: [{ key: "poll-operation ledger.write operation", fault: "own-conflict" }] }],
  },
  {
    name: "let a cancel throw away what is owed",
    file: "lib/operations/intervene.ts",
    find: "advance(row.record, change, { now, nonce: ports.randomness.id() })",
    replace: "advance(row.record, change, { now, nonce: ports.randomness.id(), messageSeq: row.record.seq })",
    first: [{ scenario: "cancelled at once", strikes: [{ key: "inbox bus.publish", fault: "request-lost" }] }],
  },
];
