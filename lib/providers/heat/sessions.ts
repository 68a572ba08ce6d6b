import { createGrants, type Grants } from "../tokens.ts";
import { provider } from "./errors.ts";
import type { LoginOptions, Session } from "./session.ts";

/** Sessions of one connection, one login at a time. The code of the other identity service is never loaded. */
export function createSessions(options: LoginOptions): Grants<Session> {
  const { connection, clock } = options;
  const load = async () => {
    if (connection.flavour === "rackspace") {
      return (await import("./identity-v2.ts")).createIdentityLogin(connection, options);
    }
    return (await import("./keystone-v3.ts")).createKeystoneLogin(connection, options);
  };
  let login: Promise<() => Promise<Session>> | undefined;
  return createGrants(
    async () => {
      login ??= load();
      return await (await login)();
    },
    { clock, provider },
  );
}
