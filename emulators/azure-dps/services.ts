import { type Answer, withHeaders } from "../exchange/answer.ts";
import type { Admission, Call } from "../exchange/call.ts";
import type { ExchangedService } from "../exchange/exchange.ts";
import { dataPlaneAddress } from "./data-plane/address.ts";
import { deviceOperation, routeDevice } from "./data-plane/device-api.ts";
import { dataPlaneError } from "./data-plane/errors.ts";
import { dataRoute, routeData } from "./data-plane/service-api.ts";
import { armError, providerError } from "./errors.ts";
import { writeAsOther } from "./other-writer.ts";
import { operationName, routeManagement } from "./router.ts";
import type { DpsOwnFault } from "./scenario.ts";
import type { World } from "./world.ts";

/** One handler plays all hosts: the management API, the data planes of the services and of devices, and Entra. */
export function exchangedService(world: World): ExchangedService<DpsOwnFault> {
  return {
    timeline: world.timeline,
    nameOf: (call) => nameOf(world, call),
    admit: (call) => admit(world, call),
    refusal: (call, status, code) => refusal(world, call, status, code),
    finish: (call, answer) => dated(dataPlaneAddress(call) === null ? withTraces(world, answer) : answer, call.atMs),
    shown,
    sufferOwn: (fault, carryOut) => {
      if (fault.kind === "foreign-status-url") return withForeignStatusUrl(carryOut(), fault.origin);
      if (fault.kind !== "other-writer") return fault;
      if (fault.moment === "before") writeAsOther(world, fault.write, world.timeline.now());
      const answer = carryOut();
      if (fault.moment === "after") writeAsOther(world, fault.write, world.timeline.now());
      return answer;
    },
  };
}

function nameOf(world: World, call: Call): string {
  const login = world.entra.operationOf(call);
  if (login !== null) return login;
  const address = dataPlaneAddress(call);
  if (address === null) return operationName(call);
  const { name, segments } = address;
  const route =
    name === "global" ? deviceOperation(call.method, segments) : dataRoute(call.method, segments)?.operation;
  return route ?? "Unknown";
}

function admit(world: World, call: Call): Admission {
  if (world.entra.operationOf(call) !== null) return { carryOut: (atMs) => world.entra.answer({ ...call, atMs }) };
  const address = dataPlaneAddress(call);
  if (address === null) return routeManagement(world, call);
  return address.name === "global" ? routeDevice(world, call, address.segments) : routeData(world, call, address);
}

/** The shape that a status most likely has: the front door throttles and refuses logins, the provider does the rest. */
function refusal(world: World, call: Call, status: number, code: string | undefined): Answer {
  if (dataPlaneAddress(call) !== null) {
    return dataPlaneError(world, status, Number(code ?? status * 1_000 + 1), "A scripted answer.", call.atMs);
  }
  if (status === 429) {
    const seconds = world.settings.throttleRetryAfterSeconds;
    const text = `Number of requests exceeded the limit. Please try again after '${seconds}' seconds.`;
    return armError(429, code ?? "ResourceRequestsThrottled", text, { "retry-after": String(seconds) });
  }
  if (status === 401 || status === 403) {
    const usual = status === 401 ? "InvalidAuthenticationToken" : "AuthorizationFailed";
    return armError(status, code ?? usual, "A scripted answer.");
  }
  return providerError(world, status, Number(code ?? status * 1_000 + 1), "A scripted answer.", call.atMs);
}

function withTraces(world: World, answer: Answer): Answer {
  const [request, correlation] = [world.newId(), world.newId()];
  return withHeaders(answer, { "x-ms-request-id": request, "x-ms-correlation-request-id": correlation });
}

function withForeignStatusUrl(answer: Answer, origin: string): Answer {
  const moved = Object.entries(answer.headers).map(([name, value]): [string, string] => {
    if (name !== "azure-asyncoperation" && name !== "location") return [name, value];
    const { pathname, search } = new URL(value);
    return [name, `${origin}${pathname}${search}`];
  });
  return { ...answer, headers: Object.fromEntries(moved) };
}

const CAPABILITIES = ["t", "c", "s", "h"];

/** The query of a signed address opens what it names: it does not belong in a log. */
function shown(url: URL): URL {
  if (!CAPABILITIES.some((name) => url.searchParams.has(name))) return url;
  const masked = new URL(url);
  for (const name of CAPABILITIES) if (masked.searchParams.has(name)) masked.searchParams.set(name, "***");
  return masked;
}

/** As every answer of a server is. */
function dated(answer: Answer, atMs: number): Answer {
  return withHeaders(answer, { date: new Date(atMs).toUTCString() });
}
