import { setTimeout as sleep } from "node:timers/promises";
import { outcomes } from "../../lib/contracts/event.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandError } from "../failure.ts";
import {
  acceptanceShape,
  eventsShape,
  type Operation,
  operationShape,
  type StoredEventAnswer,
  storedShape,
} from "../shapes.ts";
import type { Board, DemoResult } from "./board.ts";
import {
  authoritySecret,
  awsCases,
  crashedCase,
  type DemoCase,
  demoCases,
  expectedEffects,
  firstCases,
  readExample,
} from "./cases.ts";
import type { DemoCloud } from "./cloud.ts";
import type { HandedOver } from "./counts.ts";
import { Installer } from "./installer.ts";
import type { DroverProcess } from "./process.ts";

/** Everything ends in well under half of this. */
const endWithinMs = 90_000;
const lookEveryMs = 250;
/** After the create has arrived: it has taken effect at the provider, and its answer is still a second away. */
const killAfterMs = 300;

/** What a second fetch is answered with; of a claim the operation ends with the first one. */
const refusals: readonly string[] = ["fetched-already", "operation-ended"];

const completionTypes: readonly string[] = outcomes.map((outcome) => `drover.operation.${outcome}`);

/** One run of the demonstration: what was sent, what became of it, what was told about it. */
export class DemoRun {
  readonly #drover: DroverProcess;
  readonly #cloud: DemoCloud;
  readonly #board: Board;
  readonly #ids = new Map<DemoCase, string>();
  readonly #operations = new Map<DemoCase, Operation>();
  readonly #completions: StoredEventAnswer[] = [];
  #position = 0;
  readonly #token: Secret;
  readonly #handedOver = new Map<DemoCase, HandedOver>();
  readonly #endsAtMs = performance.now() + endWithinMs;

  /** @param token of the installer */
  constructor(drover: DroverProcess, cloud: DemoCloud, board: Board, token: Secret) {
    this.#token = token;
    this.#drover = drover;
    this.#cloud = cloud;
    this.#board = board;
  }

  async run(signal: AbortSignal): Promise<readonly DemoResult[]> {
    await this.#storeAuthority();
    this.#cloud.startConsumer();
    for (const demoCase of firstCases) await this.#submit(demoCase);
    await this.#follow(signal, () => firstCases.every((demoCase) => this.#hasBegun(demoCase)));
    const arrived = this.#cloud.createArrives(crashedCase);
    await this.#submit(crashedCase);
    const crash = arrived.then(() => this.#crash());
    // Handled where it is awaited, also when following ends first with an error of its own.
    crash.catch(() => undefined);
    await this.#follow(signal, () => this.#operations.get(crashedCase)?.state === "ended", crash);
    const isOver = () => demoCases.every((demoCase) => this.#operations.get(demoCase)?.state === "ended");
    await this.#follow(signal, isOver, this.#install(signal));
    await this.#look();
    return demoCases.map((demoCase) => this.#resultOf(demoCase));
  }

  /** Completion events of what was submitted, in the order in which the operations ended. */
  get completions(): readonly StoredEventAnswer[] {
    return this.#completions.filter(({ event }) => event.data.parent === undefined);
  }

  /** Its first step has come to something: nothing of it was under way when it was written down. */
  #hasBegun(demoCase: DemoCase): boolean {
    return Number(this.#operations.get(demoCase)?.["seq"] ?? 1) > 1;
  }

  async #storeAuthority(): Promise<void> {
    const { name, file } = authoritySecret;
    await this.#drover.client.put(`/vault/${name}`, new Secret(await readExample(file)), storedShape);
  }

  async #submit(demoCase: DemoCase): Promise<void> {
    const body = await readExample(...demoCase.file);
    const { operation } = await this.#drover.client.post("/requests", body, acceptanceShape);
    this.#ids.set(demoCase, operation);
    this.#board.say("submitted", `${demoCase.name.padEnd(15)} submitted: ${demoCase.story}`, {
      request: demoCase.name,
      operation,
    });
  }

  async #crash(): Promise<void> {
    await sleep(killAfterMs);
    const { pid } = this.#drover;
    await this.#drover.kill();
    const { creates, effects } = this.#cloud.counts(crashedCase);
    this.#board.say(
      "killed",
      `--- killed process ${pid} (SIGKILL) while its create was under way: the provider has ${creates} create, ${effects} took effect`,
      { pid, creates, effects },
    );
    await this.#drover.start();
    this.#board.say("restarted", `--- started again as process ${this.#drover.pid} on the same folder`, {
      pid: this.#drover.pid,
    });
  }

  /** A person would not come while it is being killed. */
  async #install(signal: AbortSignal): Promise<void> {
    const installer = new Installer(this.#drover.url, this.#token, this.#cloud, this.#board);
    for (const demoCase of awsCases.filter(({ isFetched }) => isFetched)) {
      this.#handedOver.set(demoCase, await installer.takes(demoCase, this.#ids.get(demoCase) ?? "", signal));
    }
  }

  /** Looks again and again until it is done; `meanwhile` has to end well. */
  async #follow(signal: AbortSignal, isDone: () => boolean, meanwhile?: Promise<void>): Promise<void> {
    let failure: { readonly error: unknown } | undefined;
    meanwhile?.catch((error: unknown) => {
      failure = { error };
    });
    while (!isDone()) {
      if (failure) throw failure.error;
      if (signal.aborted)
        throw new CommandError("Expected to finish the demo, got interrupted", exitCodes.interrupted, "interrupted");
      if (performance.now() > this.#endsAtMs) {
        throw new CommandError(
          `Expected every operation to end within ${endWithinMs / 1000} s, got some that had not`,
          exitCodes.otherwise,
          "too-slow",
        );
      }
      await this.#look();
      this.#board.draw(
        demoCases.map((demoCase) => [demoCase, this.#operations.get(demoCase)] as const),
        Date.now(),
      );
      await sleep(lookEveryMs);
    }
    await meanwhile;
  }

  async #look(): Promise<void> {
    const page = await this.#drover.call((client) =>
      client.get("/events", eventsShape, { after: this.#position, limit: 500 }),
    );
    for (const stored of page?.events ?? []) {
      const { subject, data } = stored.event;
      const [demoCase] = [...this.#ids].find(([, id]) => id === (data.parent ?? subject)) ?? [];
      this.#board.event(stored, demoCase?.name ?? "");
      if (completionTypes.includes(stored.event.type)) this.#completions.push(stored);
    }
    this.#position = page?.next ?? this.#position;
    for (const [demoCase, id] of this.#ids) {
      if (this.#operations.get(demoCase)?.state === "ended") continue;
      const operation = await this.#drover.call((client) => client.get(`/operations/${id}`, operationShape));
      if (operation) this.#operations.set(demoCase, operation);
    }
  }

  #resultOf(demoCase: DemoCase): DemoResult {
    const operation = this.#operations.get(demoCase);
    if (!operation) throw new Error("Expected every operation to have been seen at its end");
    const counts = this.#cloud.counts(demoCase);
    const runs = demoCase.kind === "heat" ? this.#cloud.runs(demoCase) : undefined;
    const served = demoCase.kind === "azure-dps" && demoCase.task === "rotation" ? this.#cloud.consumer : undefined;
    const isServed = served === undefined || (served.served > 0 && served.refused === 0);
    const handedOver = this.#handedOver.get(demoCase);
    const removed = "isFetched" in demoCase && !demoCase.isFetched ? this.#cloud.isRemoved(demoCase) : undefined;
    const isTaken =
      removed !== false &&
      (handedOver === undefined || (refusals.includes(handedOver.secondFetch) && handedOver.pluggedIn !== false));
    const isClean = runs === undefined || (runs.eachOnce && runs.rowsLeft === 0 && runs.configsLeft === 0);
    const ok =
      operation.outcome === demoCase.expected &&
      counts.effects === expectedEffects(demoCase) &&
      isClean &&
      isServed &&
      isTaken &&
      this.#toldOnce(operation);
    return {
      demoCase,
      operation,
      ok,
      ...counts,
      ...(runs ? { runs } : {}),
      ...(served ? { served } : {}),
      ...(handedOver ? { handedOver } : {}),
      ...(removed === undefined ? {} : { removed }),
    };
  }

  /** One completion event for the operation, and one for each of its parts. */
  #toldOnce({ id, children }: Operation): boolean {
    const mine = this.#completions.filter(({ event }) => (event.data.parent ?? event.subject) === id);
    const told = new Map(mine.map(({ event }) => [event.id, event.subject]));
    return told.size === 1 + (children?.total ?? 0) && new Set(told.values()).size === told.size;
  }
}
