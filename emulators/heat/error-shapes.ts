import { type Answer, type Header, json, text, titleOf } from "./answer.ts";
import type { Settings } from "./settings.ts";

const MALFORMED = "The server could not comply with the request since it is either malformed or otherwise incorrect.";

const EXPLANATIONS: Readonly<Record<number, string>> = {
  400: MALFORMED,
  403: "Access was denied to this resource.",
  404: "The resource could not be found.",
  405: MALFORMED,
  500: "The server has either erred or is incapable of performing the requested operation.",
};

const TYPES: Readonly<Record<number, string>> = {
  400: "HTTPBadRequest",
  403: "HTTPForbidden",
  404: "HTTPNotFound",
  405: "HTTPMethodNotAllowed",
};

export interface FaultDetails {
  readonly type?: string;
  /** Null leaves the key out, as unexpected errors do. */
  readonly message?: string | null;
}

type Shapes = Pick<Settings, "faultShape" | "unauthorizedShape">;

/** A refusal by the orchestration service itself. */
export function fault(settings: Shapes, status: number, details: FaultDetails = {}): Answer {
  const explanation = EXPLANATIONS[status] ?? MALFORMED;
  const { type = TYPES[status] ?? "RemoteError", message = status === 500 ? null : explanation } = details;
  if (settings.faultShape === "rackspace") return rackspaceFault(status, type, message ?? explanation);
  const error = { type, traceback: null, ...(message === null ? {} : { message }) };
  return json(status, { code: status, title: titleOf(status), explanation, error });
}

/** What an engine's unexpected error looks like, a caller's mistake or not. */
export function remoteError(settings: Shapes): Answer {
  return fault(settings, 500, { type: "RemoteError" });
}

const RACKSPACE_NAMES: Readonly<Record<number, string>> = {
  400: "badRequest",
  401: "unauthorized",
  404: "itemNotFound",
  413: "overLimit",
  429: "overLimit",
  503: "serviceUnavailable",
};

/** By the vendor's pages; nothing of it was seen at work. A named cause comes in their second shape, so that it is not lost. */
export function rackspaceFault(status: number, type: string, message: string): Answer {
  const name = status === 500 && type === "RemoteError" ? "instance_fault" : RACKSPACE_NAMES[status];
  if (name !== undefined) return compact(status, { [name]: { code: status, message, details: type } });
  return compact(status, { error: { type, code: status, message, details: null } });
}

export function compact(status: number, value: unknown, headers: readonly Header[] = []): Answer {
  return text(status, JSON.stringify(value), [...headers, ["Content-Type", "application/json"]]);
}

/** The refusal of a token, which stands in front of the service. */
export function unauthorized(settings: Shapes, keystoneUrl: string, requestId: string): Answer {
  switch (settings.unauthorizedShape) {
    case "apig":
      return apigError(401, "APIG.0301", "Incorrect IAM authentication information: decrypt token fail", requestId);
    case "rackspace":
      return compact(401, { unauthorized: { code: 401, message: "Unable to validate token" } });
    case "keystone":
      return keystoneRefusal(keystoneUrl);
  }
}

export function keystoneRefusal(keystoneUrl: string): Answer {
  const message = "The request you have made requires authentication.";
  const answer = json(401, { error: { code: 401, title: "Unauthorized", message } });
  return { ...answer, headers: [...answer.headers, ["Www-Authenticate", `Keystone uri="${keystoneUrl}"`]] };
}

export function apigError(status: number, code: string, message: string, requestId: string): Answer {
  return compact(status, { error_code: code, error_msg: message, request_id: requestId });
}

/** The token check cannot reach the login service. */
export function keystoneDown(): Answer {
  const body =
    "503 Service Unavailable\n\nThe server is currently unavailable. Please try again at a later time.\n\n" +
    " The Keystone service is temporarily unavailable.  ";
  const length: Header = ["Content-Length", String(body.length)];
  return { status: 503, headers: [length, ["Content-Type", "text/plain; charset=UTF-8"]], text: body };
}
