import { type Delay, droppedConnection, silence } from "../connection.ts";
import { type Answer, type Header, text, titleOf } from "./answer.ts";
import { type Call, publicUrl } from "./call.ts";
import { apigError, fault as heatFault, keystoneDown, keystoneRefusal, rackspaceFault } from "./error-shapes.ts";
import { tokenRefused } from "./heat-api.ts";
import type { FaultScript, StatusFault } from "./scenario.ts";
import type { World } from "./world.ts";

/** A request that a fault strikes. */
export interface Struck {
  readonly world: World;
  readonly call: Call;
  readonly signal: AbortSignal;
  readonly delay: Delay | undefined;
  /** Carries the request out now. */
  readonly carryOut: () => Answer;
  /** Admits the request now and carries it out later, under the conditions that hold by then. */
  readonly carryOutAfter: (ms: number) => void;
}

const HEAT_SHAPE = { faultShape: "heat", unauthorizedShape: "keystone" } as const;

/** What the caller gets, if anything. @throws TypeError as a broken connection does, or the signal's reason */
export async function suffer(fault: FaultScript, struck: Struck): Promise<Answer> {
  switch (fault.kind) {
    case "stall":
      struck.carryOutAfter(fault.landsAfterMs ?? 0);
      await struck.delay?.(fault.delayMs, struck.signal);
      return messagingTimeout(struck.world);
    case "late-landing":
      struck.carryOutAfter(fault.landsAfterMs);
      if (fault.reply === "messaging-timeout") return messagingTimeout(struck.world);
      if (fault.reply === "hang") return silence(struck.signal);
      throw droppedConnection();
    case "drop":
      if (fault.takesEffect) struck.carryOut();
      throw droppedConnection();
    case "hang":
      if (fault.landsAfterMs !== undefined) struck.carryOutAfter(fault.landsAfterMs);
      return silence(struck.signal);
    case "status":
      if (fault.takesEffect) struck.carryOut();
      return statusAnswer(fault, struck);
    case "token-refused-once":
      return tokenRefused(struck.world, struck.call);
    case "slow": {
      const answer = struck.carryOut();
      await struck.delay?.(fault.delayMs, struck.signal);
      return answer;
    }
  }
}

function messagingTimeout({ settings }: World): Answer {
  return heatFault(settings, 500, { type: "MessagingTimeout" });
}

function statusAnswer(fault: StatusFault, struck: Struck): Answer {
  const answer = shaped(fault, struck);
  if (fault.retryAfterSeconds === undefined) return answer;
  const retryAfter: Header = ["Retry-After", String(fault.retryAfterSeconds)];
  return { ...answer, headers: [...answer.headers, retryAfter] };
}

const APIG_CODES: Readonly<Record<number, string>> = {
  401: "APIG.0301",
  403: "APIG.0302",
  404: "APIG.0101",
  429: "APIG.0308",
  500: "APIG.0607",
  503: "APIG.0201",
};

function shaped({ status, body = "heat", code, message }: StatusFault, { world, call }: Struck): Answer {
  switch (body) {
    case "heat": {
      const details = { ...(code === undefined ? {} : { type: code }), ...(message === undefined ? {} : { message }) };
      return heatFault(HEAT_SHAPE, status, details);
    }
    case "keystone-401":
      return { ...keystoneRefusal(`${publicUrl(world.settings, call.url)}/v3`), status };
    case "apig":
      return apigError(status, code ?? APIG_CODES[status] ?? "APIG.0000", message ?? titleOf(status), call.requestId);
    case "rackspace":
      return rackspaceFault(status, code ?? "RemoteError", message ?? titleOf(status));
    case "text-503":
      return { ...keystoneDown(), status };
    case "html": {
      const title = `${status} ${titleOf(status)}`;
      const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
      return text(status, page, [["Content-Type", "text/html"]]);
    }
    case "empty":
      return text(status, "", []);
  }
}
