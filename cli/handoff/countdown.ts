import type { Context } from "../context.ts";
import { LiveLines } from "../live.ts";
import type { Handoff } from "../shapes.ts";
import type { Client } from "../transport.ts";
import { lookUntil } from "./await.ts";
import { isMinted, leftText } from "./describe.ts";

const drawEveryMs = 1_000;

/** Counts by this machine's own time from when an answer came: its date may be wrong by more than a credential lives. */
export class Countdown {
  readonly #context: Context;
  readonly #endsAtMs: number;

  constructor(context: Context, secondsLeft: number) {
    this.#context = context;
    this.#endsAtMs = context.terminal.clock.monotonicMs() + secondsLeft * 1000;
  }

  get secondsLeft(): number {
    return Math.max(0, Math.floor((this.#endsAtMs - this.#context.terminal.clock.monotonicMs()) / 1000));
  }

  get line(): string {
    return `${leftText(this.secondsLeft)} left to fetch it and to use it`;
  }

  /** One line that is drawn anew until it was fetched, or is dead. */
  async show(client: Client, id: string, signal: AbortSignal): Promise<Handoff> {
    const { terminal, style } = this.#context;
    const live = new LiveLines(terminal);
    const draw = () => live.draw([style.waiting(live.fit(this.line))]);
    draw();
    const stop = terminal.clock.every(drawEveryMs, draw);
    try {
      return await lookUntil(client, id, (handoff) => !isMinted(handoff), { signal });
    } finally {
      stop();
      live.clear();
    }
  }
}
