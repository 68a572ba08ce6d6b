import * as z from "zod/mini";
import type { HeatConnection } from "../../contracts/connections/heat.ts";
import { UnauthorizedError } from "../../contracts/errors.ts";
import { Secret } from "../../contracts/secret.ts";
import { unreadable } from "../answer.ts";
import type { Call } from "../call.ts";
import { readSecret } from "../read-secret.ts";
import { boundedLifetimeMs } from "../tokens.ts";
import { valueIn } from "../value.ts";
import { dateMsOf } from "./dates.ts";
import { provider } from "./errors.ts";
import { type LoginOptions, loggedIn, type Session } from "./session.ts";

type KeystoneConnection = Extract<HeatConnection, { flavour: "openstack" | "otc" }>;
type Credential = KeystoneConnection["credential"];

const text = z.optional(z.nullable(z.string()));
const endpointSchema = z.object({ interface: text, region: text, region_id: text, url: text });
const tokenSchema = z.object({
  token: z.object({
    expires_at: text,
    issued_at: text,
    project: z.optional(z.nullable(z.object({ id: z.string() }))),
    roles: z.optional(z.nullable(z.array(z.object({ name: text })))),
    catalog: z.optional(
      z.nullable(z.array(z.object({ type: text, endpoints: z.optional(z.nullable(z.array(endpointSchema))) }))),
    ),
  }),
});
type Token = z.output<typeof tokenSchema>["token"];

/** @see https://docs.openstack.org/api-ref/identity/v3/#authentication-and-token-management */
export function createKeystoneLogin(connection: KeystoneConnection, options: LoginOptions): () => Promise<Session> {
  const { authUrl, credential } = connection;
  const { name, clock, send } = options;
  return async () => {
    const askedAt = clock.now();
    const reference = credential.kind === "password" ? credential.password : credential.secret;
    const secret = await readSecret(options.secret, reference, { what: `the ${credential.kind}`, provider });
    const call: Call = {
      method: "POST",
      url: `${authUrl.replace(/\/+$/, "")}/auth/tokens`,
      about: `a token for connection ${name}`,
      provider,
      operation: "log-in",
      tokenHeader: "x-subject-token",
      body: {
        contentType: "application/json",
        text: new Secret(JSON.stringify({ auth: authOf(credential, secret.reveal()) })),
        secrets: [secret],
      },
    };
    const answer = await loggedIn(send, call, [201, 200], name);
    const { token } = valueIn(answer, call, tokenSchema);
    if (answer.token === undefined) throw unreadable(answer, call, "an answer without a usable X-Subject-Token");
    return { token: answer.token, ...sessionOf(token, name, askedAt) };
  };
}

function authOf(credential: Credential, secret: string) {
  if (credential.kind === "application-credential") {
    const { id } = credential;
    return { identity: { methods: ["application_credential"], application_credential: { id, secret } } };
  }
  const { user, userId, project, projectId, domain: domainName, domainId } = credential;
  const domain = domainId === undefined ? { name: domainName } : { id: domainId };
  const who = userId === undefined ? { name: user, domain } : { id: userId };
  const where = projectId === undefined ? { name: project, domain } : { id: projectId };
  return {
    identity: { methods: ["password"], password: { user: { ...who, password: secret } } },
    scope: { project: where },
  };
}

function sessionOf({ expires_at, issued_at, project, roles, catalog }: Token, name: string, askedAt: number) {
  if (!project) {
    throw new UnauthorizedError(
      `Expected a token of a project, got an unscoped one: set project or projectId in connections.${name}.credential, or use an application credential, which belongs to a project`,
      { code: "unscoped-token", provider },
    );
  }
  const entries = (catalog ?? []).flatMap(({ type, endpoints }) =>
    (endpoints ?? []).map((endpoint) => ({
      type: type ?? "",
      interface: endpoint.interface ?? "",
      regions: [endpoint.region, endpoint.region_id].filter((region) => typeof region === "string"),
      url: endpoint.url ?? "",
    })),
  );
  // By the service's own clock where it names both times, so that a wrong clock here does not matter.
  const begins = dateMsOf(issued_at) ?? askedAt;
  return {
    lifetimeMs: boundedLifetimeMs((dateMsOf(expires_at) ?? Number.NaN) - begins),
    project: project.id,
    roles: (roles ?? []).flatMap((role) => role.name ?? []),
    catalogue: entries,
  };
}
