import { expect, test } from "vitest";
import { type DeadLetterRecord, deadLetterKey } from "../../lib/contracts/operation.ts";
import { sweep } from "../../lib/operations/sweep.ts";
import { World } from "../simulation/world.ts";
import { idempotencyMs, retainMs } from "./fleet.ts";

test("a sweep begins no row that its host would end in the middle", async () => {
  const world = new World({ mode: "cloud" }, () => ({ handlers: {}, sweep: async () => undefined }));
  const { ledger, ...ports } = world.outside;
  for (let number = 0; number < 10; number += 1) {
    const id = `letter-${number}`;
    const record: DeadLetterRecord = {
      kind: "dead-letter",
      v: 1,
      id,
      nonce: id,
      queue: "inbox",
      body: "{}",
      cause: "broken",
      receives: 5,
      at: 0,
      verdict: "needs-decision",
      retainUntil: 1,
    };
    await ledger.create(deadLetterKey(id), record);
  }
  // Each look takes a second.
  const slow: typeof ledger = {
    ...ledger,
    read: async (key) => {
      world.clock.advance(1_000);
      return ledger.read(key);
    },
  };
  const options = { ports: { ...ports, ledger: slow }, retainMs, idempotencyMs, limit: 500 };
  const first = await sweep({ ...options, endByMs: world.clock.monotonicMs() + 4_000 });
  expect(first).toMatchObject({ forgotten: 4 });
  expect(await sweep(options)).toMatchObject({ forgotten: 6 });
});
