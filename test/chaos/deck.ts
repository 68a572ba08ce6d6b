import { shuffled } from "../../emulators/random.ts";
import { type Disaster, type Durations, disasters } from "./disasters.ts";

const quick: Durations = { frozenMs: 1_500, fullMs: 1_600, downMs: 700, clockMs: 700, steppedMs: 4_000 };
const whole: Durations = { frozenMs: 13_000, fullMs: 4_000, downMs: 10_000, clockMs: 6_000, steppedMs: 30_000 };
/** Longer than a message stays invisible (125 s), and a provider that is away for minutes: once each. */
const longest: Durations = { ...whole, frozenMs: 160_000, downMs: 120_000 };
const timesOf: Readonly<Record<Disaster, number>> = {
  SIGKILL: 16,
  "power cut (torn log)": 14,
  "frozen (SIGSTOP)": 3,
  "full disk": 6,
  "clock forwards": 3,
  "clock backwards": 3,
  "second process": 4,
  "provider refuses": 2,
  "provider answers 503": 2,
};

export interface Card {
  readonly disaster: Disaster;
  readonly durations: Durations;
}

/** Each kind once, or as often as its turn comes in the order that chance has chosen. */
export function deckOf(isQuick: boolean, random: () => number): readonly Card[] {
  const times = (disaster: Disaster) => (isQuick ? 1 : timesOf[disaster]);
  const cards = disasters.flatMap((disaster) =>
    Array.from({ length: times(disaster) }, (_, index): Card => {
      const isLongest = index === 0 && (disaster === "frozen (SIGSTOP)" || disaster === "provider refuses");
      return { disaster, durations: isQuick ? quick : isLongest ? longest : whole };
    }),
  );
  const deck = shuffled(
    cards.filter(({ durations }) => durations !== longest),
    random,
  );
  // Early enough for what was put off for minutes to be done by the end.
  const long = cards.filter(({ durations }) => durations === longest);
  for (const [index, card] of long.entries()) deck.splice(Math.floor((deck.length * (index + 1)) / 4), 0, card);
  return deck;
}
