import { lookup } from "node:dns/promises";
import type { Resolve } from "./guard.ts";

/**
 * The machine's own resolver, hosts file included. Deliveries to one host share a lookup that is under way: Node has few threads
 * for them, and a name server that hangs must not take all.
 */
export function systemResolve(): Resolve {
  const underWay = new Map<string, Promise<readonly string[]>>();
  return (host) => {
    const known = underWay.get(host);
    if (known) return known;
    const asked = lookup(host, { all: true, order: "verbatim" })
      .then((found) => found.map(({ address }) => address))
      .finally(() => underWay.delete(host));
    underWay.set(host, asked);
    return asked;
  };
}
