import { PermanentError, RetryableError } from "../../lib/contracts/errors.ts";
import type { Json } from "../../lib/contracts/json.ts";
import type { Intent } from "../../lib/contracts/operation.ts";
import type { DeploymentProvider, Polled, Settling } from "../../lib/contracts/provider.ts";
import type { OperationRequest } from "../../lib/contracts/request.ts";
import type { VirtualClock } from "./virtual-clock.ts";
import type { Io } from "./world.ts";

export interface FakeDeployment {
  readonly id: string;
  readonly group: string;
  readonly images: string;
  readonly startedAt: number;
  /** When a list shows it. */
  readonly visibleAt: number;
  readonly endsAt: number;
}

export interface FakeBehaviour {
  /** From the answer to the end of the deployment. */
  readonly durationMs: number;
  /** How long the reads before a create take: by their number. */
  readonly prepareMs: (call: number) => number;
  /** From the effect until a list shows it. */
  readonly visibleAfterMs: number;
  /** What the next creates do instead of working: consumed one by one. */
  readonly creates: ("refuse" | "throttle" | "lose-reply" | "lose-request" | { readonly landLateMs: number })[];
  readonly polls: (Polled | "unavailable")[];
  readonly finds: ("unavailable" | "ambiguous")[];
}

/** A cloud without idempotency keys: every accepted create is one more deployment. Knows nothing of the engine. */
export class FakeCloud {
  readonly deployments: FakeDeployment[] = [];
  readonly behaviour: FakeBehaviour;
  /** Whether the connection is still in the configuration. */
  configured = true;
  /** What was refused once is refused for ever. */
  readonly #refused = new Set<string>();
  readonly clock: VirtualClock;
  /** Creates that were answered with a yes or a lost reply, in order. */
  calls = { prepare: 0, create: 0, find: 0, poll: 0 };
  /** Groups with a create under way or a deployment that has not ended, by operation: what turns protect. */
  readonly writers: { readonly group: string; readonly images: string; readonly at: number }[] = [];
  readonly settling: Settling = { requestTimeoutMs: 30_000, settlingMs: 300_000, lookEveryMs: 60_000 };

  constructor(clock: VirtualClock, behaviour: Partial<FakeBehaviour> = {}) {
    this.clock = clock;
    this.behaviour = {
      durationMs: 20_000,
      visibleAfterMs: 0,
      prepareMs: () => 0,
      creates: [],
      polls: [],
      finds: [],
      ...behaviour,
    };
  }

  #land(group: string, images: string, afterMs: number): FakeDeployment {
    const landsAt = this.clock.monotonicMs() + afterMs;
    const deployment: FakeDeployment = {
      id: `d${this.deployments.length + 1}`,
      group,
      images,
      startedAt: landsAt,
      visibleAt: landsAt + this.behaviour.visibleAfterMs,
      endsAt: landsAt + this.behaviour.durationMs,
    };
    this.deployments.push(deployment);
    return deployment;
  }

  visible(group: string): FakeDeployment[] {
    return this.deployments.filter((one) => one.group === group && one.visibleAt <= this.clock.monotonicMs());
  }

  provider(io: Io): DeploymentProvider {
    // A deployment to servers has one server by the time it gets here, and needs no turn.
    const isToServer = (request: OperationRequest) => request.type === "drover.heat.deploy";
    const fieldsOf = (request: OperationRequest) => ({
      group: String(request.fields["deviceGroupId"] ?? request.fields["servers"]),
      images: JSON.stringify(request.fields["images"] ?? request.id),
    });
    const handleOf = (deployment: FakeDeployment) => ({
      handle: { id: deployment.id },
      ids: { deploymentId: deployment.id },
    });
    return {
      kind: "azure-sphere",
      settling: this.settling,
      pollPace: { firstMs: 2_000, maxMs: 60_000 },
      turnOf: (request) => (isToServer(request) ? undefined : `group:${fieldsOf(request).group}`),
      prepareDeployment: (request) =>
        io<Json>("provider.prepare", async () => {
          this.calls.prepare += 1;
          const takesMs = this.behaviour.prepareMs(this.calls.prepare);
          if (takesMs > 0) await this.clock.sleep(takesMs);
          return { known: this.visible(fieldsOf(request).group).map((one) => one.id) };
        }),
      findDeployment: (request, intent: Intent) =>
        io("provider.find", () => {
          this.calls.find += 1;
          const fault = this.behaviour.finds.shift();
          if (fault === "unavailable") throw new RetryableError("The list is unavailable", { status: 503 });
          if (fault === "ambiguous") return { kind: "ambiguous", evidence: "two look alike" } as const;
          const { group, images } = fieldsOf(request);
          const known = JSON.stringify(intent.prepared);
          const found = this.visible(group).find((one) => one.images === images && !known.includes(`"${one.id}"`));
          return found ? ({ kind: "found", result: handleOf(found) } as const) : ({ kind: "absent-so-far" } as const);
        }),
      createDeployment: (request) =>
        io("provider.create", () => {
          this.calls.create += 1;
          const { group, images } = fieldsOf(request);
          const fault = this.behaviour.creates.shift();
          if (fault === "refuse") this.#refused.add(images);
          if (this.#refused.has(images))
            throw new PermanentError("The group does not exist", { status: 404, effect: "none" });
          if (fault === "throttle")
            throw new RetryableError("Too many", { status: 429, retryAfterMs: 7_000, effect: "none" });
          if (fault === "lose-request") throw new RetryableError("connection reset");
          if (typeof fault === "object") {
            this.#land(group, images, fault.landLateMs);
            throw new RetryableError("connection reset");
          }
          const deployment = this.#land(group, images, 0);
          if (fault === "lose-reply") throw new RetryableError("connection reset");
          return handleOf(deployment);
        }),
      poll: (_request, handle) =>
        io<Polled>("provider.poll", () => {
          this.calls.poll += 1;
          const scripted = this.behaviour.polls.shift();
          if (scripted === "unavailable") throw new RetryableError("unavailable", { status: 503 });
          if (scripted) return scripted;
          const id = (handle as { id: string }).id;
          const deployment = this.deployments.find((one) => one.id === id);
          if (!deployment) throw new PermanentError(`Expected deployment ${id}, got none`, { status: 404 });
          return this.clock.monotonicMs() >= deployment.endsAt
            ? {
                kind: "ended",
                status: "Complete",
                outcome: "succeeded",
                ids: { deploymentId: id },
                result: { state: "targeted" },
              }
            : { kind: "in-progress", status: "InProgress" };
        }),
      check: async () => [],
      plan: () => [],
    };
  }
}
