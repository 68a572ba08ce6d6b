import { describe, expect, test } from "vitest";
import { makeAuthority } from "../providers/azure-dps/changes/authorities.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import type { Fault, WorldOptions } from "../simulation/world.ts";
import { isExhaustive } from "./crash-share.ts";
import { DpsWorld, type DpsWorldOptions, hubHost, service } from "./dps-world.ts";

const authority = makeAuthority({ nowMs: Date.UTC(2026, 10, 21) });
const key = Buffer.alloc(32, 7).toString("base64");

interface Scenario {
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly options?: DpsWorldOptions;
  readonly before?: (all: DpsWorld) => void;
  /** What is wrong at the end, by what is in force. */
  readonly wrong: (all: DpsWorld, before: DpsWorld["config"]) => readonly string[];
}

const differs = (what: string, found: unknown, wanted: unknown) =>
  JSON.stringify(found) === JSON.stringify(wanted) ? [] : [`${what} is ${JSON.stringify(found)?.slice(0, 80)}`];

const policy = { keyName: "reader", rights: "EnrollmentRead", primaryKey: { $secret: "vault:dps-key" } };

export const scenarios: Record<string, Scenario> = {
  "a policy is added": {
    type: "put-policy",
    data: { policy },
    before: ({ vault }) => void vault.set("vault:dps-key", key),
    wrong: ({ config, emulator }, before) => [
      ...differs("the key", emulator.state.policy(service, "reader")?.primaryKey, key),
      ...differs("the rest", { ...config, policies: config?.policies.slice(0, -1) }, before),
      ...differs("the number of writes", emulator.state.acceptedWrites(), 1),
    ],
  },
  "a hub is linked anew": {
    type: "relink-hub",
    data: { hub: hubHost, connectionString: { $secret: "vault:dps-hub" } },
    before: ({ vault, emulator }) => {
      const fresh = emulator.otherWriter.rotateHubKey("hub-eu", "iothubowner", "primary", key);
      vault.set("vault:dps-hub", `HostName=${hubHost};SharedAccessKeyName=iothubowner;SharedAccessKey=${fresh}`);
    },
    wrong: ({ config, emulator }, before) => [
      ...differs("the link", emulator.state.linkWorks(service, "hub-eu"), true),
      ...differs("the rest", { ...config, hubs: [] }, { ...before, hubs: [] }),
      ...differs("the weight", config?.hubs[0]?.allocationWeight, 7),
      // Nothing shows that it is done, so that it is done once more.
      ...differs("more than two writes", emulator.state.acceptedWrites() > 2, false),
    ],
  },
  "a certificate is verified": {
    type: "verify-certificate",
    data: { certificate: "root", content: authority.pem, signWith: { $secret: "vault:dps-ca" } },
    before: ({ vault }) => void vault.set("vault:dps-ca", authority.key),
    wrong: ({ config, emulator }, before) => [
      ...differs("what is verified", emulator.state.certificates(service)[0]?.isVerified, true),
      ...differs("the rest", config, before),
      ...differs(
        "the number of proofs",
        emulator.state.effects().filter(({ kind }) => kind === "certificate-verified").length,
        1,
      ),
      ...differs(
        "the number of uploads",
        emulator.state.effects().filter(({ kind }) => kind === "certificate-put").length,
        1,
      ),
    ],
  },
};

export const faults: readonly Fault[] = [
  { kind: "crash-before" },
  { kind: "crash-after" },
  { kind: "reply-lost" },
  { kind: "late-reply", byMs: 250_000 },
];

export async function play(options: WorldOptions, { type, data, before, wrong, options: more }: Scenario) {
  const all = new DpsWorld(options, more);
  before?.(all);
  const config = all.config;
  await all.end(type, data);
  const row = all.row("one");
  const problems = [...wrongAtTheEnd(all.world.store), ...all.leaks(), ...wrong(all, config)];
  if (row?.outcome !== "succeeded") problems.push(`it ended ${row?.outcome}: ${row?.code} ${row?.reason}`);
  return { trace: all.world.trace, problems };
}

/** By default each boundary is broken in one way, another one for its neighbour and on the other platform. */
function faultsAt(index: number, mode: WorldOptions["mode"]): readonly Fault[] {
  if (isExhaustive) return faults;
  const first = (index + (mode === "local" ? 1 : 0)) % faults.length;
  return faults.slice(first, first + 1);
}

const duplicatesAt = (index: number) =>
  isExhaustive || index % 7 === 0 ? (["none", "concurrent"] as const) : (["none"] as const);

/** Breaks each change at every I/O boundary. */
export function describeDpsCrashPoints(mode: WorldOptions["mode"]): void {
  describe(`Changes of a service on a ${mode} platform`, () => {
    test.each(Object.entries(scenarios))(
      "end well wherever it breaks while %s",
      async (_, scenario) => {
        const { trace, problems } = await play({ mode }, scenario);
        expect(problems).toEqual([]);
        const broken: string[] = [];
        for (const [index, label] of trace.entries()) {
          for (const fault of faultsAt(index, mode)) {
            for (const duplicates of duplicatesAt(index)) {
              const ran = await play({ mode, duplicates, faults: new Map([[index + 1, fault]]) }, scenario);
              if (ran.problems.length === 0) continue;
              broken.push(`${fault.kind} at ${index + 1}, ${label}, ${duplicates}: ${ran.problems.join("; ")}`);
            }
          }
        }
        expect(broken.slice(0, 12)).toEqual([]);
      },
      600_000,
    );
  });
}
