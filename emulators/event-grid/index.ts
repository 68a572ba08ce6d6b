export interface TopicOptions {
  /** What `aeg-sas-key` has to say. */
  readonly key: string;
  /** Bearer tokens that are taken beside it. */
  readonly tokens?: ReadonlySet<string>;
}

export interface TopicSettings {
  readonly maxBytes: number;
  readonly maxEvents: number;
}

export type CloudEvent = Readonly<Record<string, unknown>> & { readonly id: string };

export interface EventGridEmulator {
  /** A topic whose input schema is CloudEvents 1.0, at `/api/events`. */
  fetch(request: Request): Promise<Response>;
  /** What its subscribers are given, in order. */
  delivered(): readonly CloudEvent[];
  configure(settings: Partial<TopicSettings>): void;
}

/** @see https://learn.microsoft.com/azure/event-grid/quotas-limits */
const STANDARD: TopicSettings = { maxBytes: 1024 * 1024, maxEvents: 5_000 };
const ATTRIBUTE = /^[a-z0-9]{1,20}$/;
const TEXTS = ["id", "source", "type", "specversion"];

export function createEventGridEmulator({ key, tokens }: TopicOptions): EventGridEmulator {
  const delivered: CloudEvent[] = [];
  let settings = STANDARD;

  function isWelcome(headers: Headers): boolean {
    const token = /^Bearer (.+)$/.exec(headers.get("authorization") ?? "")?.[1];
    return token === undefined ? headers.get("aeg-sas-key") === key : tokens?.has(token) === true;
  }

  async function answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method !== "POST" || pathname !== "/api/events") return refusal(404, "NotFound");
    if (!isWelcome(request.headers)) return refusal(401, "Unauthorized");
    if (searchParams.get("api-version") !== "2018-01-01") return refusal(400, "BadRequest");
    const [type] = (request.headers.get("content-type") ?? "").split(";");
    if (type !== "application/cloudevents-batch+json") return refusal(400, "BadRequest");
    const bytes = Buffer.from(await request.arrayBuffer());
    if (bytes.length > settings.maxBytes) return refusal(413, "RequestEntityTooLarge");
    const events: unknown = parsed(bytes);
    if (!Array.isArray(events) || events.length > settings.maxEvents || !events.every(isCloudEvent))
      return refusal(400, "BadRequest");
    delivered.push(...events);
    return new Response(null, { status: 200 });
  }

  return {
    fetch: answer,
    delivered: () => [...delivered],
    configure: (changed) => {
      settings = { ...settings, ...changed };
    },
  };
}

/** One flaw, and none of a batch is taken. */
function isCloudEvent(value: unknown): value is CloudEvent {
  if (typeof value !== "object" || value === null) return false;
  const event: Readonly<Record<string, unknown>> = { ...value };
  const texts = TEXTS.map((name) => event[name]);
  return (
    texts.every((text) => typeof text === "string" && text !== "") &&
    event["specversion"] === "1.0" &&
    Object.keys(event).every((name) => ATTRIBUTE.test(name) || name === "data_base64")
  );
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return null;
  }
}

function refusal(status: number, code: string): Response {
  return Response.json({ error: { code, message: "Refused by the topic.", details: [] } }, { status });
}
