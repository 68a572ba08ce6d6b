import { BlockList, isIPv6 } from "node:net";
import type { Configuration } from "../contracts/configuration.ts";
import { type Finding, problem, warning } from "./finding.ts";

/** Whether what is referred to there has to be a secret of Standard Webhooks: of a client that signs, or of a sink. */
export function isSigningSecret(path: string): boolean {
  return /^(?:clients\..+\.auth(?:\.\d+)?|sinks\..+)\.secrets\.\d+$/.test(path);
}

/** What clients could do otherwise than their configuration seems to say. */
export function clientFindings(configuration: Pick<Configuration, "clients" | "http">): Finding[] {
  return [...sharedTokenFindings(configuration), ...listenFindings(configuration)];
}

/** A token that two clients have is the first one's, whatever the second one may. */
function sharedTokenFindings({ clients }: Pick<Configuration, "clients">): Finding[] {
  const owners = new Map<string, string>();
  return tokensOf(clients).flatMap(({ path, name, token }) => {
    const owner = owners.get(token) ?? name;
    owners.set(token, owner);
    if (owner === name) return [];
    const message = `expected a token of its own, got one that client ${owner} has: make another with drover clients token`;
    return [problem(path, message)];
  });
}

function tokensOf(clients: Configuration["clients"]) {
  return Object.entries(clients).flatMap(([name, { auth }]) =>
    [auth].flat().flatMap((one, index) => {
      const path = `clients.${name}.auth${Array.isArray(auth) ? `.${index}` : ""}.tokens`;
      const tokens = one.kind === "bearer" ? one.tokens : [];
      return tokens.map((token, place) => ({ path: `${path}.${place}`, name, token }));
    }),
  );
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");

function listenFindings({ http }: Pick<Configuration, "http">): Finding[] {
  const listen = http?.listen;
  if (listen === undefined) return [];
  const host = listen.slice(0, listen.lastIndexOf(":")).replace(/^\[|\]$/g, "");
  if (host === "localhost" || loopback.check(host, isIPv6(host) ? "ipv6" : "ipv4")) return [];
  const message =
    "expected an address that only this machine reaches, got another one: tokens would travel unencrypted, so put a proxy that ends TLS in front of it";
  return [warning("http.listen", message)];
}
