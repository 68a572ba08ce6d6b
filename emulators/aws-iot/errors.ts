import { restError } from "../aws/rest-json.ts";
import { type Answer, withHeaders } from "../exchange/answer.ts";
import type { Settings } from "./settings.ts";

const USUAL: Readonly<Record<number, string>> = {
  400: "InvalidRequestException",
  401: "UnauthorizedException",
  403: "AccessDeniedException",
  404: "ResourceNotFoundException",
  409: "ConflictException",
  429: "ThrottlingException",
  500: "InternalFailureException",
  503: "ServiceUnavailableException",
};

/** Every error of this service has a small `message` and nothing else. */
export function iotError(status: number, type: string, message: string): Answer {
  return restError(status, type, { message });
}

export function invalidRequest(message: string): Answer {
  return iotError(400, "InvalidRequestException", message);
}

export function templateNotFound(name: string): Answer {
  return iotError(404, "ResourceNotFoundException", `The provisioning template ${name} was not found.`);
}

export function throttled({ throttleStatus, throttleRetryAfterSeconds: seconds }: Settings): Answer {
  const answer = iotError(throttleStatus, "ThrottlingException", "Rate exceeded");
  return seconds === null ? answer : withHeaders(answer, { "retry-after": String(seconds) });
}

export function scripted(status: number, code: string | undefined): Answer {
  return iotError(status, code ?? USUAL[status] ?? "UnknownError", "A scripted answer.");
}
