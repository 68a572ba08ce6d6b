import type { AzureDpsConnection } from "../../contracts/connections/azure-dps.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { PollPace, Settling } from "../../contracts/provider.ts";
import type { Sealer } from "../../contracts/sealer.ts";
import type { Secret } from "../../contracts/secret.ts";
import type { IdentityEndpoint } from "../entra/login.ts";
import type { TokenSource } from "../entra/tokens.ts";
import type { Fetch } from "../exchange.ts";
import { createSend, type Send } from "../http.ts";
import type { StartTimer } from "../timer.ts";
import { Arm } from "./arm.ts";
import { DpsClient } from "./client.ts";
import type { Bounds, Parts } from "./parts.ts";
import { createPaths } from "./paths.ts";

export interface AzureDpsProviderOptions {
  /** Of the connection, for messages. */
  readonly name: string;
  readonly connection: AzureDpsConnection;
  /** Reads a secret by its reference. */
  readonly secret: (reference: string) => Promise<Secret>;
  /** Seals the signed URLs at which changes are followed. */
  readonly sealer: Sealer;
  /** Stands in for the network: an emulator in this process, or a test. */
  readonly fetch?: Fetch | undefined;
  readonly clock: Clock;
  /** Measures time-outs; default real time. */
  readonly startTimer?: StartTimer;
  /** For a managed identity on App Service or Functions. */
  readonly identityEndpoint?: IdentityEndpoint;
  /** Makes the ids under which requests are sent; default random. */
  readonly newRequestId?: () => string;
  readonly settling?: Partial<Settling>;
  readonly pollPace?: Partial<PollPace>;
  readonly bounds?: Partial<Bounds>;
}

/** The connection's clients, each bound to the origins that it may send a token or a key to. */
export function createParts(
  options: AzureDpsProviderOptions,
  { bounds, settling, tokens }: { readonly bounds: Bounds; readonly settling: Settling; readonly tokens: TokenSource },
): Parts {
  const { name, connection, clock, secret, sealer, newRequestId } = options;
  const { endpoint, subscriptionId, apiVersion, dataPlane } = connection;
  const sendTo = (origin: string): Send =>
    createSend({
      fetch: options.fetch,
      clock,
      startTimer: options.startTimer,
      origins: new Set([origin]),
      secretsTo: origin,
      timeoutMs: bounds.readTimeoutMs,
      maxBytes: bounds.answerBytes,
    });
  const { origin } = new URL(endpoint);
  const origins = new Set([origin, ...(connection.origins ?? []).map((other) => new URL(other).origin)]);
  const senders = new Map([...origins].map((each) => [each, sendTo(each)]));
  // Each of them may be sent the token; a URL elsewhere meets the endpoint's sender, which refuses it.
  let there: number | undefined;
  const send: Send = async (call, signal) => {
    const answer = await (senders.get(URL.parse(call.url)?.origin ?? origin) ?? sendTo(origin))(call, signal);
    there = answer.dateMs ?? there;
    return answer;
  };
  const sendToService: Send = (call, signal) => sendTo(new URL(dataPlane.endpoint ?? call.url).origin)(call, signal);
  const trusted = { endpoint, origins };
  const arm = new Arm({ name, send, tokens, clock, newRequestId });
  const paths = createPaths({ endpoint, subscriptionId, apiVersion });
  const client = new DpsClient({ arm, paths, apiVersion, trusted, maxPages: bounds.listPages });
  return {
    name,
    connection,
    client,
    paths,
    trusted,
    clockThere: () => there,
    sendToService,
    sealer,
    clock,
    settling,
    secret,
  };
}
