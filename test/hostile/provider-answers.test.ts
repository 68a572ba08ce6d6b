import { readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DroverError } from "../../lib/contracts/errors.ts";
import type { Answer } from "../../lib/providers/answer.ts";
import { dateMsOf as sphereDateMsOf } from "../../lib/providers/azure-sphere/dates.ts";
import { sphereRefusal } from "../../lib/providers/azure-sphere/errors.ts";
import { dateMsOf as heatDateMsOf } from "../../lib/providers/heat/dates.ts";
import { heatRefusal } from "../../lib/providers/heat/errors.ts";
import { scrub } from "../../lib/providers/scrub.ts";
import { readTranscript, transcriptFolder } from "../emulators/heat/transcript.ts";
import * as sphere from "../providers/azure-sphere/support.ts";
import * as heat from "../providers/heat/support.ts";
import { changeCall, readCall } from "../providers/support.ts";
import { describeScenes, type Scene } from "./broken-answers.ts";
import { mutated, oddJson, oddText } from "./inputs.ts";
import { processorMs } from "./processor-time.ts";

const scenes: Readonly<Record<string, Scene>> = {
  "Azure Sphere": {
    secrets: [sphere.clientSecret],
    hosts: /^(?:prod\.core\.sphere\.azure\.net|login\.microsoftonline\.com)$/,
    asks: 5,
    async run(through) {
      const fleet = sphere.createFleet({ through });
      const { request, intent, started } = await sphere.start(fleet);
      return [
        started,
        await fleet.provider.poll(request, started.handle, intent, fleet.context()),
        await fleet.provider.findDeployment(request, intent, fleet.context()),
      ];
    },
  },
  Heat: {
    secrets: [heat.inputSecret, heat.ids.openstack.password],
    hosts: /^[\w.-]+\.example(?::\d+)?$/,
    asks: 5,
    async run(through) {
      const cloud = heat.createCloud({ through });
      const { request, intents, started } = await heat.start(cloud);
      const { deployment: intent } = intents;
      if (!intent) throw new Error("Expected the intent of a deployment, got none");
      return [
        started,
        await cloud.provider.poll(request, started.handle, intent, cloud.context()),
        await cloud.provider.findDeployment(request, intent, cloud.context()),
      ];
    },
  },
};

describeScenes(scenes, 150);

describe("a refusal", () => {
  const recorded = readdirSync(transcriptFolder)
    .filter((file) => file.endsWith(".http"))
    .flatMap((file) => readTranscript(file.replace(".http", "")).answer ?? [])
    .filter(({ status, body }) => status >= 400 && body !== "");
  const sphereProblems = [
    [{ ErrorCode: "A", Title: "B", Detail: "C", Extensions: { traceId: "abcdef" } }],
    { error: { code: "a", message: "b" } },
  ];
  const asJson = (text: string): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      return { raw: text };
    }
  };
  const texts = fc.oneof(
    oddText,
    oddJson,
    ...recorded.map(({ body }) => mutated(asJson(body))),
    ...recorded.map(({ body }) => fc.nat(body.length).map((length) => body.slice(0, length))),
    ...sphereProblems.map(mutated),
  );
  const statuses = fc.constantFrom(300, 400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 429, 500, 502, 503, 504, 599);

  test("of any form becomes an error of a known class, on one line and bounded", () => {
    expect(recorded.length).toBeGreaterThan(5);
    const property = fc.property(statuses, texts, fc.boolean(), (status, text, changes) => {
      const answer: Answer = { status, host: "api.example", text, show: (value, length) => scrub(value, [], length) };
      const call = changes ? changeCall() : readCall();
      for (const error of [sphereRefusal(answer, call, {}), heatRefusal(answer, call, {}, true)]) {
        expect(error).toBeInstanceOf(DroverError);
        expect(error.message.length).toBeLessThan(1_000);
        expect(error.message).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
      }
    });
    fc.assert(property, { numRuns: 300 });
  });
});

test("a date of a provider is a moment or nothing", () => {
  const dates = fc.oneof(
    oddText,
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.constantFrom(
      "0001-01-01T00:00:00",
      "9999-99-99T99:99:99Z",
      "2026-11-21T00:00:00+99:99",
      "2026-11-21T00:00:00,5",
      "+275760-09-13T00:00:00Z",
      "2026".repeat(20_000),
    ),
  );
  const property = fc.property(dates, (text) => {
    for (const ms of [sphereDateMsOf(text), heatDateMsOf(text)]) {
      if (ms !== undefined) expect(Number.isNaN(new Date(ms).getTime())).toBe(false);
    }
  });
  fc.assert(property, { numRuns: 300 });
});

test("a hundred kilobytes of a provider are scrubbed without delay", () => {
  const units = [
    "a",
    " ",
    "http://",
    "Bearer ",
    "eyJ",
    "eyJ.",
    "secret=",
    "password: ",
    "=",
    "{",
    "<",
    "Keystone ",
    "\u202E",
    "a.",
    "%",
  ];
  for (const unit of units) {
    const text = unit.repeat(100_000 / unit.length);
    const startedAt = processorMs();
    expect(scrub(`${text}!`).length).toBeLessThanOrEqual(200);
    const answer: Answer = {
      status: 503,
      host: "api.example",
      text,
      show: (value, length) => scrub(value, [], length),
    };
    heatRefusal(answer, readCall(), {}, false);
    sphereRefusal(answer, readCall(), {});
    expect([unit, processorMs() - startedAt < 3_000]).toEqual([unit, true]);
  }
});
