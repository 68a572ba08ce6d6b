import type { LogCategory, LogLevel } from "./rpc.ts";

/** One call of a function, and what came of it. */
export interface Invocation {
  readonly id: string;
  readonly function: string;
  readonly trigger: "queue" | "timer" | "http";
  readonly startedAtMs: number;
  /** Of queue functions: the queue's own name for the message, and how often it has been given out by now. */
  readonly messageId?: string;
  readonly dequeueCount?: number;
  /** `lost`: its instance was gone before the end. */
  readonly outcome: "running" | "succeeded" | "failed" | "lost";
  /** What was thrown. */
  readonly error?: unknown;
  /** What the host did with the message: `hidden` is nothing, `taken` that it was no longer the host's. */
  readonly settlement?: "deleted" | "released" | "poisoned" | "hidden" | "taken";
}

export interface LogLine {
  readonly atMs: number;
  readonly level: LogLevel;
  /** `user` is what a function logged on its context; `host` what the host itself has to say. */
  readonly category: LogCategory | "host";
  readonly message: string;
  readonly function?: string;
  readonly invocationId?: string;
}

/** While it may still change. */
export type OpenInvocation = { -readonly [Key in keyof Invocation]: Invocation[Key] };

/** What a host has done and said, through all of its crashes. */
export class Journal {
  readonly invocations: Invocation[] = [];
  readonly logs: LogLine[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  open(about: Pick<Invocation, "id" | "function" | "trigger" | "messageId" | "dequeueCount">): OpenInvocation {
    const invocation: OpenInvocation = { ...about, startedAtMs: this.#now(), outcome: "running" };
    this.invocations.push(invocation);
    return invocation;
  }

  log(line: Omit<LogLine, "atMs">): void {
    this.logs.push({ atMs: this.#now(), ...line });
  }

  /** What the host says of itself. */
  note(level: LogLevel, message: string): void {
    this.log({ level, category: "host", message });
  }
}
