import { describe, expect, it } from "vitest";
import type { HeatFault } from "../../../emulators/heat/index.ts";
import { seededRandom } from "../../../emulators/random.ts";
import { Bench, ids } from "./harness.ts";

/** How the answer of a request may be lost, and when it takes effect all the same. */
const ways: readonly ((landsAfterMs: number) => HeatFault | null)[] = [
  () => null,
  () => ({ kind: "drop", takesEffect: true }),
  (landsAfterMs) => ({ kind: "late-landing", landsAfterMs }),
  (landsAfterMs) => ({ kind: "late-landing", landsAfterMs, reply: "messaging-timeout" }),
  (landsAfterMs) => ({ kind: "stall", delayMs: 0, landsAfterMs }),
];

interface Seen {
  readonly atMs: number;
  readonly outcome: "gone" | "referenced" | "lost";
}

class Race {
  readonly bench = new Bench();
  readonly #random: () => number;
  readonly deletes: Seen[] = [];
  configId = "";

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  pick(below: number): number {
    return Math.floor(this.#random() * below);
  }

  async struck<T>(request: () => Promise<T>): Promise<T | null> {
    const fault = ways[this.pick(ways.length)]?.(this.pick(30_000)) ?? null;
    const added = fault === null ? null : this.bench.emulator.addFault({ ...fault, times: 1 });
    const answer = await request().catch(() => null);
    added?.remove();
    return answer;
  }

  async create(): Promise<void> {
    await this.struck(() => this.bench.create({ config_id: this.configId }));
  }

  async remove(isPlain: boolean): Promise<void> {
    const request = () => this.bench.heat("DELETE", `/software_configs/${this.configId}`);
    const reply = isPlain ? await request() : await this.struck(request);
    const { nowMs: atMs } = this.bench;
    if (reply?.status === 204 || reply?.status === 404) this.deletes.push({ atMs, outcome: "gone" });
    else if (reply?.text.includes("InvalidRestrictedAction")) this.deletes.push({ atMs, outcome: "referenced" });
    else this.deletes.push({ atMs, outcome: "lost" });
  }

  /** A create somewhere among some deletes, and at the end a delete that is answered. */
  async run(): Promise<"row" | "no-row"> {
    await this.bench.token();
    this.configId = await this.bench.config();
    const deletes = this.pick(4);
    const createAt = this.pick(deletes + 1);
    for (let i = 0; i <= deletes; i++) {
      if (i === createAt) await this.create();
      else await this.remove(false);
      this.bench.pass(this.pick(20_000));
    }
    await this.remove(true);
    this.bench.pass(600_000);
    return this.bench.emulator.state.everCreated().length > 0 ? "row" : "no-row";
  }
}

describe("the fence between a create and the delete of its config", () => {
  it("leaves a row or no config, never both and never neither, in 1000 orders of events", async () => {
    const ends = { row: 0, "no-row": 0 };
    const after = { gone: 0, referenced: 0, lost: 0 };
    for (let seed = 1; seed <= 1_000; seed++) {
      const race = new Race(seed);
      const end = await race.run();
      const { state } = race.bench.emulator;
      const rows = state.everCreated();
      const configStands = state.configs().some(({ id }) => id === race.configId);
      expect([end, configStands, rows.length], `seed ${seed}`).toEqual(
        end === "row" ? ["row", true, 1] : ["no-row", false, 0],
      );
      for (const { atMs, outcome } of race.deletes) {
        after[outcome] += 1;
        if (outcome === "gone") expect(rows, `seed ${seed}`).toEqual([]);
        if (outcome === "referenced") expect(rows[0]?.createdAtMs, `seed ${seed}`).toBeLessThanOrEqual(atMs);
      }
      ends[end] += 1;
    }
    // Both ends and every answer really occur, or the loop would show nothing.
    expect(Math.min(ends.row, ends["no-row"], after.gone, after.referenced, after.lost)).toBeGreaterThan(50);
  });

  it("holds when both are sent at once", async () => {
    const answers = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const bench = new Bench();
      const config_id = await bench.config();
      const create = () => bench.create({ config_id });
      // A request without a body arrives sooner than one with a body that is sent with it.
      const remove = async () => {
        if (i % 2 === 0) await new Promise((done) => setImmediate(done));
        return bench.heat("DELETE", `/software_configs/${config_id}`);
      };
      const [created, removed] = await Promise.all([create(), remove()]);
      answers.add(`${created.status} ${removed.status}`);
      expect(await bench.list()).toHaveLength(created.status === 200 ? 1 : 0);
    }
    expect([...answers].sort()).toEqual(["200 500", "500 204"]);
  });

  it("opens once the row is gone", async () => {
    const bench = new Bench();
    const { software_deployment: row } = (await bench.create()).body;
    await bench.heat("DELETE", `/software_deployments/${row.id}`);
    expect((await bench.heat("DELETE", `/software_configs/${ids.config}`)).status).toBe(204);
  });
});
