import { InvalidInputError, messageOf } from "../contracts/errors.ts";
import type { DroverEvent, EventData } from "../contracts/event.ts";
import { sequenceOf } from "../contracts/event.ts";
import { sha256Hex } from "../contracts/identifiers.ts";
import { limits } from "../contracts/limits.ts";
import { type OperationRecord, operationKey } from "../contracts/operation.ts";
import type { Delivery, MessageHandler, Ports, Settlement } from "../contracts/ports.ts";
import { unwrapped } from "../contracts/queue-envelope.ts";
import {
  type DecodedRequest,
  decodeRequest,
  type OperationRequest,
  RejectedRequestError,
} from "../contracts/request.ts";
import type { Split } from "./children.ts";
import { noneBegun } from "./children-marks.ts";
import { cancelOperation } from "./commands.ts";
import { firstRecord } from "./first-record.ts";
import { putNew } from "./ledger-write.ts";
import { acceptanceSpan, countAccepted, countPublished, errorTypeOf } from "./observe.ts";
import { clearOutbox, mustClear, sendOutbox } from "./outbox.ts";

/** Where requests of one type begin. */
export interface RequestRoute {
  readonly firstStep: string;
  /** Kind of connection that the type needs. */
  readonly connectionKind: string;
  /** Present when a request of the type can be for many targets. */
  readonly split?: Split;
}

/** Step of a parent that makes its children. */
export const startChildren = "start-children";

export interface AcceptOptions {
  readonly ports: Ports;
  readonly routes: Readonly<Record<string, RequestRoute>>;
  /** Kind of a configured connection; undefined when there is none of that name. */
  readonly connectionKind: (name: string) => string | undefined;
  /** Whether somebody else than who asks has to approve it first; default: nobody has to. */
  readonly needsApproval?: (request: OperationRequest) => boolean;
  /** How long an idempotency key is remembered: older requests cannot be told from new ones and are refused. */
  readonly idempotencyMs: number;
}

export interface AskedBy {
  /** As it will stand in the operation. */
  readonly requestedBy: string;
  /** Of the queue message that brings it. */
  readonly messageId?: string;
  /** Why, for the history. */
  readonly note?: string;
  /** Whether it comes from Drover itself. */
  readonly trusted?: boolean;
  /** Throws what whoever asks may not ask for. */
  readonly admit?: (decoded: DecodedRequest) => Promise<void>;
}

type Asked = Extract<DecodedRequest, { readonly kind: "operation" }>;

export type Acceptance =
  | { readonly kind: "accepted" | "duplicate"; readonly operation: string }
  | { readonly kind: "cancelling"; readonly operation: string }
  /** A cancel for an operation that is not there (yet). */
  | { readonly kind: "absent"; readonly operation: string };

/** Tries of a cancel whose operation has not arrived yet. */
const cancelTries = 4;
const cancelRetryMs = 15_000;

/**
 * Takes a request: the row, its first event and its first step message in one write.
 * Whoever promises it to the outside waits for `ledger.durable()` first.
 * @throws InvalidInputError when it is unreadable, RejectedRequestError when it is readable and cannot be accepted
 */
export async function acceptRequest(
  options: AcceptOptions,
  body: string,
  { trusted, admit, ...by }: AskedBy,
): Promise<Acceptance> {
  const { ports } = options;
  const decoded = decodeRequest(body, trusted);
  await admit?.(decoded);
  if (decoded.kind === "cancel") {
    const { operation, note } = decoded.request;
    const cancelled = await cancelOperation(ports, operation, { by: by.requestedBy, ...(note ? { note } : {}) });
    return { kind: cancelled.kind === "absent" ? "absent" : "cancelling", operation };
  }
  const { operation, request, contentHash } = decoded;
  const route = await routeOf(options, decoded);
  if (!route) return alreadyThere(options, decoded, by.messageId);
  const targets = route.split?.targetsOf(request.fields);
  const start = targets ? { step: startChildren, children: noneBegun(targets.length) } : { step: route.firstStep };
  const needsApproval = options.needsApproval?.(request) === true;
  const span = acceptanceSpan(ports, decoded, by.messageId);
  let failedBy: string | undefined;
  try {
    const { traceparent } = span;
    const begins = { operation, request, contentHash, needsApproval, traceparent, ...start, ...by };
    const acceptance = await begin(ports, firstRecord(ports, begins));
    span.set("drover.acceptance", acceptance?.kind ?? "duplicate");
    return acceptance ?? (await alreadyThere(options, decoded, by.messageId));
  } catch (error) {
    failedBy = errorTypeOf(error);
    throw error;
  } finally {
    span.end(failedBy);
  }
}

/** Undefined when the key is taken. */
async function begin(ports: Ports, record: OperationRecord): Promise<Acceptance | undefined> {
  const version = await putNew(ports.ledger, operationKey(record.id), record);
  if (version === undefined) return undefined;
  countAccepted(ports, record);
  await sendOutbox(ports, record);
  if (mustClear(record)) await clearOutbox(ports, record, version, 0);
  return { kind: "accepted", operation: record.id };
}

/**
 * Where the request begins; undefined when its operation is there already, whatever the configuration says by now.
 * @throws RejectedRequestError when it cannot begin
 */
async function routeOf(options: AcceptOptions, { operation, request }: Asked): Promise<RequestRoute | undefined> {
  try {
    return checkRequest(options, request);
  } catch (error) {
    if (await options.ports.ledger.read(operationKey(operation))) return undefined;
    throw error;
  }
}

function rejected(request: OperationRequest, code: string, message: string): RejectedRequestError {
  return new RejectedRequestError(message, {
    code,
    problems: [message],
    source: request.source,
    id: request.id,
    requestType: request.type,
    connection: request.connection,
  });
}

function checkRequest(options: AcceptOptions, request: OperationRequest): RequestRoute {
  const route = options.routes[request.type];
  if (!route) throw rejected(request, "unknown-type", "Expected a request type that this release carries out");
  const kind = options.connectionKind(request.connection);
  if (kind !== route.connectionKind) {
    const found = kind === undefined ? "one that is not configured" : `one of kind ${kind}`;
    throw rejected(
      request,
      "unknown-connection",
      `Expected a connection of kind ${route.connectionKind}, got ${found}: see drover connections list`,
    );
  }
  refuseTooLarge(request, route);
  const oldest = options.ports.clock.now() - options.idempotencyMs;
  if (request.time !== undefined && Date.parse(request.time) < oldest) {
    throw rejected(
      request,
      "too-old",
      `Expected a time after ${new Date(oldest).toISOString()}: older keys are forgotten, so a repeat could not be recognised`,
    );
  }
  return route;
}

/** What is stored can be longer than what came: a number such as 1e20 is written out. A row that outgrows its store could never end. */
function refuseTooLarge(request: OperationRequest, { split }: RequestRoute): void {
  const bytes = Buffer.byteLength(JSON.stringify(request));
  if (bytes > limits.storedRequestBytes) {
    const expected = `Expected a request of at most ${limits.storedRequestBytes} bytes as it is stored, got ${bytes}`;
    throw rejected(request, "too-large", `${expected}: leave large content to the provider, and name it`);
  }
  const [first, ...others] = split?.targetsOf(request.fields) ?? [];
  if (split === undefined || first === undefined) return;
  const each = Buffer.byteLength(JSON.stringify(split.fieldsFor(request.fields, first)));
  if (each * (others.length + 1) <= limits.childrenBytes) return;
  const expected = `Expected at most ${limits.childrenBytes} bytes for all targets together, got ${others.length + 1} times ${each}`;
  throw rejected(
    request,
    "too-large",
    `${expected}: create the config at the provider and name it by config_id, or ask for fewer`,
  );
}

/** The key is known: the same content is the same operation, other content is a conflict. */
async function alreadyThere(options: AcceptOptions, asked: Asked, messageId?: string): Promise<Acceptance> {
  const { ports } = options;
  const stored = await ports.ledger.read(operationKey(asked.operation));
  if (stored?.record.kind !== "operation" && stored?.record.kind !== "tombstone") {
    throw new Error(`Expected a record under ${operationKey(asked.operation)}, got none: try again`);
  }
  if (stored.record.contentHash !== asked.contentHash) {
    throw rejected(
      asked.request,
      "key-conflict",
      "Expected a new id, got one that this source has used for other content: send the change under an id of its own",
    );
  }
  const ours = messageId !== undefined && stored.record.kind === "operation" && stored.record.writer === messageId;
  if (ours && stored.record.kind === "operation") await sendOutbox(ports, stored.record);
  return { kind: "duplicate", operation: asked.operation };
}

/**
 * The event that answers a request which cannot be accepted. Its id comes from the bytes, so that a repeat is the same event.
 * @param maySend whether who sent it may use that source: else whoever owns the source would hear of what others make up
 */
export function rejectedEvent(
  ports: Ports,
  body: string,
  error: RejectedRequestError,
  maySend: (source: string) => boolean = () => true,
): DroverEvent {
  const hash = sha256Hex(body).slice(0, 32);
  const { source, connection } = error;
  const subject = source !== undefined && maySend(source) ? { requestSource: source } : undefined;
  const data: EventData = {
    code: error.code,
    reason: error.message.slice(0, limits.reasonLength),
    ...(error.requestType === undefined ? {} : { requestType: error.requestType }),
    ...(subject && connection !== undefined ? { ...subject, connection } : subject),
    ...(error.problems.length > 0 ? { problems: [...error.problems] } : {}),
  };
  return {
    specversion: "1.0",
    id: `rejected-${hash}`,
    source: "/drover",
    type: "drover.operation.rejected",
    // Not the operation's id: under that key another, healthy operation may be running.
    subject: `request-${hash}`,
    time: new Date(ports.clock.now()).toISOString(),
    datacontenttype: "application/json",
    sequence: sequenceOf(0, 0),
    ...(error.eventId === undefined ? {} : { correlationid: error.eventId }),
    data,
  };
}

/** The function behind the inbox. */
export function createInboxHandler(options: AcceptOptions): MessageHandler {
  return async (delivery) => {
    let { body } = delivery;
    try {
      body = unwrapped(body);
      const acceptance = await acceptRequest(options, body, { requestedBy: "inbox", messageId: delivery.id });
      return acceptance.kind === "absent" ? retryCancel(options.ports, delivery) : { kind: "acknowledge" };
    } catch (error) {
      if (error instanceof RejectedRequestError) {
        await options.ports.bus.publish([rejectedEvent(options.ports, body, error)]);
        countPublished(options.ports, "drover.operation.rejected");
        return { kind: "acknowledge" };
      }
      if (error instanceof InvalidInputError) return { kind: "dead-letter", cause: error.message };
      options.ports.log.warn("a request could not be taken and is tried again", { error: messageOf(error) });
      throw error;
    }
  };
}

async function retryCancel(ports: Ports, delivery: Delivery): Promise<Settlement> {
  const cause = "Expected an operation to cancel, got none under that key";
  if (delivery.receives < cancelTries) return { kind: "release", delayMs: cancelRetryMs, cause };
  const error = new RejectedRequestError(cause, { code: "no-such-operation" });
  await ports.bus.publish([rejectedEvent(ports, delivery.body, error)]);
  return { kind: "acknowledge" };
}
