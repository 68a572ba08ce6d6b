import type { Call } from "../exchange/call.ts";

/** Somebody with an object id: a service principal or a managed identity. */
export interface Principal {
  readonly kind: "client" | "managed-identity";
  readonly directoryId: string;
  readonly clientId: string;
  readonly objectId: string;
  /** The client secret, or what `X-IDENTITY-HEADER` must say. */
  readonly secret: string;
}

export interface IssuedToken {
  readonly objectId: string;
  readonly scope: string;
  readonly expiresAtMs: number;
}

/** As much of an emulator's world as Entra needs. */
export interface EntraWorld {
  readonly newId: () => string;
  /** What tokens begin with, to make them recognisable. */
  readonly tokenPrefix?: string;
  readonly principals: readonly Principal[];
  readonly tokens: Map<string, IssuedToken>;
  readonly settings: {
    readonly tokenLifetimeSeconds: number;
    /** The one scope whose tokens the API accepts. */
    readonly scope: string;
    /** Scopes that Entra issues tokens for and the API refuses. */
    readonly otherScopes: readonly string[];
  };
}

export interface EntraCall extends Call {
  readonly world: EntraWorld;
  readonly params: ReadonlyMap<string, string>;
}

/** Ids compare without case. */
export function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
