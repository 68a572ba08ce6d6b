import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { instruments } from "../../lib/contracts/telemetry.ts";
import { httpFunctionMs } from "../../lib/platforms/azure/functions/plain-functions.ts";
import { queueFunctionMs, suspectAfter } from "../../lib/platforms/azure/functions/receive.ts";
import { receiveLimit } from "../../lib/platforms/settle.ts";
import { commonName, dataAccount, deployed, fileText, ofType, registeredFunctions, whole } from "./azure-deployed.ts";
import type { Deployment, Value } from "./bicep.ts";

/** What is told of the functions, and what their host is told: alerts, host.json, and what docs/azure.md says of both. */

const functions = registeredFunctions().map(({ name }) => name);
const document = fileText("docs", "azure.md");

/** Rows of a table of the document, by what stands in code at their beginning. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const section = document.split(/^## /m).find((one) => one.startsWith(heading)) ?? "";
  const rows = [...section.matchAll(/^\| `([^`]+)` \| (.*) \|$/gm)];
  return rows.map(([, name = "", rest = ""]) => [name, ...rest.split(" | ")]);
}

describe("alerts", () => {
  const rules = (from: Deployment = whole) =>
    new Map(
      [
        ...ofType("Microsoft.Insights/scheduledQueryRules", from),
        ...ofType("Microsoft.Insights/metricAlerts", from),
      ].map(({ name, body }) => [name.slice(`${commonName}-`.length), body["properties"] as Value]),
    );
  const queries = () =>
    [...rules()].flatMap(([name, { criteria }]) =>
      criteria.allOf[0].query ? [[name, criteria.allOf[0]] as const] : [],
    );

  test("are those of the document, each with what to do", () => {
    const told = rowsBelow("Alerts");
    expect(told.map(([name]) => name).sort()).toEqual([...rules().keys()].sort());
    for (const row of told) expect([row[0], row.length]).toEqual([row[0], 3]);
  });

  test("ask for functions, metrics and lines that there are", () => {
    const code = join(import.meta.dirname, "..", "..", "lib", "platforms", "azure");
    const sources = readdirSync(code, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(join(code, name), "utf8"));
    const isMetric = (text: string) => Object.values(instruments).some(({ name }) => name === text);
    const isLine = (text: string) => sources.some((source) => source.includes(`"${text}"`));
    const isFunction = (text: string) =>
      functions.some((name) => name === text || (text.endsWith("-") && name.startsWith(text)));
    /** Lines of the host, and beginnings of status codes. */
    const ofTheHost = [
      "The listener for function",
      "Host is shutting down",
      "Trigger Details:",
      "InsertionTime: ([^,]+)",
      "5",
    ];
    for (const [name, { query }] of queries()) {
      const asked = [...query.matchAll(/'([^']*)'/g)].map(([, text]) => text ?? "");
      expect([name, asked.length > 0]).toEqual([name, true]);
      for (const text of asked)
        expect([name, text, isMetric(text) || isLine(text) || isFunction(text) || ofTheHost.includes(text)]).toEqual([
          name,
          text,
          true,
        ]);
    }
    expect(new Set(queries().flatMap(([, { query }]) => query.match(/\bApp[A-Z]\w+/g)))).toEqual(
      new Set(["AppRequests", "AppTraces", "AppExceptions"]),
    );
  });

  test("give a row where nothing was logged, or one for each function", () => {
    for (const [name, { query, metricMeasureColumn, timeAggregation, dimensions }] of queries()) {
      const [, column] = /\| summarize Found = count\(\)(?: by (\w+))?\s*$/.exec(query) ?? ["", "no count at the end"];
      expect({ name, metricMeasureColumn, timeAggregation }).toEqual({
        name,
        metricMeasureColumn: "Found",
        timeAggregation: "Total",
      });
      expect([name, dimensions]).toEqual([name, column ? [{ name: column, operator: "Include", values: ["*"] }] : []]);
    }
  });

  test("watch timers by what is missing, and only while they run", () => {
    const ofTimers = ["no-schedules", "no-sweep"];
    for (const [name, { operator, threshold, dimensions }] of queries()) {
      const isOfTimer = ofTimers.includes(name);
      expect([name, operator]).toEqual([name, isOfTimer ? "LessThan" : "GreaterThan"]);
      // A count by something has no row where there is nothing: it would never be too little.
      if (isOfTimer) expect([name, threshold > 0, dimensions]).toEqual([name, true, []]);
    }
    for (const [name, { enabled }] of rules(deployed({ running: false })))
      expect([name, enabled]).toEqual([name, !ofTimers.includes(name)]);
    for (const [name, { enabled }] of rules()) expect([name, enabled]).toEqual([name, true]);
  });

  test("know figures of Azure by their names", () => {
    const metrics = [...rules()].flatMap(([, { criteria, scopes }]) => {
      const [{ metricNamespace, metricName }] = criteria.allOf;
      return metricName ? [[metricNamespace, metricName, scopes[0]]] : [];
    });
    // https://learn.microsoft.com/azure/azure-monitor/reference/metrics-index
    expect(metrics).toEqual([
      [
        "Microsoft.Storage/storageAccounts/queueServices",
        "QueueMessageCount",
        `Microsoft.Storage/storageAccounts/queueServices/${dataAccount}/default`,
      ],
      ["Microsoft.Storage/storageAccounts", "Transactions", `Microsoft.Storage/storageAccounts/${dataAccount}`],
      ["Microsoft.EventGrid/topics", "DeadLetteredCount", `Microsoft.EventGrid/topics/${commonName}`],
      ["Microsoft.EventGrid/topics", "DroppedEventCount", `Microsoft.EventGrid/topics/${commonName}`],
    ]);
  });

  test("say what is wrong, to the action group if there is one", () => {
    const group = "/subscriptions/1/resourceGroups/on-call/providers/Microsoft.Insights/actionGroups/on-call";
    const told = (actions: Value) => actions.actionGroups ?? actions.map(({ actionGroupId }: Value) => actionGroupId);
    for (const [name, { description, actions }] of rules(deployed({ alertGroup: group }))) {
      expect([name, told(actions)]).toEqual([name, [group]]);
      expect(description).toMatch(/\.$/);
    }
    for (const [name, { actions }] of rules()) expect([name, told(actions)]).toEqual([name, []]);
  });
});

describe("host.json", () => {
  const settings = JSON.parse(fileText("host.json"));
  const { queues, http } = settings.extensions;
  const { logLevel, applicationInsights } = settings.logging;
  const msOf = (span: string) => {
    const [hours = 0, minutes = 0, seconds = 0] = span.split(":").map(Number);
    return ((hours * 60 + minutes) * 60 + seconds) * 1_000;
  };

  test("says what the document says of each setting", () => {
    const flat = (value: Value, path = ""): [string, string][] =>
      Object.entries<Value>(value).flatMap(([name, inner]) => {
        const at = path ? `${path}.${name}` : name;
        return typeof inner === "object" ? flat(inner, at) : [[at, String(inner)]];
      });
    const levels = Object.entries(logLevel).filter(([name]) => name.startsWith("Function."));
    expect(new Set(levels.map(([, level]) => level))).toEqual(new Set(["Information"]));
    const own = flat(settings).filter(([name]) => !name.startsWith("logging.logLevel.Function."));
    const told = rowsBelow("host.json").map(([name = "", value = ""]) => [
      name,
      value.replaceAll("`", "").replace("(empty)", ""),
    ]);
    expect(told.sort()).toEqual([...own, ["logging.logLevel.Function.<name>.User", "Information"]].sort());
  });

  test("takes plain messages, and keeps those that no function can begin for days", () => {
    expect(queues.messageEncoding).toBe("none");
    // The function of a poison queue is not called for what is above that count: nothing may ever get there.
    const days = (queues.maxDequeueCount * msOf(queues.visibilityTimeout)) / 86_400_000;
    expect(days).toBeGreaterThan(4);
    // Functions give up first, and know why; what waited for a setting all night is not taken for what ends the process.
    expect(queues.maxDequeueCount).toBeGreaterThan(2 * suspectAfter);
    expect(suspectAfter * msOf(queues.visibilityTimeout)).toBeGreaterThan(6 * 3_600_000);
    expect(suspectAfter).toBeGreaterThan(2 * receiveLimit);
    expect(queues.batchSize).toBeLessThanOrEqual(32);
    expect(Object.keys(settings)).not.toContain("queues");
  });

  test("lets a function end by itself, and nothing hang for longer than a message is hidden", () => {
    const longestMs = msOf(settings.functionTimeout);
    expect(longestMs).toBeGreaterThanOrEqual(2 * Math.max(queueFunctionMs, httpFunctionMs));
    expect(longestMs).toBeLessThan(600_000);
  });

  test("has the triggers, and paths without a prefix", () => {
    expect(settings.extensionBundle).toEqual({
      id: "Microsoft.Azure.Functions.ExtensionBundle",
      version: "[4.0.0, 5.0.0)",
    });
    expect(http.routePrefix).toBe("");
  });

  test("lets every line of every function through, and drops none of them", () => {
    const passes = (category: string) =>
      Object.entries(logLevel)
        .filter(([name]) => name === "default" || category.toLowerCase().startsWith(name.toLowerCase()))
        .sort(([a], [b]) => (a === "default" ? -1 : b === "default" ? 1 : a.length - b.length))
        .at(-1)?.[1];
    expect(functions).toHaveLength(23);
    for (const name of functions) expect([name, passes(`Function.${name}.User`)]).toEqual([name, "Information"]);
    // Alerts count rows of the first, and read what the host says of these.
    for (const category of ["Host.Results", "Host.Function.Console", "Function.accept-request"])
      expect([category, passes(category)]).toEqual([category, "Information"]);
    expect(passes("Function.poll-operation")).toBe("Warning");
    for (const name of Object.keys(logLevel).filter((one) => one.startsWith("Function.")))
      expect(functions.some((one) => `Function.${one}.User`.startsWith(name))).toBe(true);
    expect(applicationInsights.samplingSettings.excludedTypes.split(";").sort()).toEqual([
      "Exception",
      "Request",
      "Trace",
    ]);
  });
});
