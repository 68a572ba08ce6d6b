import type { Directed } from "./boundaries.ts";

/** What it takes to break rules that no single fault breaks: each is named after who meets whom. */

const sphereCreate = "start-deployment provider.sphere POST /…/tenants/…/devicegroups/…/deployments";

export const interleavings = {
  /** One that stood still until another attempt is under way takes its own intent back, and not that of the other. */
  "an attempt wakes up while the next one is under way": {
    scenario: "handed out twice at once",
    platform: "aws",
    strikes: [
      { key: "start-deployment ledger.durable", freezeMs: 41_000 },
      { key: sphereCreate, replyMs: 3_000 },
    ],
  },
  /** Somebody cancels meanwhile: the answer is written into the row all the same. */
  "an answer comes after a cancel has written": {
    scenario: "cancelled over the inbox",
    strikes: [{ key: sphereCreate, replyMs: 20_000 }],
  },
  /** The sweep comes while a provider still has minutes to answer. */
  "a sweep comes while a request is under way": {
    scenario: "cancelled during a request of minutes",
    strikes: [{ key: sphereCreate, replyMs: 200_000 }],
  },
  /** What was due when it asked has long been looked after. */
  "a sweep goes on with a list of a minute ago": {
    scenario: "rotation",
    strikes: [{ key: "sweep ledger.due", passage: 3, replyMs: 61_000 }],
  },
  /** Whatever was sent of its outbox, nothing of the rest is lost. */
  "a function dies between its message and its events": {
    scenario: "sphere",
    platform: "aws",
    strikes: [{ key: "start-deployment bus.publish", fault: "crash-before" }],
  },
  /** Between the look that began the removal and the removal somebody plugs it in. */
  "a device is plugged in while its removal is held up": {
    scenario: "cancelled before it is plugged in",
    strikes: [{ key: "provision-panorama-device ledger.durable", passage: 2, freezeMs: 8_000 }],
  },
  /** What a store has let out of its hands in time may be under way for longer than it lives. */
  "an answer of the store comes after its content has died": {
    scenario: "fetched by two at once",
    strikes: [{ key: "door fetch handoffs.take", replyMs: 1_200_000 }],
  },
} as const satisfies Readonly<Record<string, Directed>>;

export type InterleavingName = keyof typeof interleavings;
export const interleavingNames = Object.keys(interleavings) as readonly InterleavingName[];
