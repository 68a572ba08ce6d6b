import { type Delay, droppedConnection, silence } from "../connection.ts";
import { type Answer, empty, json, titleOf, withHeaders } from "./answer.ts";
import type { ExchangeFault, StatusFault } from "./fault-script.ts";

/** A request that a fault strikes. */
export interface Struck {
  readonly atMs: number;
  readonly signal: AbortSignal;
  readonly delay: Delay | undefined;
  /** Carries the request out now. */
  readonly carryOut: () => Answer;
  /** Admits the request now and carries it out later. */
  readonly carryOutAt: (dueMs: number) => void;
  /** The service's own words for a status. */
  readonly refusal: (status: number, code: string | undefined, retryAfterSeconds: number | undefined) => Answer;
}

/** What the caller gets, if anything. @throws TypeError as a broken connection does, or the signal's reason */
export async function suffer(fault: ExchangeFault, struck: Struck): Promise<Answer> {
  switch (fault.kind) {
    case "late-landing":
      struck.carryOutAt(struck.atMs + fault.landsAfterMs);
      if (fault.status === undefined) throw droppedConnection();
      return struck.refusal(fault.status, undefined, undefined);
    case "status":
      if (fault.takesEffect) struck.carryOut();
      return statusAnswer(fault, struck);
    case "drop":
      if (fault.takesEffect) struck.carryOut();
      throw droppedConnection();
    case "silence":
      if (fault.takesEffect) struck.carryOut();
      return silence(struck.signal);
    case "slow": {
      const answer = struck.carryOut();
      await struck.delay?.(fault.delayMs, struck.signal);
      return answer;
    }
    case "cut-json":
    case "cut-connection": {
      const answer = struck.carryOut();
      const text = answer.text.slice(0, Math.floor(answer.text.length / 2));
      return fault.kind === "cut-json" ? { ...answer, text } : { ...answer, text, breaksOff: true };
    }
    case "other-body": {
      const answer = struck.carryOut();
      const headers = { ...answer.headers, "content-type": fault.contentType ?? "text/html" };
      return { ...answer, headers, text: fault.text };
    }
  }
}

function statusAnswer(fault: StatusFault, struck: Struck): Answer {
  const { status, code, retryAfterSeconds } = fault;
  const title = titleOf(status);
  const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  switch (fault.body ?? "service") {
    case "service":
      return withHeaders(struck.refusal(status, code, retryAfterSeconds), headers);
    case "envelope":
      return json(status, { error: { code: code ?? title.replaceAll(" ", ""), message: `${title}.` } }, headers);
    case "html": {
      const text = `<html><head><title>${status} ${title}</title></head><body><h1>${title}</h1></body></html>`;
      return { status, headers: { "content-type": "text/html", ...headers }, text };
    }
    case "text":
      return { status, headers: { "content-type": "text/plain", ...headers }, text: `${title}: try again later` };
    case "empty":
      return empty(status, headers);
  }
}
