import type { Mutation } from "./mutation.ts";

const once = "lib/operations/once.ts";
const runner = "lib/operations/runner.ts";
const results = "lib/operations/results.ts";
const record = "lib/operations/record.ts";
const outbox = "lib/operations/outbox.ts";
const sweep = "lib/operations/sweep.ts";
const turns = "lib/operations/turns.ts";

const sphereCreate = "start-deployment provider.sphere POST /…/tenants/…/devicegroups/…/deployments";

/** Bugs of the engine. */
export const engineMutations: readonly Mutation[] = [
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
    first: [{ scenario: "sphere", key: "start-deployment ledger.durable", fault: "late-reply" }],
  },
  {
    name: "trust one empty list",
    file: once,
    find: "  if (!settled) {\n",
    replace: "  if (settled === undefined) {\n",
    first: [{ scenario: "sphere", key: sphereCreate, fault: "crash-after" }],
  },
  {
    name: "repeat without looking",
    file: once,
    find: "  return reconcile(run, name, intent, effect);\n",
    replace: "  return attempt(run, name, intent.attempt + 1, effect);\n",
    first: [{ scenario: "sphere", key: sphereCreate, fault: "crash-after" }],
  },
  {
    name: "take a lost answer for no effect",
    file: once,
    find: 'if (error instanceof DroverError && error.effect === "none") {',
    replace: "if (error instanceof DroverError) {",
    first: [{ scenario: "sphere", key: sphereCreate, fault: "reply-lost" }],
  },
  {
    name: "begin while the connection is paused",
    file: once,
    find: 'if (connection?.record.kind === "connection" && connection.record.paused) {',
    replace: 'if (connection?.record.kind === "operation") {',
  },
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
  },
  {
    name: "carry out stale messages",
    file: runner,
    find: 'if (row.record.state === "ended" || message.seq !== row.record.seq || message.step !== row.record.step) {',
    replace: 'if (row.record.state === "ended") {',
    first: [8],
  },
  {
    name: "carry out what has ended",
    file: runner,
    find: 'if (row.record.state === "ended" || message.seq !== row.record.seq || message.step !== row.record.step) {',
    replace: "if (message.step !== row.record.step) {",
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
    first: [{ scenario: "cancelled at once", key: "inbox bus.publish", fault: "request-lost" }],
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
    first: [2],
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
  },
  {
    name: "ignore the nonce",
    file: "lib/operations/ledger-write.ts",
    find: "if (stored?.record.nonce === record.nonce) return stored.version;",
    replace: "if (stored?.record.nonce === undefined) return stored?.version;",
    first: [{ scenario: "sphere", key: "poll-operation ledger.write operation", fault: "own-conflict" }],
  },
  {
    name: "drop the sweep",
    file: "functions/sweep-overdue/step.ts",
    find: "return sweep({ ...options, limit: rowsPerSweep });",
    replace: "return sweep({ ...options, limit: 0 });",
  },
  {
    name: "let the sweep send before it writes",
    file: sweep,
    find: "  const written = await put(ports.ledger, operationKey(record.id), next, version);",
    replace:
      "  await sendOutbox(ports, next);\n  const written = await put(ports.ledger, operationKey(record.id), next, version);",
  },
  {
    name: "let a cancel throw away what is owed",
    file: "lib/operations/intervene.ts",
    find: "advance(row.record, change, { now, nonce: ports.randomness.id() })",
    replace: "advance(row.record, change, { now, nonce: ports.randomness.id(), messageSeq: row.record.seq })",
    first: [{ scenario: "cancelled at once", key: "inbox bus.publish", fault: "request-lost" }],
  },
  {
    name: "steal a live turn",
    file: turns,
    find: "return (claim?.holdsGivenUp ?? 0) < k;",
    replace: "return (claim?.holdsGivenUp ?? 0) > k;",
  },
  {
    name: "keep the turn at the end",
    file: results,
    find: "    giveBacks: held.giveBacks,\n    ...(record.parent",
    replace: "    ...(record.parent",
  },
  {
    name: "answer a repeated request anew",
    file: "lib/operations/accept.ts",
    find: "  if (version === undefined) return undefined;\n  countAccepted(ports, record);",
    replace:
      "  countAccepted(ports, record);\n  if (version === undefined) {\n    await sendOutbox(ports, record);\n    return undefined;\n  }",
    first: [1],
  },
  {
    name: "end a parent before its children",
    file: "functions/await-children/step.ts",
    find: "if (isComplete(seen)) {",
    replace: 'if (seen.marks.includes("s") || isComplete(seen)) {',
  },
];
