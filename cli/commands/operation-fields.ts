import { describeDuration } from "../../lib/contracts/duration.ts";
import { childrenText, stateOf } from "../describe.ts";
import { leftText } from "../handoff/describe.ts";
import type { Operation } from "../shapes.ts";
import { cut, type fieldLines } from "../table.ts";
import { type Style, styledState } from "../terminal.ts";

/** A thousand servers, or a script: `--json` prints all of it. */
const longestJson = 600;

/** What `operations show` prints, in the order in which one asks. */
export function fieldsOf(operation: Operation, style: Style): Parameters<typeof fieldLines>[0] {
  const { request, provider, labels = {}, resolution, waitingFor } = operation;
  const json = (value: unknown) => (value === undefined ? undefined : cut(JSON.stringify(value), longestJson));
  const took =
    operation.endedAt !== undefined && operation.createdAt !== undefined
      ? ` (${describeDuration(Date.parse(operation.endedAt) - Date.parse(operation.createdAt))})`
      : "";
  return [
    ["id", operation.id],
    ["state", { text: stateOf(operation), style: (text) => styledState(style, text) }],
    ["reason", operation.reason],
    ["code", operation.code],
    ["type", request?.type],
    ["source", request?.source],
    ["request", request?.id],
    ["connection", operation.connection],
    [
      "labels",
      Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(" ") || undefined,
    ],
    ["fields", json(operation.fields)],
    ["requested by", operation.requestedBy],
    ["part of", operation.parent],
    ["parts", operation.children && childrenText(operation.children)],
    ["step", operation.state === "active" ? operation.step : undefined],
    ["waits for", waitingFor && `${waitingFor.detail} (since ${waitingFor.since})`],
    ["provider status", provider?.status],
    ...rotationFields(operation),
    ...pickupFields(operation),
    ...Object.entries(provider?.ids ?? {}).map(([name, value]): [string, string] => [name, value]),
    ["result", json(operation.result)],
    ["created", operation.createdAt],
    ["deadline", operation.state === "active" ? operation.deadline : undefined],
    ["ended", operation.endedAt && `${operation.endedAt}${took}`],
    ["resolved", resolution && `${resolution.as} by ${resolution.by}: ${resolution.note}`],
    ["dead letter", operation.deadLetter],
  ];
}

type Fields = Parameters<typeof fieldLines>[0];

/** Of a rotation of keys: how far it is, and what consumers have by now. */
function rotationFields({ rotation, state }: Operation): Fields {
  if (!rotation) return [];
  const { phase, slot, fingerprints, published, graceUntil, acknowledged, awaited } = rotation;
  const targets = Object.entries(published).map(([name, version]) => `${name} (version ${version})`);
  return [
    ["phase", phase],
    ["keys", `primary ${fingerprints.primary}, secondary ${fingerprints.secondary}`],
    ["published", targets.length === 0 ? "nowhere yet" : `the ${slot} key, to ${targets.join(", ")}`],
    ["both good until", graceUntil],
    ["acknowledged", acknowledged.join(", ") || undefined],
    ["still awaited", state === "active" ? awaited.join(", ") || undefined : undefined],
  ];
}

/** Of what is handed over: who stood ready, and who has it. */
function pickupFields({ pickup }: Operation): Fields {
  const { ready, fetched } = pickup ?? {};
  return [
    ["ready", ready && `${ready.by} at ${ready.at}`],
    ["fetched", fetched && `by ${fetched.by} at ${fetched.at}, with ${leftText(fetched.secondsLeft)} left`],
  ];
}
