import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Harness, ids, type Reply, type ServiceWire, servicePath } from "./harness.ts";

type Step =
  | { readonly kind: "rotate"; readonly slot: "primaryKey" | "secondaryKey"; readonly policy: number }
  | { readonly kind: "tag" | "read" | "poll" | "list" }
  | { readonly kind: "wait"; readonly ms: number };

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("rotate" as const),
    slot: fc.constantFrom("primaryKey" as const, "secondaryKey" as const),
    policy: fc.nat(1),
  }),
  fc.record({ kind: fc.constantFrom("tag" as const, "read" as const, "poll" as const, "list" as const) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(20_000) }),
);

describe("any order of writes and reads", () => {
  it("runs one write at a time, changes the etag with each effect and loses no policy of a full list", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 25 }), async (order) => {
        const harness = new Harness();
        harness.emulator.configure({ throttling: null });
        let running: Reply<ServiceWire> | null = null;
        let runningUntilMs = 0;
        const etags: string[] = [(await harness.get()).body.etag];
        for (const step of order) {
          const isBusy = harness.nowMs < runningUntilMs;
          if (step.kind === "wait") harness.tick(step.ms);
          else if (step.kind === "poll" && running !== null) {
            const { body } = await harness.ask<{ status: string }>(running.headers.get("azure-asyncoperation") ?? "");
            expect(body.status).toBe(isBusy ? "Running" : "Succeeded");
          } else if (step.kind === "tag") {
            const patch = await harness.ask(servicePath, {
              method: "PATCH",
              body: { tags: { at: String(harness.nowMs) } },
            });
            expect(patch.status).toBe(isBusy ? 409 : 200);
          } else if (step.kind === "rotate") {
            const whole = await harness.whole();
            const value = Buffer.from(Array.from({ length: 32 }, (_, i) => (i + order.indexOf(step)) % 256)).toString(
              "base64",
            );
            const rules = (await harness.rules()).map((rule, index) =>
              index === step.policy ? { ...rule, [step.slot]: value } : rule,
            );
            const reply = await harness.put({
              ...whole,
              properties: { ...whole.properties, authorizationPolicies: rules },
            });
            expect(reply.status).toBe(isBusy ? 409 : 201);
            if (!isBusy) [running, runningUntilMs] = [reply, harness.nowMs + 15_000];
          }
          const { body } = await harness.get();
          expect(body.properties.state).toBe(harness.nowMs < runningUntilMs ? "Transitioning" : "Active");
          if (etags.at(-1) !== body.etag) etags.push(body.etag);
          expect(await harness.rules()).toHaveLength(2);
        }
        harness.tick(20_000);
        const applied = harness.emulator.state.effects().filter(({ kind }) => /-applied$/.test(kind));
        const seen = [etags[0], ...applied.map(({ detail }) => detail["etag"])];
        expect(new Set(seen).size).toBe(applied.length + 1);
        expect(seen).toContain(etags.at(-1));
        expect(harness.emulator.state.service(ids.service)?.etag).toBe(seen.at(-1));
        const accepted = harness.emulator.state.effects().filter(({ kind }) => kind === "update-accepted");
        accepted.slice(1).forEach(({ atMs }, index) => {
          expect(atMs - (accepted[index]?.atMs ?? 0)).toBeGreaterThanOrEqual(15_000);
        });
      }),
      { numRuns: 60 },
    );
  });

  it("gives the same keys for the same seed, and others for another", () => {
    const keys = (seed: number) => new Harness({ seed }).emulator.state.everyKey();
    expect(keys(4)).toEqual(keys(4));
    expect(keys(4)).not.toEqual(keys(5));
  });
});
