import { whenFetched } from "../../functions/hand-over/pickup.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import type { MadeState, Mint } from "../../lib/contracts/mint.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";
import type { HandoffStore } from "../../lib/contracts/ports.ts";
import type { DeploymentProvider, Polled } from "../../lib/contracts/provider.ts";
import { cancelOperation } from "../../lib/operations/commands.ts";
import { claimHandoff } from "../../lib/operations/pickup.ts";
import { FakeMint, type MintBehaviour } from "../simulation/fake-mint.ts";
import type { Io, WorldOptions } from "../simulation/world.ts";
import { HandOverWorld } from "./hand-over-world.ts";

/** The model, with hooks around each call. */
export class HookedMint extends FakeMint {
  onRead?: (seen: MadeState, id: string) => MadeState | Promise<MadeState>;
  onPoll?: (polled: Polled) => Polled | Promise<Polled>;
  onPrepare?: () => void | Promise<void>;
  onRemove?: (id: string) => "ignore" | undefined | Promise<"ignore" | undefined>;
  onList?: (made: Awaited<ReturnType<NonNullable<Mint["things"]>["list"]>>) => typeof made;
  onPreparedList?: () => void;
  withoutThings = false;

  override mint(io: Io, name: string, operation: string): Mint {
    const mint = super.mint(io, name, operation);
    const { things } = mint;
    if (!things || this.withoutThings) {
      const { things: _, ...rest } = mint;
      return {
        ...rest,
        find: () => io("provider.find", () => ({ kind: "fenced" as const, evidence: "nobody has it" })),
      };
    }
    return {
      ...mint,
      prepare: async (call) => {
        await this.onPrepare?.();
        return mint.prepare(call);
      },
      things: {
        ...things,
        list: async (call) => {
          const all = await things.list(call);
          return this.onList ? this.onList(all) : all;
        },
        read: async (made, call) => {
          const seen = await things.read(made, call);
          return this.onRead ? this.onRead(seen, made.id) : seen;
        },
        remove: async (made, intent, call) => {
          if ((await this.onRemove?.(made.id)) === "ignore") return io("provider.remove", () => ({}));
          return things.remove(made, intent, call);
        },
      },
    };
  }

  override provider(io: Io, handoffs: HandoffStore): DeploymentProvider {
    const provider = super.provider(io, handoffs);
    return {
      ...provider,
      mintOf: ({ fields }, operation) =>
        this.mint(io, (fields as unknown as { device: { Name: string } }).device.Name, operation),
      poll: async (...asked) => {
        const polled = await provider.poll(...asked);
        return this.onPoll ? this.onPoll(polled) : polled;
      },
    };
  }
}

export const opened = (behaviour: Partial<MintBehaviour> = {}, options: Partial<WorldOptions> = {}) =>
  new HandOverWorld<HookedMint>({ mode: "cloud", ...options }, ({ clock }) => new HookedMint(clock, behaviour));
export type All = HandOverWorld<HookedMint>;

export async function offered(
  behaviour: Partial<MintBehaviour> = {},
  data: Record<string, unknown> = {},
  all: All = opened(behaviour),
) {
  all.submit("one", data);
  if (data["mint"] !== "immediate") {
    await all.run(() => all.row()?.waitingFor?.code === "ready-to-mint");
    all.ask("ready", "ines");
  }
  await all.run(() => all.phase() === "offered");
  return all;
}

export async function fetched(
  behaviour: Partial<MintBehaviour> = {},
  data: Record<string, unknown> = {},
  all: All = opened(behaviour),
) {
  await offered(behaviour, data, all);
  all.ask("fetch", "ines");
  await all.run(() => all.phase() === "following");
  return all;
}

export const events = (all: All) => [
  ...new Map(
    all.world.store.events.map((event) => [event.id, `${event.type.split(".").at(-1)} ${event.data.code ?? ""}`]),
  ).values(),
];
export const standing = (all: All) => all.cloud.standing().map(({ id, status }) => `${id} ${status}`);
export const cancel = (all: All, id = "one") =>
  cancelOperation(all.world.outside, operationIdOf("/test", id), { by: "carol" });
export const minutes = (count: number) => count * 60_000;

/** The door crashes after it has written the claim, before it sends anything. */
export async function claimAndCrash(all: All) {
  const ports = all.world.outside;
  const dying = { ...ports, queue: { ...ports.queue, send: async () => Promise.reject(new Error("crashed")) } };
  const rule = (record: OperationRecord, now: number) => whenFetched(record, now, { name: "ines", owns: false });
  await claimHandoff(dying, operationIdOf("/test", "one"), rule, { by: "ines" }).catch(() => undefined);
}
