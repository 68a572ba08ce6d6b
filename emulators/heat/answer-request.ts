import type { Delay } from "../connection.ts";
import type { FaultCandidate, Faults } from "../faults.ts";
import type { RequestLog } from "../request-log.ts";
import { type Answer, toResponse } from "./answer.ts";
import type { Call } from "./call.ts";
import { type Struck, suffer } from "./fault-effects.ts";
import type { FaultScript } from "./scenario.ts";
import { admit, withServiceHeaders } from "./services.ts";
import type { World } from "./world.ts";

/** A request for the predicate of a fault to judge. */
export interface HeatRequest extends FaultCandidate {
  /** With its question mark, or empty. */
  readonly query: string;
  readonly text: string;
}

export interface Parts {
  readonly world: World;
  readonly faults: Faults<FaultScript, HeatRequest>;
  readonly log: RequestLog;
  readonly delay: Delay | undefined;
}

const BODILESS = new Set(["GET", "HEAD", "OPTIONS"]);
const NO_BODY = new Uint8Array();

export async function answerRequest({ world, faults, log, delay }: Parts, request: Request): Promise<Response> {
  const { method, headers, signal } = request;
  signal.throwIfAborted();
  const url = new URL(request.url);
  const credential = headers.get("x-auth-token") ?? headers.get("authorization");
  const entry = log.open(world.timeline.now(), method, withoutSignature(url), credential);
  const body = BODILESS.has(method) ? NO_BODY : new Uint8Array(await request.arrayBuffer());
  const requestId = `req-${world.newId()}`;
  const call: Call = { method, url, headers, body, atMs: world.timeline.now(), requestId };
  const fault = faults.strike(candidate(call));
  entry.fault = fault?.kind ?? null;
  const plain = fault === null ? carryOut(world, call) : await suffer(fault, struck(world, call, signal, delay));
  const answer = withServiceHeaders(world, { ...call, atMs: world.timeline.now() }, plain);
  entry.status = answer.status;
  return toResponse(answer, method);
}

function candidate({ method, url, body }: Call): HeatRequest {
  const text = (): string => new TextDecoder().decode(body);
  return {
    method,
    path: url.pathname,
    query: url.search,
    get text() {
      return text();
    },
  };
}

function struck(world: World, call: Call, signal: AbortSignal, delay: Delay | undefined): Struck {
  return {
    world,
    call,
    signal,
    delay,
    carryOut: () => carryOut(world, call),
    carryOutAfter: (ms) => {
      const admission = admit(world, call);
      if (!("carryOut" in admission)) return;
      if (ms === 0) admission.carryOut(call.atMs);
      else world.timeline.at(call.atMs + ms, admission.carryOut);
    },
  };
}

function carryOut(world: World, call: Call): Answer {
  const admission = admit(world, call);
  return "refusal" in admission ? admission.refusal : admission.carryOut(call.atMs);
}

/** A signature opens what it signs: it does not belong in a log. */
function withoutSignature(url: URL): URL {
  if (!url.searchParams.has("temp_url_sig")) return url;
  const shown = new URL(url);
  shown.searchParams.set("temp_url_sig", "***");
  return shown;
}
