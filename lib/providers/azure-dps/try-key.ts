import { randomUUID } from "node:crypto";
import type { KeyTried } from "../../contracts/key-rotation.ts";
import type { CallContext } from "../../contracts/provider.ts";
import type { Secret } from "../../contracts/secret.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../call.ts";
import { refusalOf } from "../refusal.ts";
import { scrub } from "../scrub.ts";
import { provider, quoteOf } from "./errors.ts";
import type { Parts } from "./parts.ts";
import { rightsOf } from "./rights.ts";
import { dataPlaneCodeIn, saidIn } from "./said.ts";
import { sasToken } from "./sas.ts";

const apiVersion = "2021-10-01";
const tokenLifeMs = 5 * 60_000;

export interface Trial {
  readonly service: string;
  readonly policy: string;
  /** As they were read. */
  readonly rights: string;
  readonly key: Secret;
}

/** Name of a service's host, under which its consumers know it. */
export function hostNameOf(service: string, { dataPlane }: Parts["connection"]): string {
  return `${service}.${dataPlane.suffix}`;
}

/**
 * Asks the service itself for something that the policy may read, with a token that lives for minutes.
 * @throws RetryableError when nobody could say: an outage, or throttling
 */
export async function tryKey(
  { connection, clock, sendToService }: Parts,
  { service, policy, rights, key }: Trial,
  { signal }: CallContext,
): Promise<KeyTried> {
  if (connection.dataPlane.check === "none") {
    return { kind: "unproven", detail: "the connection says not to try keys out (dataPlane.check is none)" };
  }
  const host = hostNameOf(service, connection);
  const question = questionFor(rights);
  if (question === undefined) {
    return { kind: "unproven", detail: `policy ${policy} has no right to read anything (${scrub(rights)})` };
  }
  const token = sasToken({ host: host.toLowerCase(), policy, key, expiresAt: clock.wallMs() + tokenLifeMs });
  const { endpoint } = connection.dataPlane;
  const base = endpoint === undefined ? `https://${host}` : `${endpoint.replace(/\/+$/, "")}/${host}`;
  const call: Call = {
    method: question.method,
    url: `${base}${question.path}?api-version=${apiVersion}`,
    provider,
    about: `${question.about} of service ${service}`,
    operation: question.operation,
    headers: { "x-ms-client-request-id": randomUUID(), ...question.headers },
    secretHeader: { name: "authorization", value: token },
    urlSecrets: [key],
    ...(question.body === undefined ? {} : { body: { contentType: "application/json", text: question.body } }),
  };
  return verdictOf(await sendToService(call, signal), call, question);
}

interface Question {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly about: string;
  readonly operation: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether a 404 of the service shows that the token was good. */
  readonly mayBeMissing?: true;
}

/** A call that the rights allow, and that changes nothing; undefined where they allow none. */
function questionFor(text: string): Question | undefined {
  const rights = rightsOf(text);
  if (rights.has("enrollmentread") || rights.has("enrollmentwrite")) {
    return {
      method: "POST",
      path: "/enrollmentGroups/query",
      about: "the enrollment groups",
      operation: "query-enrollment-groups",
      headers: { "x-ms-max-item-count": "1" },
      body: JSON.stringify({ query: "SELECT * FROM enrollmentGroups" }),
    };
  }
  if (rights.has("registrationstatusread") || rights.has("registrationstatuswrite")) {
    return {
      method: "GET",
      path: `/registrations/drover-${randomUUID()}`,
      about: "a registration that does not exist",
      operation: "read-registration",
      mayBeMissing: true,
    };
  }
  return undefined;
}

function verdictOf(answer: Answer, call: Call, { mayBeMissing }: Question): KeyTried {
  const { status } = answer;
  const said = saidIn(answer);
  const quote = quoteOf(said, answer);
  const detail = `${answer.host} answered ${[status, quote].filter((part) => part !== undefined).join(" ")}`;
  if (status === 200) return { kind: "accepted", detail };
  if (status === 401) return { kind: "refused", detail };
  // A 404 of a gateway says nothing about the token: only the service itself has codes of six digits.
  const fromService = Math.floor((dataPlaneCodeIn(answer) ?? 0) / 1000) === status;
  if (status === 404 && mayBeMissing === true && fromService) return { kind: "accepted", detail };
  // Signed well, and not allowed to: other 403s come from the network's rules, before any token is looked at.
  if (status === 403 && fromService && isAboutRights(said.message ?? "")) return { kind: "accepted", detail };
  if (status < 400 || status === 408 || status === 425 || status === 429 || status >= 500) {
    throw refusalOf(answer, call, { said: quote, requestId: said.requestId });
  }
  return { kind: "unproven", detail };
}

function isAboutRights(message: string): boolean {
  return (
    /permission|access right|insufficient|not allowed to/i.test(message) && !/\bip\b|network|firewall/i.test(message)
  );
}
