import * as z from "zod/mini";
import type { HeatConnection } from "../../contracts/connections/heat.ts";
import { UnauthorizedError } from "../../contracts/errors.ts";
import { Secret } from "../../contracts/secret.ts";
import { unreadable } from "../answer.ts";
import type { Call } from "../call.ts";
import { isToken } from "../http.ts";
import { readSecret } from "../read-secret.ts";
import { boundedLifetimeMs, lifetimeDefaultMs } from "../tokens.ts";
import { valueIn } from "../value.ts";
import { dateMsOf } from "./dates.ts";
import { provider } from "./errors.ts";
import { type LoginOptions, loggedIn, type Session } from "./session.ts";

type RackspaceConnection = Extract<HeatConnection, { flavour: "rackspace" }>;

const text = z.optional(z.nullable(z.string()));
const accessSchema = z.object({
  access: z.object({
    token: z.object({
      id: z.string(),
      expires: text,
      tenant: z.optional(z.nullable(z.object({ id: z.union([z.string(), z.number()]) }))),
    }),
    user: z.optional(z.object({ roles: z.optional(z.nullable(z.array(z.object({ name: text })))) })),
    serviceCatalog: z.optional(
      z.nullable(
        z.array(
          z.object({
            type: text,
            endpoints: z.optional(z.nullable(z.array(z.object({ region: text, publicURL: text })))),
          }),
        ),
      ),
    ),
  }),
});
type Access = z.output<typeof accessSchema>["access"];

/** @see https://docs.rackspace.com/docs/cloud-identity/v2/developer-guide/ */
export function createIdentityLogin(connection: RackspaceConnection, options: LoginOptions): () => Promise<Session> {
  const { authUrl, credential } = connection;
  const { name, clock, send } = options;
  return async () => {
    const askedAt = clock.wallMs();
    const reference = credential.kind === "api-key" ? credential.apiKey : credential.password;
    const secret = await readSecret(options.secret, reference, { what: `the ${credential.kind}`, provider });
    const auth =
      credential.kind === "api-key"
        ? { "RAX-KSKEY:apiKeyCredentials": { username: credential.user, apiKey: secret.reveal() } }
        : { passwordCredentials: { username: credential.user, password: secret.reveal() } };
    const call: Call = {
      method: "POST",
      url: `${authUrl.replace(/\/+$/, "")}/tokens`,
      about: `a token for connection ${name}`,
      provider,
      operation: "log-in",
      body: { contentType: "application/json", text: new Secret(JSON.stringify({ auth })), secrets: [secret] },
    };
    const answer = await loggedIn(send, call, [200, 203], name);
    const { access } = valueIn(answer, call, accessSchema);
    if (!isToken(access.token.id)) throw unreadable(answer, call, "an answer without a usable token");
    return sessionOf(access, name, askedAt);
  };
}

function sessionOf({ token, user, serviceCatalog }: Access, name: string, askedAt: number): Session {
  if (!token.tenant) {
    throw new UnauthorizedError(
      `Expected a token of an account, got an unscoped one: check the user of connections.${name}.credential`,
      { code: "unscoped-token", provider },
    );
  }
  const leftMs = (dateMsOf(token.expires) ?? Number.NaN) - askedAt;
  return {
    token: new Secret(token.id),
    // A token that is over by our clock was just given: the clock is wrong, and a 401 will say when it ends.
    lifetimeMs: leftMs > 0 ? boundedLifetimeMs(leftMs) : lifetimeDefaultMs,
    project: String(token.tenant.id),
    roles: (user?.roles ?? []).flatMap((role) => role.name ?? []),
    catalogue: (serviceCatalog ?? []).flatMap(({ type, endpoints }) =>
      (endpoints ?? []).map(({ region, publicURL }) => ({
        type: type ?? "",
        interface: "public",
        regions: typeof region === "string" ? [region] : [],
        url: publicURL ?? "",
      })),
    ),
  };
}
