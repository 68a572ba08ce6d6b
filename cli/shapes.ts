import * as z from "zod/mini";
import type { deadLetterAnswer } from "../lib/contracts/answers/dead-letters.ts";
import { eventAnswer, eventsAnswer, storedEventAnswer } from "../lib/contracts/answers/events.ts";
import type { handoffAnswer } from "../lib/contracts/answers/handoffs.ts";
import { operationAnswer, operationsAnswer } from "../lib/contracts/answers/operations.ts";

/** Shapes of the application's answers: what it publishes in /openapi.json. Fields that a later release adds are passed on. */

export {
  checkAnswer as checkShape,
  connectionAnswer as connectionShape,
  connectionsAnswer as connectionsShape,
} from "../lib/contracts/answers/connections.ts";
export {
  deadLetterAnswer as deadLetterShape,
  deadLettersAnswer as deadLettersShape,
} from "../lib/contracts/answers/dead-letters.ts";
export type DeadLetter = z.output<typeof deadLetterAnswer>;
export { type DpsItem, dpsItemsAnswer as dpsItemsShape } from "../lib/contracts/answers/dps.ts";
export { explanationAnswer as explanationShape } from "../lib/contracts/answers/explanation.ts";
export {
  handoffAnswer as handoffShape,
  readyAnswer as readyShape,
} from "../lib/contracts/answers/handoffs.ts";
export { healthAnswer as healthShape } from "../lib/contracts/answers/health.ts";
export { type Entry, historyAnswer as historyShape } from "../lib/contracts/answers/history.ts";
export { type KeyAnswer, keysAnswer as keysShape } from "../lib/contracts/answers/keys.ts";
export {
  approvalAnswer as approvalShape,
  cancelAnswer as cancelShape,
  reportAnswer as reportShape,
  supplyAnswer as supplyShape,
} from "../lib/contracts/answers/operation-actions.ts";
export type { Children } from "../lib/contracts/answers/operation-parts.ts";
export { acceptanceAnswer as acceptanceShape, planAnswer as planShape } from "../lib/contracts/answers/requests.ts";
export {
  acknowledgementAnswer as acknowledgementShape,
  extendAnswer as extendShape,
} from "../lib/contracts/answers/rotations.ts";
export {
  type Schedule,
  scheduleAnswer as scheduleShape,
  schedulesAnswer as schedulesShape,
} from "../lib/contracts/answers/schedules.ts";
export {
  sinkPositionAnswer as sinkPositionShape,
  sinkReplayAnswer as sinkReplayShape,
  sinksAnswer as sinksShape,
} from "../lib/contracts/answers/sinks.ts";
export {
  namesAnswer as namesShape,
  removedAnswer as removedShape,
  storedAnswer as storedShape,
} from "../lib/contracts/answers/vault.ts";

export type Handoff = z.output<typeof handoffAnswer>;

const { id, state } = operationAnswer.shape;

/** An operation, or what is kept of a forgotten one: nothing but its id, how it ended and when. */
export const operationShape = z.extend(z.partial(operationAnswer), { id, state });
export type Operation = z.output<typeof operationShape>;

export const operationsShape = z.extend(operationsAnswer, { operations: z.array(operationShape) });

/** Types of events may be added while an older command line reads them. */
const storedEventShape = z.extend(storedEventAnswer, { event: z.extend(eventAnswer, { type: z.string() }) });
export type StoredEventAnswer = z.output<typeof storedEventShape>;
export const eventsShape = z.extend(eventsAnswer, { events: z.array(storedEventShape) });
