import { PermanentError, RetryableError } from "../../lib/contracts/errors.ts";
import type { Made, MadeState, Mint } from "../../lib/contracts/mint.ts";
import type { HandoffStore } from "../../lib/contracts/ports.ts";
import type { DeploymentProvider, Polled } from "../../lib/contracts/provider.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import type { VirtualClock } from "./virtual-clock.ts";
import type { Io } from "./world.ts";

export interface FakeDevice {
  readonly id: string;
  readonly name: string;
  operation: string;
  readonly attempt: string;
  readonly credential: string;
  readonly madeAt: number;
  readonly visibleAt: number;
  status: "AWAITING_PROVISIONING" | "PENDING" | "SUCCEEDED" | "FAILED" | "DELETING" | "gone";
  changesAt: number;
  foreign?: boolean;
}

export interface MintBehaviour {
  readonly lifeMs: number;
  /** From the effect until a list shows it. */
  readonly listedAfterMs: number;
  /** From the effect until a read by its id shows it. */
  readonly readableAfterMs: number;
  readonly deletingMs: number;
  readonly provisioningMs: number;
  readonly ends: "SUCCEEDED" | "FAILED";
  readonly sameName: "conflict" | "second-device";
  /** What the next creates do instead of working. */
  readonly creates: ("lose-reply" | "lose-request" | "refuse" | "throttle" | { readonly landLateMs: number })[];
  readonly removals: ("lose-reply" | "lose-request" | "in-use")[];
}

/** A provider that makes a device, shows its credential once and lets it die. Knows nothing of the engine. */
export class FakeMint {
  readonly devices: FakeDevice[] = [];
  readonly behaviour: MintBehaviour;
  readonly clock: VirtualClock;
  /** Answers nothing at all. */
  isAway = false;
  /** Devices without the mark of the operation that were touched. */
  readonly violations: string[] = [];

  constructor(clock: VirtualClock, behaviour: Partial<MintBehaviour> = {}) {
    this.clock = clock;
    this.behaviour = {
      lifeMs: 300_000,
      listedAfterMs: 0,
      readableAfterMs: 0,
      deletingMs: 4_000,
      provisioningMs: 90_000,
      ends: "SUCCEEDED",
      sameName: "conflict",
      creates: [],
      removals: [],
      ...behaviour,
    };
  }

  get #now(): number {
    return this.clock.monotonicMs();
  }

  #settle(device: FakeDevice): FakeDevice {
    if (this.#now < device.changesAt) return device;
    if (device.status === "DELETING") device.status = "gone";
    if (device.status === "PENDING") device.status = this.behaviour.ends;
    return device;
  }

  isCredential(content: string): boolean {
    return this.devices.some(({ credential }) => credential === content);
  }

  made(): number {
    return this.devices.filter(({ foreign }) => !foreign).length;
  }

  secrets(): readonly string[] {
    return this.devices.flatMap(({ credential }) =>
      (["latin1", "base64", "hex"] as const).map((encoding) => Buffer.from(credential).toString(encoding)),
    );
  }

  /** What stands there now. */
  standing(): FakeDevice[] {
    return this.devices.filter((device) => device.madeAt <= this.#now && this.#settle(device).status !== "gone");
  }

  addForeign(name: string): string {
    const device = this.#land(name, "somebody-else", "theirs", 0);
    device.foreign = true;
    return device.id;
  }

  #land(name: string, operation: string, attempt: string, afterMs: number): FakeDevice {
    const madeAt = this.#now + afterMs;
    const number = this.devices.length + 1;
    const device: FakeDevice = {
      id: `device-${number}`,
      name,
      operation,
      attempt,
      credential: `canary-archive-${number}-4711`,
      madeAt,
      visibleAt: madeAt + this.behaviour.listedAfterMs,
      status: "AWAITING_PROVISIONING",
      changesAt: Number.POSITIVE_INFINITY,
    };
    this.devices.push(device);
    return device;
  }

  /** Somebody plugs the credential in. */
  plugIn(credential: string): "started" | "dead" | "used" | "unknown" {
    const device = this.standing().find((one) => one.credential === credential);
    if (!device || device.status === "DELETING") return "unknown";
    if (device.status !== "AWAITING_PROVISIONING") return "used";
    if (this.#now >= device.madeAt + this.behaviour.lifeMs) return "dead";
    device.status = "PENDING";
    device.changesAt = this.#now + this.behaviour.provisioningMs;
    return "started";
  }

  #create(name: string, operation: string, attempt: string): FakeDevice {
    // What is refused once is refused for ever.
    const fault = this.behaviour.creates[0] === "refuse" ? "refuse" : this.behaviour.creates.shift();
    if (fault === "throttle") throw new RetryableError("Too many", { status: 429, effect: "none" });
    if (fault === "refuse") throw new PermanentError("Over quota", { code: "quota", status: 402 });
    if (fault === "lose-request") throw new RetryableError("connection reset");
    const taken = this.standing().some((device) => device.name === name);
    if (taken && this.behaviour.sameName === "conflict") {
      throw new PermanentError("The name is taken", { code: "conflict", status: 409 });
    }
    if (typeof fault === "object") {
      this.#land(name, operation, attempt, fault.landLateMs);
      throw new RetryableError("connection reset");
    }
    const device = this.#land(name, operation, attempt, 0);
    if (fault === "lose-reply") throw new RetryableError("connection reset");
    return device;
  }

  #remove(id: string, operation: string): void {
    const fault = this.behaviour.removals.shift();
    if (fault === "lose-request") throw new RetryableError("connection reset");
    const device = this.standing().find((one) => one.id === id);
    if (fault === "in-use") throw new PermanentError("In use", { code: "in-use", status: 409 });
    if (device && device.status !== "DELETING") {
      if (device.operation !== operation) this.violations.push(`${device.id} of ${device.operation} was removed`);
      if (device.status !== "AWAITING_PROVISIONING")
        this.violations.push(`${device.id} was removed while ${device.status}`);
      device.status = "DELETING";
      device.changesAt = this.#now + this.behaviour.deletingMs;
    }
    if (fault === "lose-reply") throw new RetryableError("connection reset");
  }

  #read(id: string, operation: string): MadeState {
    const device = this.standing().find((one) => one.id === id);
    if (!device || this.#now < device.madeAt + this.behaviour.readableAfterMs) return { kind: "gone" };
    if (device.operation !== operation) return { kind: "of-others", evidence: `${id} is of others` };
    const { status } = device;
    switch (status) {
      case "AWAITING_PROVISIONING":
        return { kind: "unused", status };
      case "PENDING":
        return { kind: "in-use", status };
      case "DELETING":
        return { kind: "being-removed", status };
      case "gone":
        return { kind: "gone" };
      default:
        return {
          kind: "ended",
          ended: { status, outcome: status === "SUCCEEDED" ? "succeeded" : "failed", result: { Status: status } },
        };
    }
  }

  #listed(name: string): FakeDevice[] {
    return this.standing().filter((device) => device.name === name && device.visibleAt <= this.#now);
  }

  mint(io: Io, name: string, operation: string): Mint {
    const { lifeMs } = this.behaviour;
    const madeOf = (device: FakeDevice): Made => ({
      id: device.id,
      words: { DeviceId: device.id, Status: device.status },
    });
    const ours = () => this.#listed(name).filter((device) => device.operation === operation);
    return {
      settling: { requestTimeoutMs: 20_000, settlingMs: 120_000, lookEveryMs: 10_000 },
      what: `the archive of ${name}`,
      fileName: `certificates-omni_${name}.zip`,
      mediaType: "application/zip",
      instructions: "Put it on the stick",
      prepare: () =>
        io("provider.prepare", () => {
          const listed = this.#listed(name);
          const foreign = listed.find((device) => device.operation !== operation);
          if (foreign) throw new PermanentError(`${foreign.id} has that name`, { code: "conflict" });
          if (listed.some((device) => device.status === "DELETING")) throw new RetryableError("It is being removed");
          return { name };
        }),
      create: (intent) => {
        const before = this.clock.now();
        return io("provider.create", () => {
          const device = this.#create(name, operation, intent.nonce);
          const content = new Secret(Buffer.from(device.credential).toString("base64"));
          return { made: madeOf(device), credential: { content, expiresAt: before + lifeMs } };
        });
      },
      find: (intent) =>
        io("provider.find", () => {
          const device = ours().find((one) => one.attempt === intent.nonce && one.status !== "DELETING");
          return device ? { kind: "found", result: madeOf(device) } : { kind: "absent-so-far" };
        }),
      things: {
        list: () =>
          io("provider.list", () =>
            ours()
              .filter((one) => one.status !== "DELETING")
              .map(madeOf),
          ),
        read: ({ id }) => io("provider.read", () => this.#read(id, operation)),
        remove: ({ id }) =>
          io("provider.remove", () => {
            this.#remove(id, operation);
            return {};
          }),
        pollHandle: ({ id }, untilMs) => ({ id, untilMs, operation }),
      },
    };
  }

  provider(always: Io, handoffs: HandoffStore): DeploymentProvider {
    const io: Io = (label, apply) => {
      if (this.isAway) throw new RetryableError("connection refused");
      return always(label, apply);
    };
    const none = () => Promise.reject(new Error("Expected no such call"));
    return {
      kind: "aws-panorama",
      settling: { requestTimeoutMs: 20_000, settlingMs: 120_000, lookEveryMs: 10_000 },
      pollPace: { firstMs: 60_000, maxMs: 60_000 },
      turnOf: ({ fields }) => `panorama/${nameIn(fields)}`,
      prepareDeployment: none,
      findDeployment: none,
      createDeployment: none,
      handoffs,
      mintOf: ({ fields }, operation) => this.mint(io, nameIn(fields), operation),
      poll: (_request, handle, _intent, { nowMs }) =>
        io<Polled>("provider.poll", () => {
          const { id, untilMs, operation } = handle as { id: string; untilMs: number; operation: string };
          const seen = this.#read(id, operation);
          if (seen.kind === "ended") return { kind: "ended", ...seen.ended };
          if (seen.kind === "gone" || seen.kind === "being-removed" || seen.kind === "of-others") {
            return { kind: "gone", reason: "It was removed" };
          }
          if (seen.kind === "unused" && nowMs >= untilMs) {
            return { kind: "ended", status: seen.status, outcome: "failed", code: "not-used", reason: "Not used" };
          }
          return { kind: "in-progress", status: seen.status };
        }),
      check: async () => [],
      plan: () => [],
    };
  }
}

function nameIn(fields: unknown): string {
  const { device } = fields as { readonly device: { readonly Name: string } };
  return device.Name;
}
