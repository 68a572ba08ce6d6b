import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RetryableError } from "../../../lib/contracts/errors.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { awsHandoffStore } from "../../../lib/platforms/aws/handoff.ts";
import type { Objects } from "../../../lib/platforms/aws/objects.ts";
import type { Condition, StoredObject } from "../../../lib/platforms/conditional-objects.ts";
import { sealingKeys } from "../../../lib/platforms/vault-key.ts";
import { impatience } from "./settings.ts";

type Fate = "fine" | "never arrives" | "answer lost" | "lands late";
type Step = { readonly kind: "put" | "take" | "remove" | "expire"; readonly lifeMs: number };

const id = "entry";
const fates = fc.constantFrom<Fate>(...Array<Fate>(7).fill("fine"), "never arrives", "answer lost", "lands late");
const steps = fc.record({
  kind: fc.constantFrom<Step["kind"]>("put", "put", "take", "take", "take", "remove", "expire"),
  lifeMs: fc.constantFrom(5, 8, 1_000, 1_000),
});

/** Objects with S3's conditions, each call at a moment that the scheduler chooses and with a fate that the generator chooses. */
function objectsOf(scheduler: fc.Scheduler, fateOf: () => Fate, tick: () => void): Objects {
  const stored = new Map<string, StoredObject>();
  let count = 0;
  const lost = () => new RetryableError("Expected an answer, got none");
  const holds = (key: string, condition: Condition) =>
    stored.get(key)?.etag === (condition === "absent" ? undefined : condition.etag);

  async function call<Value>(name: string, effect: () => Value): Promise<Value> {
    const fate = fateOf();
    await scheduler.schedule(Promise.resolve(), name);
    tick();
    if (fate === "never arrives") throw lost();
    if (fate === "lands late") {
      void scheduler.schedule(Promise.resolve(), `${name}, late`).then(effect);
      throw lost();
    }
    const value = effect();
    if (fate === "answer lost") throw lost();
    return value;
  }

  return {
    head: (key) => call("head", () => stored.get(key)),
    get: (key) => call("get", () => stored.get(key)),
    put: (key, body, metadata, condition) =>
      call("put", () => {
        if (!holds(key, condition)) return undefined;
        count += 1;
        const etag = `"${count}"`;
        stored.set(key, { etag, metadata, body: Buffer.from(body) });
        return etag;
      }),
    remove: (key, etag) => call("remove", () => holds(key, { etag }) && stored.delete(key)),
    keys: () => call("keys", () => ({ keys: [...stored.keys()] })),
  };
}

describe("handoff store on aws, whatever happens at once", () => {
  test("serves what was put at most once and never after its expiry, and loses nothing without an error", async () => {
    const key = new Secret(Buffer.alloc(32, 7).toString("base64"));
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(steps, { minLength: 2, maxLength: 7 }),
        fc.infiniteStream(fates),
        async (scheduler, all, stream) => {
          let nowMs = 1_000_000;
          let areFatesFine = false;
          const objects = objectsOf(
            scheduler,
            () => (areFatesFine ? "fine" : (stream.next().value ?? "fine")),
            () => {
              nowMs += 1;
            },
          );
          const open = () =>
            awsHandoffStore({
              objects,
              keys: sealingKeys({ get: async () => key, create: async () => key }),
              clock: { now: () => nowMs },
              persistence: impatience(2),
            });
          const served: string[] = [];
          const late: string[] = [];
          let [isTroubled, areAllLong] = [false, true];

          async function run({ kind, lifeMs }: Step, index: number): Promise<void> {
            const store = open();
            if (kind === "put") {
              if (lifeMs < 1_000) areAllLong = false;
              await store.put(id, Buffer.from(`content ${index}`), { fileName: "a.zip", expiresAt: nowMs + lifeMs });
            } else if (kind === "take") {
              const taken = await store.take(id);
              if (!taken) return;
              served.push(Buffer.from(taken.content).toString());
              if (nowMs >= taken.entry.expiresAt) late.push(`at ${nowMs}`);
            } else if (kind === "remove") await store.remove(id);
            else await store.expire(nowMs);
          }

          const running = all.map((step, index) =>
            run(step, index).catch((error: unknown) => {
              if (!(error instanceof RetryableError)) throw error;
              isTroubled = true;
            }),
          );
          await scheduler.waitFor(Promise.all(running));
          await scheduler.waitIdle();
          areFatesFine = true;
          const last = open().take(id);
          const taken = await scheduler.waitFor(last);
          if (taken) served.push(Buffer.from(taken.content).toString());

          expect(new Set(served).size).toBe(served.length);
          expect(late).toEqual([]);
          const puts = all.filter(({ kind }) => kind === "put").length;
          const isRemoved = all.some(({ kind }) => kind === "remove");
          if (puts > 0 && !isTroubled && areAllLong && !isRemoved) expect(served).not.toEqual([]);
        },
      ),
      { numRuns: 400 },
    );
  });
});
