import { describe, expect, onTestFinished, test } from "vitest";
import { type DroverEvent, sequenceOf } from "../../lib/contracts/event.ts";
import { eventIdOf } from "../../lib/contracts/identifiers.ts";
import type { Bus, ReadableBus } from "../../lib/contracts/ports.ts";
import { idOf } from "./ledger.ts";

export interface BusUnderTest {
  readonly bus: Bus;
  /** What subscribers have been given so far. */
  delivered(): Promise<readonly DroverEvent[]>;
  close(): Promise<void>;
}

export function eventOf(number: number, reason = `event ${number}`): DroverEvent {
  return {
    specversion: "1.0",
    id: eventIdOf(idOf(number), 1, 0),
    source: "/drover",
    type: "drover.operation.accepted",
    subject: idOf(number),
    time: "2026-11-21T09:00:00.000Z",
    datacontenttype: "application/json",
    sequence: sequenceOf(1, 0),
    data: { reason, labels: { team: "hvac" } },
  };
}

const idsOf = (events: readonly DroverEvent[]) => events.map((event) => event.id).sort();

/** What every bus promises: at least once, in no order. */
export function describeBus(platform: string, open: () => Promise<BusUnderTest>): void {
  async function openBus(): Promise<BusUnderTest> {
    const opened = await open();
    onTestFinished(() => opened.close());
    return opened;
  }

  describe(`bus on ${platform}`, () => {
    test("delivers every event as it was published", async () => {
      const { bus, delivered } = await openBus();
      const event = eventOf(1, 'quotes " and \\ and \u{1F40E} and \u2028');
      await bus.publish([event]);
      expect(await delivered()).toEqual([event]);
    });

    test("delivers many events, published together or one by one", async () => {
      const { bus, delivered } = await openBus();
      const events = Array.from({ length: 30 }, (_, index) => eventOf(index));
      await bus.publish(events.slice(0, 25));
      for (const event of events.slice(25)) await bus.publish([event]);
      expect(idsOf(await delivered())).toEqual(idsOf(events));
    });

    test("delivers an event that is published twice with the same id", async () => {
      const { bus, delivered } = await openBus();
      await bus.publish([eventOf(1)]);
      await bus.publish([eventOf(1)]);
      expect(new Set((await delivered()).map((event) => event.id))).toEqual(new Set([eventOf(1).id]));
    });

    test("delivers nothing when nothing is published", async () => {
      const { bus, delivered } = await openBus();
      await bus.publish([]);
      expect(await delivered()).toEqual([]);
    });
  });
}

export interface ReadableBusUnderTest {
  readonly bus: ReadableBus;
  /** Resolves when everything published so far is readable. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** What a bus that can be read back promises beside that. */
export function describeReadableBus(platform: string, open: () => Promise<ReadableBusUnderTest>): void {
  async function openBus(): Promise<ReadableBusUnderTest> {
    const opened = await open();
    onTestFinished(() => opened.close());
    return opened;
  }

  describe(`reading the bus on ${platform}`, () => {
    test("gives the events in the order of publishing, at growing positions", async () => {
      const { bus, settled } = await openBus();
      const events = Array.from({ length: 7 }, (_, index) => eventOf(index));
      await bus.publish(events.slice(0, 3));
      await settled();
      await bus.publish(events.slice(3));
      await settled();
      const stored = await bus.read(0, 100);
      expect(stored.map(({ event }) => event)).toEqual(events);
      const positions = stored.map(({ position }) => position);
      expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
      expect(positions[0]).toBeGreaterThan(0);
    });

    test("goes on after any position, in pages of any size", async () => {
      const { bus, settled } = await openBus();
      const events = Array.from({ length: 10 }, (_, index) => eventOf(index));
      for (const part of [events.slice(0, 6), events.slice(6)]) {
        await bus.publish(part);
        await settled();
      }
      const all = await bus.read(0, 100);
      for (const [index, { position }] of all.entries()) {
        expect(await bus.read(position, 100)).toEqual(all.slice(index + 1));
        expect(await bus.read(position, 3)).toEqual(all.slice(index + 1, index + 4));
      }
    });

    test("tells listeners when there is something new to read, until they end it", async () => {
      const { bus, settled } = await openBus();
      const seen: number[] = [];
      const end = bus.onCommit(async () => {
        seen.push((await bus.read(0, 100)).length);
      });
      await bus.publish([eventOf(1), eventOf(2)]);
      await settled();
      expect(seen).toEqual([2]);
      end();
      await bus.publish([eventOf(3)]);
      await settled();
      expect(seen).toEqual([2]);
    });
  });
}
