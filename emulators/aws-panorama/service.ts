import { findRoute } from "../aws/rest-json.ts";
import { type Answer, withHeaders } from "../exchange/answer.ts";
import { type Admission, type Call, fieldsOf, jsonBody } from "../exchange/call.ts";
import type { ExchangedService } from "../exchange/exchange.ts";
import { frontDoor, scripted, throttled, validation } from "./errors.ts";
import { writeAsOther } from "./other-writer.ts";
import { ROUTES } from "./routes.ts";
import type { PanoramaOwnFault } from "./scenario.ts";
import type { World } from "./world.ts";

export function exchangedService(world: World): ExchangedService<PanoramaOwnFault> {
  return {
    timeline: world.timeline,
    nameOf: (call) => findRoute(ROUTES, call)?.route.operation ?? "Unknown",
    admit: (call) => admit(world, call),
    refusal: (_call, status, code) => scripted(status, code),
    finish: (_call, answer) => withHeaders(answer, { "x-amzn-requestid": world.newId() }),
    shown: (url) => url,
    sufferOwn: (fault, carryOut) => {
      if (fault.kind === "missing-member") return without(carryOut(), fault.member);
      if (fault.kind !== "other-writer") return fault;
      if (fault.moment === "before") writeAsOther(world, fault.write, world.timeline.now());
      const answer = carryOut();
      if (fault.moment === "after") writeAsOther(world, fault.write, world.timeline.now());
      return answer;
    },
  };
}

/** In the order in which the front door judges: where to, who, how often, what. */
function admit(world: World, call: Call): Admission {
  const found = findRoute(ROUTES, call);
  if (found === null) return { refusal: frontDoor(404, "UnknownOperationException", "") };
  const { route, params } = found;
  const { region, signatureSkewMs: skewMs } = world.settings;
  const refusal = world.accessKeys.refusal(call, { service: "panorama", region, action: route.operation, skewMs });
  if (refusal !== null) return { refusal: refused(refusal.type, refusal.message) };
  if (!spend(world, route.operation, route.method, call.atMs)) return { refusal: throttled(world.settings) };
  const input = call.body.length === 0 ? {} : fieldsOf(jsonBody(call));
  if (input === null) return { refusal: validation("CANNOT_PARSE", "The body is no JSON object.") };
  return { carryOut: (atMs) => route.handle({ ...call, atMs, world, params, input }) };
}

function spend(world: World, operation: string, method: string, atMs: number): boolean {
  const { throttling, mutationBudget } = world.settings;
  if (throttling === null) return true;
  const all = { name: "calls", perSecond: throttling.callsPerSecond };
  if (method === "GET") return world.rates.take([all], atMs);
  const name = mutationBudget === "shared" ? "mutations" : operation;
  return world.rates.take([all, { name, perSecond: throttling.mutationsPerSecond }], atMs);
}

/** The model's own error for whoever lacks the permission, the front door's for whoever is nobody. */
function refused(type: string, message: string): Answer {
  return type === "AccessDeniedException" ? scripted(403, undefined) : frontDoor(403, type, message);
}

/** Nearly every member of an answer is optional in the model. */
function without(answer: Answer, member: string): Answer {
  const { [member]: _left, ...others } = fieldsOf(JSON.parse(answer.text)) ?? {};
  return { ...answer, text: JSON.stringify(others) };
}
