import type { AzureSphereConnection } from "../../contracts/configuration.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { DeploymentProvider, PollPace, Settling } from "../../contracts/provider.ts";
import type { Secret } from "../../contracts/secret.ts";
import type { IdentityEndpoint } from "../entra/login.ts";
import { createEntraTokens, type TokenSource } from "../entra/tokens.ts";
import type { Fetch } from "../exchange.ts";
import { createSend } from "../http.ts";
import type { StartTimer } from "../timer.ts";
import { check } from "./check.ts";
import { SphereClient } from "./client.ts";
import { create } from "./create.ts";
import { provider as kind } from "./errors.ts";
import { find } from "./find.ts";
import { type Bounds, defaultBounds, type Parts } from "./parts.ts";
import { createPaths } from "./paths.ts";
import { planOf } from "./plan.ts";
import { poll } from "./poll.ts";
import { prepare } from "./prepare.ts";
import { fieldsOf, handleOf } from "./request.ts";
import { retirements } from "./retirement.ts";

const defaultScope = "https://firstparty.sphere.azure.net/api/.default";

/** By the dossier of the API: 2 to 5 minutes, and the time that an operation takes on top. */
const defaultSettling: Settling = { requestTimeoutMs: 30_000, settlingMs: 5 * 60_000, lookEveryMs: 60_000 };
const defaultPollPace: PollPace = { firstMs: 2_000, maxMs: 5 * 60_000 };

export interface AzureSphereProviderOptions {
  /** Of the connection, for messages. */
  readonly name: string;
  readonly connection: AzureSphereConnection;
  /** Reads a secret by its reference. */
  readonly secret: (reference: string) => Promise<Secret>;
  /** Stands in for the network: an emulator in this process, or a test. */
  readonly fetch?: Fetch | undefined;
  readonly clock: Clock;
  /** Measures time-outs; default real time. */
  readonly startTimer?: StartTimer;
  /** For a managed identity on App Service or Functions. */
  readonly identityEndpoint?: IdentityEndpoint;
  readonly settling?: Partial<Settling>;
  readonly pollPace?: Partial<PollPace>;
  readonly bounds?: Partial<Bounds>;
}

/** Deployments over the v2 public API. The successor's API (ARM) gets a factory of its own behind the same interface. */
export function createAzureSphereProvider(options: AzureSphereProviderOptions): DeploymentProvider {
  const { name, connection } = options;
  const { credential } = connection;
  const bounds = { ...defaultBounds, ...options.bounds };
  const settling = { ...defaultSettling, ...options.settling };
  const tokens = createEntraTokens(credential, defaultScope, { ...options, timeoutMs: bounds.readTimeoutMs });
  const parts = partsOf(options, bounds, tokens);
  const { paths } = parts;
  return {
    kind,
    settling,
    pollPace: { ...defaultPollPace, ...options.pollPace },
    turnOf: (request) => `${kind}:${connection.sphereTenantId}:${fieldsOf(request).deviceGroupId}`.toLowerCase(),
    prepareDeployment: async (request, { signal }) => prepare(parts, fieldsOf(request), signal),
    findDeployment: async (request, intent, context) => find(parts, fieldsOf(request), intent, context),
    createDeployment: async (request, intent, { signal }) =>
      create(parts, fieldsOf(request), intent, { timeoutMs: settling.requestTimeoutMs, signal }),
    poll: async (request, handle, intent, context) =>
      poll(parts, { fields: fieldsOf(request), handle: handleOf(handle), intent, context }),
    check: (context) =>
      check(
        parts,
        {
          name,
          tokens,
          scope: credential.scope ?? defaultScope,
          directoryId: credential.kind === "client-secret" ? credential.directoryId : undefined,
          retirement: retirements[connection.api],
        },
        context,
      ),
    plan: (request) => planOf(paths, fieldsOf(request)),
  };
}

function partsOf(options: AzureSphereProviderOptions, bounds: Bounds, tokens: TokenSource): Parts {
  const { name, connection, fetch, clock, startTimer } = options;
  const { endpoint, sphereTenantId } = connection;
  const { origin } = new URL(endpoint);
  const send = createSend({
    fetch,
    clock,
    startTimer,
    origins: new Set([origin, ...(connection.origins ?? []).map((other) => new URL(other).origin)]),
    secretsTo: origin,
    timeoutMs: bounds.readTimeoutMs,
    maxBytes: bounds.answerBytes,
  });
  const client = new SphereClient({ send, tokens, clock, name, sphereTenantId });
  return { client, paths: createPaths(endpoint, sphereTenantId), clock, bounds, endpoint, sphereTenantId };
}
