import type { HeatConnection } from "../../contracts/connections/heat.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../call.ts";
import type { Send } from "../http.ts";
import type { SecretReader } from "../read-secret.ts";
import type { Grant } from "../tokens.ts";
import { loginRefusal } from "./errors.ts";

/** One endpoint of one service, as Keystone v3 and Identity v2.0 both can say it. */
export interface CatalogueEntry {
  readonly type: string;
  readonly interface: string;
  readonly regions: readonly string[];
  readonly url: string;
}

/** What a login gives: a token of one project, and where the services are. */
export interface Session extends Grant {
  /** The token's own, never a configured one. */
  readonly project: string;
  readonly roles: readonly string[];
  readonly catalogue: readonly CatalogueEntry[];
}

export interface LoginOptions {
  /** Of the connection, for messages. */
  readonly name: string;
  readonly connection: HeatConnection;
  readonly secret: SecretReader;
  readonly clock: Clock;
  /** May send secrets to the origin of the connection's `authUrl`. */
  readonly send: Send;
}

/** @throws what the answer means, unless it has one of the statuses */
export async function loggedIn(send: Send, call: Call, statuses: readonly number[], name: string): Promise<Answer> {
  const answer = await send(call);
  if (!statuses.includes(answer.status)) throw loginRefusal(answer, call, name);
  return answer;
}
