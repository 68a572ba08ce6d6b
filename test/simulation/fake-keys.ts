import { PermanentError, RetryableError } from "../../lib/contracts/errors.ts";
import { fingerprintOf } from "../../lib/contracts/fingerprint.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import type { PolicyKeys, PolicyLook } from "../../lib/contracts/key-rotation.ts";
import type { DeploymentProvider, Settling } from "../../lib/contracts/provider.ts";
import type { PublishedVersion, PublishNote, PublishTarget, Slot } from "../../lib/contracts/publish-target.ts";
import { slots } from "../../lib/contracts/publish-target.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import type { VirtualClock } from "./virtual-clock.ts";
import type { Io } from "./world.ts";

export type KeyPair = Readonly<Record<Slot, string>>;
type Fate = "ok" | "lose-reply" | "lose-request" | "fail" | { readonly landLateMs: number };

/** What the service and the targets do: each list is consumed one by one, and what is left out goes well. */
export interface KeyBehaviour {
  readonly puts: Fate[];
  readonly publishes: Exclude<Fate, "fail">[];
  readonly durationMs: number;
  /** How long a target goes on showing the version before. */
  readonly shownAfterMs: number;
}

/** A service whose policy has two keys, and places where one of them is published. Writes need no ETag, as the worst reading has it. */
export class FakeKeyService {
  keys: KeyPair = { primary: "key-0-primary", secondary: "key-0-secondary" };
  /** What stands around the keys: a write carries what it read. */
  around = "as it was";
  /** In force from that time on. */
  readonly history: { readonly at: number; readonly keys: KeyPair }[];
  readonly published = new Map<
    string,
    { readonly at: number; readonly value: string; readonly note: PublishNote | undefined }[]
  >();
  readonly calls = { look: 0, replace: 0, publish: 0, tried: 0 };
  readonly clock: VirtualClock;
  readonly behaviour: KeyBehaviour;
  readonly startedAt: number;
  readonly settling: Settling = { requestTimeoutMs: 30_000, settlingMs: 120_000, lookEveryMs: 30_000 };
  #busyUntil = 0;
  #changes = new Map<string, { readonly endsAt: number; readonly failed: boolean }>();

  constructor(clock: VirtualClock, behaviour: Partial<KeyBehaviour> = {}) {
    this.clock = clock;
    this.startedAt = clock.now() - clock.monotonicMs();
    this.behaviour = { puts: [], publishes: [], durationMs: 20_000, shownAfterMs: 0, ...behaviour };
    this.history = [{ at: clock.now(), keys: this.keys }];
  }

  publishFirst(target: string, value: string): void {
    this.published.set(target, [{ at: this.clock.now() - 30 * 86_400_000, value, note: undefined }]);
  }

  /** Somebody else writes. */
  set(keys: Partial<KeyPair>): void {
    this.keys = { ...this.keys, ...keys };
    this.history.push({ at: this.clock.now(), keys: this.keys });
  }

  #begin(keys: KeyPair, around: string, afterMs: number, failed = false): string {
    const id = `change-${this.#changes.size + 1}`;
    const endsAt = this.clock.now() + afterMs + this.behaviour.durationMs;
    this.#changes.set(id, { endsAt, failed });
    const begin = () => {
      this.#busyUntil = this.clock.now() + this.behaviour.durationMs;
      this.clock.after(this.behaviour.durationMs, () => {
        if (failed) return;
        this.around = around;
        this.set(keys);
      });
    };
    if (afterMs === 0) begin();
    else this.clock.after(afterMs, begin);
    return id;
  }

  policyKeys(io: Io): PolicyKeys {
    let last: { readonly keys: KeyPair; readonly around: string } | undefined;
    return {
      settling: this.settling,
      of: "dps-eu/owner",
      about: "policy owner of dps-eu",
      look: () =>
        io<PolicyLook>("service.look", () => {
          this.calls.look += 1;
          if (this.clock.now() < this.#busyUntil) {
            throw new RetryableError("A change is under way", {
              code: "in-transition",
              effect: "none",
              retryAfterMs: 10_000,
            });
          }
          last = { keys: this.keys, around: this.around };
          const secrets = { primary: new Secret(this.keys.primary), secondary: new Secret(this.keys.secondary) };
          return {
            // A clock of its own, which nobody moves.
            there: this.startedAt + this.clock.monotonicMs(),
            seen: {
              fingerprints: { primary: fingerprintOf(secrets.primary), secondary: fingerprintOf(secrets.secondary) },
              around: { tags: sha256Hex(this.around) },
            },
            keys: secrets,
          };
        }),
      replace: (replaced) =>
        io("service.replace", () => {
          this.calls.replace += 1;
          if (!last) throw new PermanentError("Expected a look before");
          if (this.clock.now() < this.#busyUntil) {
            throw new RetryableError("A change is under way", {
              code: "in-transition",
              effect: "none",
              retryAfterMs: 10_000,
            });
          }
          const keys = { ...last.keys };
          for (const slot of slots) keys[slot] = replaced[slot]?.reveal() ?? keys[slot];
          const fate = this.behaviour.puts.shift();
          if (fate === "lose-request") throw new RetryableError("connection reset");
          const late = typeof fate === "object" ? fate.landLateMs : 0;
          const id = this.#begin(keys, last.around, late, fate === "fail");
          if (fate === "lose-reply" || late > 0) throw new RetryableError("connection reset");
          return { polling: { id } };
        }),
      tryKey: (key) =>
        io("service.try", () => {
          this.calls.tried += 1;
          const good = slots.some((slot) => this.keys[slot] === key.reveal());
          return { kind: good ? "accepted" : "refused", detail: "asked for enrollment groups" } as const;
        }),
      published: (key) => key,
    };
  }

  target(name: string, io: Io): PublishTarget {
    const versions = () => this.published.get(name) ?? [];
    return {
      kind: "fake",
      settling: this.settling,
      read: () =>
        io<PublishedVersion | undefined>(`target.read ${name}`, () => {
          const newest = versions().findLast(({ at }) => at + this.behaviour.shownAfterMs <= this.clock.now());
          return (
            newest && {
              value: new Secret(newest.value),
              version: String(versions().length),
              publishedAt: newest.at,
              ...(newest.note ? { note: newest.note } : {}),
            }
          );
        }),
      publish: (_secret, value, note) =>
        io(`target.publish ${name}`, () => {
          this.calls.publish += 1;
          const fate = this.behaviour.publishes.shift();
          if (fate === "lose-request") throw new RetryableError("connection reset");
          const land = () =>
            this.published.set(name, [...versions(), { at: this.clock.now(), value: value.reveal(), note }]);
          if (typeof fate === "object") {
            this.clock.after(fate.landLateMs, land);
            throw new RetryableError("connection reset");
          }
          land();
          if (fate === "lose-reply") throw new RetryableError("connection reset");
          return { version: String(versions().length) };
        }),
      check: async () => [],
    };
  }

  provider(
    io: Io,
    rotation: Pick<NonNullable<DeploymentProvider["keyRotation"]>, "staged" | "promises">,
  ): DeploymentProvider {
    return {
      kind: "azure-dps",
      settling: this.settling,
      pollPace: { firstMs: 5_000, maxMs: 30_000 },
      turnOf: () => "service",
      prepareDeployment: async () => null,
      findDeployment: async () => ({ kind: "absent-so-far" }),
      createDeployment: async () => {
        throw new PermanentError("Expected a rotation");
      },
      poll: (_request, handle) =>
        io("service.poll", () => {
          const { id } = handle as { readonly id: string };
          const change = this.#changes.get(id);
          if (!change || this.clock.now() < change.endsAt) return { kind: "in-progress", status: "Running" } as const;
          return change.failed
            ? ({ kind: "ended", status: "Failed", outcome: "failed", reason: "it did not work" } as const)
            : ({ kind: "ended", status: "Succeeded", outcome: "succeeded" } as const);
        }),
      keyRotation: {
        claimOf: () => "policy",
        policyKeys: () => this.policyKeys(io),
        resultOf: () => ({ service: "dps-eu", policy: "owner" }),
        target: ({ target }) => this.target(target, io),
        keyIn: (value) => value,
        staged: rotation.staged,
        promises: rotation.promises,
        now: () => this.clock.now(),
        wallMs: () => this.clock.wallMs(),
      },
      check: async () => [],
      plan: () => [],
    };
  }
}
