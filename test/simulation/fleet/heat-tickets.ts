import type { createHeatEmulator } from "../../../emulators/heat/index.ts";

type Heat = ReturnType<typeof createHeatEmulator>;
type Config = ReturnType<Heat["state"]["configs"]>[number];

const written = /^# ticket (\S+)$/m;
export const ticketInput = "ticket";
export const ticketLine = (ticket: string): string => `# ticket ${ticket}`;

/** What a script says it was asked for by; undefined where it says nothing. */
export function ticketIn(script: unknown, inputs: Readonly<Record<string, unknown>> = {}): string | undefined {
  const input = inputs[ticketInput];
  if (typeof input === "string" && input !== "") return input;
  return typeof script === "string" ? written.exec(script)?.[1] : undefined;
}

/**
 * Which request each config at Heat belongs to. Where a server is asked for more than once, each request's script carries a ticket of its
 * own. Configs are removed again: they have to be looked at while they are there.
 */
export class HeatTickets {
  readonly #heats: readonly Heat[];
  readonly #byConfig = new Map<string, string>();

  constructor(heats: readonly Heat[]) {
    this.#heats = heats;
  }

  /** To be called whenever one may have been made. */
  look(): void {
    for (const { state } of this.#heats) {
      const configs = state.configs();
      for (let index = configs.length - 1; index >= 0; index -= 1) {
        const config = configs[index];
        if (config === undefined || this.#byConfig.has(config.id)) break;
        this.#byConfig.set(config.id, ticketOf(config) ?? "");
      }
    }
  }

  /** Empty where the config carries none. */
  of(configId: string): string {
    return this.#byConfig.get(configId) ?? "";
  }
}

function ticketOf({ config, inputs }: Config): string | undefined {
  const values = inputs.flatMap((input) => {
    const { name, value } = input as { readonly name?: unknown; readonly value?: unknown };
    return typeof name === "string" ? [[name, value] as const] : [];
  });
  return ticketIn(config, Object.fromEntries(values));
}
