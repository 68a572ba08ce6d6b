import { shuffled } from "../../emulators/random.ts";
import { type Disaster, disasters } from "./disasters.ts";
import type { Durations } from "./scene.ts";

const hourMs = 3_600_000;
const quick: Durations = {
  frozenMs: 1_200,
  fullMs: 1_600,
  downMs: 700,
  clockMs: 700,
  steppedMs: 4_000,
  aheadMs: hourMs,
};
const whole: Durations = {
  frozenMs: 13_000,
  fullMs: 4_000,
  downMs: 10_000,
  clockMs: 6_000,
  steppedMs: 30_000,
  aheadMs: hourMs,
};
/** Longer than a message stays invisible (125 s), and a provider that is away for minutes: once each. */
const longest: Durations = { ...whole, frozenMs: 160_000, downMs: 120_000 };
const timesOf: Readonly<Record<Disaster, number>> = {
  SIGKILL: 12,
  "power cut (torn log)": 10,
  "frozen (SIGSTOP)": 3,
  "file limit (EFBIG)": 3,
  "full disk (ENOSPC)": 4,
  "clock forwards": 2,
  "clock backwards": 2,
  "second process": 2,
  "provider refuses": 2,
  "provider answers 503": 2,
  "SIGKILL on a full disk": 4,
  "torn log on a full disk": 4,
  "start on a full disk": 3,
  "SIGKILL in an outage": 3,
  "SIGKILL on a wrong clock": 3,
  "SIGKILL after SIGCONT": 2,
  "second process, first frozen": 2,
  "clock ahead, right, restart": 2,
};

export interface Card {
  readonly disaster: Disaster;
  readonly durations: Durations;
}

/** Each kind once at most, or as often as its turn comes in the order that chance has chosen. */
export function deckOf(isQuick: boolean, random: () => number): readonly Card[] {
  const times = (disaster: Disaster) => (isQuick ? 1 : timesOf[disaster]);
  const cards = disasters.flatMap((disaster) =>
    Array.from({ length: times(disaster) }, (_, index): Card => {
      const isLongest = index === 0 && (disaster === "frozen (SIGSTOP)" || disaster === "provider refuses");
      const durations = isQuick ? quick : isLongest ? longest : whole;
      return { disaster, durations: { ...durations, aheadMs: durations.aheadMs * (index + 1) } };
    }),
  );
  const isLong = ({ durations }: Card) => durations.frozenMs === longest.frozenMs;
  // Time of a folder never goes back: each goes further than the one before, and nobody feels smaller steps after it.
  const isLast = ({ disaster }: Card) => disaster === "clock ahead, right, restart";
  const deck = shuffled(
    cards.filter((card) => !isLong(card) && !isLast(card)),
    random,
  );
  // Early enough for what was put off for minutes to be done by the end.
  const long = cards.filter(isLong);
  for (const [index, card] of long.entries()) deck.splice(Math.floor((deck.length * (index + 1)) / 4), 0, card);
  return [...deck, ...cards.filter(isLast)];
}
