import { ask, hourMs, minuteMs, type Scenario, scenario } from "./calm-plan.ts";
import { consumers } from "./dps-requests.ts";

const acknowledged = { grace: "PT40M", consumers: { ...consumers, acknowledge: ["billing", "reports"] } };

/** A rotation of this grace waits as long for what stood there before, longer where somebody says so, and is in its own grace then. */
const inGraceMs = 110 * minuteMs;

/** What people and consumers decide about keys and certificates, and what meets what. */
export const dpsScenarios: readonly Scenario[] = [
  scenario("proved by hand", [ask("dps-verify", { signWith: undefined })]),
  scenario("a certificate that comes and goes", [
    ask("dps-certificate"),
    ask("dps-delete-certificate", {}, 5 * minuteMs),
  ]),
  scenario("a rotation that all have to acknowledge", [ask("rotation", acknowledged)]),
  scenario(
    "a rotation that waits for the words about the one before",
    [
      { ...ask("rotation", acknowledged), cancelAfterMs: inGraceMs, cancelBy: "door" },
      ask("rotation", acknowledged, inGraceMs + 2 * minuteMs),
    ],
    { activeMs: 2 * hourMs },
  ),
  scenario("two rotations of one policy", [ask("rotation", { grace: "PT40M" }), ask("rotation", { grace: "PT40M" })]),
  scenario(
    "an emergency in the grace of a rotation",
    [ask("rotation", { grace: "PT40M" }), ask("emergency", {}, inGraceMs)],
    { activeMs: 2 * hourMs },
  ),
  scenario("an emergency that comes to be cancelled too late", [
    { ...ask("emergency"), cancelAfterMs: 10_000, cancelBy: "door" },
  ]),
];
