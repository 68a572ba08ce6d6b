import type { FieldProblem } from "../aws/constraints.ts";
import { restError } from "../aws/rest-json.ts";
import { type Answer, withHeaders } from "../exchange/answer.ts";
import type { Settings } from "./settings.ts";

type Reason = "UNKNOWN_OPERATION" | "CANNOT_PARSE" | "FIELD_VALIDATION_FAILED" | "OTHER";

export function invalid(Fields: readonly FieldProblem[]): Answer {
  const count = `${Fields.length} validation error${Fields.length === 1 ? "" : "s"} detected`;
  return validation("FIELD_VALIDATION_FAILED", `${count}: ${Fields.map(({ Message }) => Message).join("; ")}`, Fields);
}

export function validation(Reason: Reason, Message: string, Fields: readonly FieldProblem[] = []): Answer {
  return restError(400, "ValidationException", {
    Message,
    Reason,
    ErrorId: "panorama-400",
    ErrorArguments: [],
    Fields,
  });
}

export function notFound(ResourceType: "device" | "job", ResourceId: string): Answer {
  const Message = `The ${ResourceType} ${ResourceId} was not found.`;
  return restError(404, "ResourceNotFoundException", { Message, ResourceId, ResourceType });
}

export function conflict(ResourceId: string, Message: string): Answer {
  const members = { Message, ResourceId, ResourceType: "device", ErrorId: "panorama-409", ErrorArguments: [] };
  return restError(409, "ConflictException", members);
}

export function quotaExceeded(quota: number): Answer {
  const Message = `The account has reached its quota of ${quota} devices.`;
  const members = { Message, QuotaCode: "L-DEVICES", ServiceCode: "panorama", ResourceType: "device" };
  return restError(402, "ServiceQuotaExceededException", members);
}

/** What the front door refuses before the service sees it has a small `message`. */
export function frontDoor(status: number, type: string, message: string): Answer {
  return restError(status, type, { message });
}

export function throttled({ throttleAnswer, throttleRetryAfterSeconds: seconds }: Settings): Answer {
  const status = throttleAnswer === "400-throttling" ? 400 : 429;
  const type = throttleAnswer === "429-too-many-requests" ? "TooManyRequestsException" : "ThrottlingException";
  const answer = frontDoor(status, type, "Rate exceeded");
  return seconds === null ? answer : withHeaders(answer, { "retry-after": String(seconds) });
}

const TEXT = "A scripted answer.";

/** The shape that a scripted status most likely has. */
export function scripted(status: number, code: string | undefined): Answer {
  if (code !== undefined) return restError(status, code, { Message: TEXT, message: TEXT });
  switch (status) {
    case 400:
      return validation("OTHER", TEXT);
    case 402:
      return quotaExceeded(0);
    case 403:
      return restError(403, "AccessDeniedException", { Message: TEXT });
    case 404:
      return notFound("device", "scripted");
    case 409:
      return conflict("scripted", TEXT);
    case 429:
      return frontDoor(429, "ThrottlingException", "Rate exceeded");
    case 503:
      return frontDoor(503, "ServiceUnavailableException", TEXT);
    default:
      return restError(status, status >= 500 ? "InternalServerException" : "UnknownError", { Message: TEXT });
  }
}
