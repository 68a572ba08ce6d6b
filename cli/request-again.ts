import { randomBytes } from "node:crypto";
import { limits } from "../lib/contracts/limits.ts";
import { childSource } from "../lib/contracts/request.ts";
import type { Context } from "./context.ts";
import { shortId } from "./describe.ts";
import { exitCodes } from "./exit-codes.ts";
import { CommandError } from "./failure.ts";
import type { Session } from "./session.ts";
import { type Operation, operationShape } from "./shapes.ts";

const suffix = /\/again-[0-9a-f]{8}$/;

/** Begins as the one before, so that both are found by it; as long as an id may be. */
export function againIdOf(id: string, random: string): string {
  const end = `/again-${random}`;
  const begin = id.replace(suffix, "").slice(0, limits.identifierLength - end.length);
  // Half of a character would be none.
  return `${begin.replace(/[\uD800-\uDBFF]$/, "")}${end}`;
}

export interface RequestAgain {
  readonly body: string;
  /** For whoever reads the answer: what was sent once more. */
  readonly again: { readonly of: string; readonly source: string; readonly id: string };
}

/** The request behind an operation, under an id of its own. @throws CommandError where there is none that could be sent */
export async function requestAgain(context: Context, { client }: Session, id: string): Promise<RequestAgain> {
  const operation = await client.get(`/operations/${encodeURIComponent(id)}`, operationShape);
  const { request, connection, labels, fields } = operation;
  if (request === undefined || connection === undefined)
    throw refused(operation, "one that is forgotten", "write a new request");
  const { source, type, subject, deadline } = request;
  if (operation.parent !== undefined) {
    const remedy = `submit --again ${shortId(operation.parent)} for all of them, or write a request for this one`;
    throw refused(operation, "a part of another one", remedy);
  }
  if (source.startsWith(`${childSource}/`)) {
    throw refused(operation, `one of ${source}, which nobody else may use`, "drover schedules run NAME");
  }
  const newId = againIdOf(request.id, randomBytes(4).toString("hex"));
  if (operation.state === "active") {
    context.remark(
      `warning  ${shortId(operation.id)} is still active: both are carried out. To end it: drover operations cancel`,
    );
  }
  context.remark(`As ${shortId(operation.id)} was asked for, from ${source}, under the id ${newId}`);
  const body = JSON.stringify({
    specversion: "1.0",
    id: newId,
    source,
    type,
    ...(subject === undefined ? {} : { subject }),
    data: { ...fields, connection, ...(deadline === undefined ? {} : { deadline }), labels },
  });
  return { body, again: { of: operation.id, source, id: newId } };
}

function refused({ id }: Operation, found: string, remedy: string): CommandError {
  const message = `Expected operation ${shortId(id)} as somebody asked for it, got ${found}: ${remedy}`;
  return new CommandError(message, exitCodes.notFound, "not-submittable");
}
