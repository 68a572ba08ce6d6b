import type { HttpCookie, HttpData } from "./rpc.ts";

/** Answers that have no body, whatever the function says. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * What the library made of the function's answer, as a client gets it. A function that returns nothing says 204.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-output#usage
 */
export function responseOf(http: HttpData | undefined, isHead: boolean): Response {
  if (http === undefined) return new Response(null, { status: 204 });
  const status = Number(http.statusCode ?? 200);
  const headers = new Headers(http.headers);
  for (const cookie of http.cookies ?? []) headers.append("set-cookie", cookieLine(cookie));
  const { body } = http;
  const bytes = body?.bytes ?? body?.string ?? body?.json ?? null;
  return new Response(isHead || BODILESS.has(status) || bytes === null ? null : Buffer.from(bytes), {
    status,
    headers,
  });
}

/** As ASP.NET writes it, with a path of its own where none is given. */
function cookieLine({ name = "", value = "", ...cookie }: HttpCookie): string {
  const sameSite = { lax: "lax", strict: "strict", explicitNone: "none", none: null }[cookie.sameSite ?? "none"];
  const seconds = cookie.expires?.value?.seconds;
  const parts = [
    `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
    seconds === undefined ? null : `expires=${new Date(seconds * 1_000).toUTCString()}`,
    cookie.maxAge?.value == null ? null : `max-age=${Math.trunc(cookie.maxAge.value)}`,
    cookie.domain?.value ? `domain=${cookie.domain.value}` : null,
    `path=${cookie.path?.value ?? "/"}`,
    cookie.secure?.value ? "secure" : null,
    sameSite === null ? null : `samesite=${sameSite}`,
    cookie.httpOnly?.value ? "httponly" : null,
  ];
  return parts.filter((part) => part !== null).join("; ");
}
