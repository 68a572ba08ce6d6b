import type { Action, ClientConfiguration } from "../contracts/client.ts";
import { matchesAny } from "../contracts/patterns.ts";

/** What an operation, a request or an event is about, as far as it decides who may see it. */
export interface Subject {
  readonly source: string;
  readonly type: string;
  readonly connection: string;
}

/** Who asks, and what they may. */
export interface Caller {
  /** As it stands in records, histories and events: `ci`, `cli:ada`. */
  readonly name: string;
  /** Whether it is the owner of this Drover, who may call himself anything: no name shows that. */
  readonly owns: boolean;
  may(action: Action): boolean;
  /** Whether the caller may know of it at all. What may not be seen is answered as if it were not there. */
  sees(subject: Subject): boolean;
  seesConnection(connection: string): boolean;
  /** The same as far as it is known what something is about. */
  seesPart(part: { readonly [Name in keyof Subject]?: string | undefined }): boolean;
  /** Whether everything can be seen, so that nothing has to be left out of lists. */
  readonly seesAll: boolean;
}

/** Whoever owns the process and its data folder. */
export const trusted = (name: string): Caller => ({
  name,
  owns: true,
  may: () => true,
  sees: () => true,
  seesConnection: () => true,
  seesPart: () => true,
  seesAll: true,
});

export function callerOf(name: string, { allow }: Pick<ClientConfiguration, "allow">): Caller {
  const { sources, types, connections } = allow;
  return {
    name,
    owns: false,
    may: (action) => allow.actions.includes(action),
    sees: ({ source, type, connection }) =>
      matchesAny(sources, source) && matchesAny(types, type) && matchesAny(connections, connection),
    seesConnection: (connection) => matchesAny(connections, connection),
    seesPart: ({ source, type, connection }) =>
      (source === undefined || matchesAny(sources, source)) &&
      (type === undefined || matchesAny(types, type)) &&
      (connection === undefined || matchesAny(connections, connection)),
    seesAll: [sources, types, connections].every((patterns) => patterns.includes("*")),
  };
}
