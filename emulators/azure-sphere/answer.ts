export { type Answer, empty, JSON_TYPE, json, toResponse } from "../exchange/answer.ts";

const TITLES: Readonly<Record<number, readonly [errorCode: string, title: string]>> = {
  400: ["BadRequest", "Bad Request"],
  401: ["Unauthorized", "Unauthorized"],
  403: ["Forbidden", "Forbidden"],
  404: ["NotFound", "Not Found"],
  405: ["MethodNotAllowed", "Method Not Allowed"],
  409: ["Conflict", "Conflict"],
  413: ["PayloadTooLarge", "Payload Too Large"],
  415: ["UnsupportedMediaType", "Unsupported Media Type"],
  429: ["TooManyRequests", "Too Many Requests"],
  500: ["InternalServerError", "Internal Server Error"],
  502: ["BadGateway", "Bad Gateway"],
  503: ["ServiceUnavailable", "Service Unavailable"],
  504: ["GatewayTimeout", "Gateway Timeout"],
};

export function titleOf(status: number): string {
  return TITLES[status]?.[1] ?? `Status ${status}`;
}

/** One `PublicApiErrorDetails`. The names in `ErrorCode` are invented where `names` has none: the real list is not published. */
export function problemDetails(status: number, detail: string, names: Readonly<Record<string, string>>): object {
  return {
    Type: "about:blank",
    Title: titleOf(status),
    Status: status,
    Detail: detail,
    Instance: null,
    ErrorCode: names[status] ?? TITLES[status]?.[0] ?? "Unknown",
    Extensions: {},
  };
}
