import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { RetryableError } from "../../../lib/contracts/errors.ts";
import { operationKey } from "../../../lib/contracts/operation.ts";
import { put, putNew } from "../../../lib/operations/ledger-write.ts";
import { createDynamoLedger } from "../../../lib/platforms/aws/ledger/ledger.ts";
import { idOf, operationOf, turnOf } from "../../contracts/ledger.ts";
import { type Dynamo, openLedger, startDynamo } from "./dynalite.ts";
import { byTarget, type ProxyFault, refusal, startFaultProxy, throttle } from "./fault-proxy.ts";

let dynamo: Dynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.close());

async function opened(bounds: { readonly maxAttempts?: number; readonly requestTimeoutMs?: number } = {}) {
  const proxy = await startFaultProxy(dynamo.url);
  onTestFinished(() => proxy.close());
  const { ledger, table, clock, client } = await openLedger(dynamo, { endpoint: proxy.url, ...bounds });
  onTestFinished(() => client.destroy());
  const direct = createDynamoLedger({ client: dynamo.client, table, clock });
  const asked = () => proxy.log.map(({ operation }) => operation);
  return { proxy, ledger, direct, asked, table };
}

const key = "turn/a";

describe("calls of the DynamoDB ledger", () => {
  test("are one request each", async () => {
    const { ledger, asked, proxy } = await opened();
    const first = (await ledger.create(key, turnOf("a"))) ?? "";
    await ledger.read(key);
    const second = (await ledger.write(key, turnOf("a", 2), first)) ?? "";
    await ledger.remove(key, second);
    await ledger.durable();
    expect(asked()).toEqual(["PutItem", "GetItem", "PutItem", "DeleteItem"]);
    expect(JSON.parse(proxy.log[1]?.body ?? "")).toMatchObject({ ConsistentRead: true });
  });

  test("that conflict take one more read, and none where the service says what stands there", async () => {
    const { ledger, asked, proxy } = await opened();
    const first = (await ledger.create(key, turnOf("a"))) ?? "";
    expect(await ledger.write(key, turnOf("a", 2), "other")).toBeUndefined();
    expect(asked().slice(1)).toEqual(["PutItem", "GetItem"]);
    proxy.clearLog();
    const stands = (nonce: string): ProxyFault => {
      const body = { __type: "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", message: "no" };
      return { kind: "answer", status: 400, body: JSON.stringify({ ...body, Item: { nonce: { S: nonce } } }) };
    };
    proxy.on(byTarget("PutItem"), stands("somebody-else"));
    proxy.on(byTarget("PutItem"), stands("nonce-3"));
    expect(await ledger.write(key, turnOf("a", 3), first)).toBeUndefined();
    expect(await ledger.write(key, turnOf("a", 3), first)).toBe("nonce-3");
    expect(asked()).toEqual(["PutItem", "PutItem"]);
    expect(proxy.log.map(({ body }) => JSON.parse(body).ReturnValuesOnConditionCheckFailure)).toEqual([
      "ALL_OLD",
      "ALL_OLD",
    ]);
  });
});

const lost: readonly (readonly [string, ProxyFault])[] = [
  ["whose answer was lost", { kind: "drop-after" }],
  ["that never arrived", { kind: "drop-before" }],
  ["whose answer came too late", { kind: "hang-after" }],
  ["that arrived too late", { kind: "delay", ms: 700 }],
  ["that was throttled", throttle("ProvisionedThroughputExceededException")],
  ["that found the service broken", refusal(500, "InternalServerError")],
];

describe.each(lost)("a write of the DynamoDB ledger %s", (_name, fault) => {
  /** Short, so that a request that hangs does not keep the test; more attempts than a busy machine needs. */
  const impatient = { maxAttempts: 8, requestTimeoutMs: 300 };

  test("is done once and known as done, when the SDK asks again", async () => {
    const { proxy, ledger, direct } = await opened(impatient);
    const writes = byTarget("PutItem", "DeleteItem");
    proxy.on(writes, fault);
    const first = await ledger.create(key, turnOf("a"));
    expect(first).toBe("nonce-1");
    proxy.on(writes, fault);
    const second = await ledger.write(key, turnOf("a", 2), first ?? "");
    expect(second).toBe("nonce-2");
    expect((await direct.read(key))?.record).toEqual(turnOf("a", 2));
    proxy.on(writes, fault);
    expect(await ledger.remove(key, second ?? "")).toBe(true);
    expect(await direct.read(key)).toBeUndefined();
  });

  test("is done once and known as done, when the caller asks again", async () => {
    const { proxy, ledger, direct } = await opened({ ...impatient, maxAttempts: 1 });
    const writes = byTarget("PutItem", "DeleteItem");
    proxy.on(writes, fault);
    await expect(ledger.create(key, turnOf("a"))).rejects.toThrow(RetryableError);
    expect(await direct.create(key, turnOf("a"))).toBe("nonce-1");
    proxy.on(writes, fault);
    await expect(ledger.write(key, turnOf("a", 2), "nonce-1")).rejects.toThrow(RetryableError);
    expect(await direct.write(key, turnOf("a", 2), "nonce-1")).toBe("nonce-2");
    expect((await direct.read(key))?.record).toEqual(turnOf("a", 2));
    proxy.on(writes, fault);
    await expect(ledger.remove(key, "nonce-2")).rejects.toThrow(RetryableError);
    // Whose removal it was is not known any more: gone is gone.
    await direct.remove(key, "nonce-2");
    expect(await direct.read(key)).toBeUndefined();
  });

  test("is taken up by the engine's own writes", async () => {
    const { proxy, ledger, direct } = await opened(impatient);
    proxy.on(byTarget("PutItem"), fault);
    expect(await putNew(ledger, key, turnOf("a"))).toBe("nonce-1");
    proxy.on(byTarget("PutItem"), fault);
    expect(await put(ledger, key, turnOf("a", 2), "nonce-1")).toBe("nonce-2");
    expect((await direct.read(key))?.record).toEqual(turnOf("a", 2));
  });
});

describe("a lost answer of the DynamoDB ledger", () => {
  test("is no success when somebody else has written meanwhile", async () => {
    const { proxy, ledger, direct } = await opened();
    const first = (await ledger.create(key, turnOf("a"))) ?? "";
    proxy.on(byTarget("PutItem"), { kind: "drop-before" });
    await expect(ledger.write(key, turnOf("a", 2), first)).rejects.toThrow(RetryableError);
    expect(await direct.write(key, turnOf("a", 3), first)).toBe("nonce-3");
    expect(await ledger.write(key, turnOf("a", 2), first)).toBeUndefined();
    expect((await direct.read(key))?.record).toEqual(turnOf("a", 3));
  });

  test("of a removal is no success when something else stands there", async () => {
    const { proxy, ledger, direct } = await opened({ maxAttempts: 2 });
    const first = (await ledger.create(key, turnOf("a"))) ?? "";
    proxy.on(byTarget("DeleteItem"), { kind: "delay", ms: 150 });
    const removing = ledger.remove(key, first);
    expect(await direct.write(key, turnOf("a", 2), first)).toBe("nonce-2");
    expect(await removing).toBe(false);
    proxy.on(byTarget("DeleteItem"), { kind: "drop-before" });
    expect(await ledger.remove(key, first)).toBe(false);
    expect((await direct.read(key))?.record).toEqual(turnOf("a", 2));
  });

  test("does not bring back what a late request would overwrite", async () => {
    const { proxy, ledger, direct } = await opened({ maxAttempts: 8, requestTimeoutMs: 300 });
    const first = (await ledger.create(key, turnOf("a"))) ?? "";
    proxy.on(byTarget("PutItem"), { kind: "delay", ms: 700 });
    const second = (await ledger.write(key, turnOf("a", 2), first)) ?? "";
    await direct.write(key, turnOf("a", 3), second);
    while (proxy.log.some(({ fault, upstream }) => fault === "delay" && !upstream)) await new Promise(setImmediate);
    expect((await direct.read(key))?.record).toEqual(turnOf("a", 3));
  });
});

describe("errors of the DynamoDB ledger", () => {
  const cases = [
    [throttle("ProvisionedThroughputExceededException"), "RetryableError", "ledger-throttled"],
    [throttle("ThrottlingException"), "RetryableError", "ledger-throttled"],
    [throttle("RequestLimitExceeded"), "RetryableError", "ledger-throttled"],
    [refusal(500, "InternalServerError"), "RetryableError", "ledger-unavailable"],
    [refusal(503, "ServiceUnavailable"), "RetryableError", "ledger-unavailable"],
    [{ kind: "answer", status: 502, body: "<html>Bad Gateway</html>" }, "RetryableError", "ledger-unavailable"],
    [{ kind: "answer", status: 200, body: '{"Item":' }, "RetryableError", "ledger-connection-lost"],
    [{ kind: "drop-before" }, "RetryableError", "ledger-connection-lost"],
    [{ kind: "hang-after" }, "RetryableError", "ledger-timeout"],
    [refusal(400, "AccessDeniedException"), "UnauthorizedError", "ledger-unauthorized"],
    [refusal(400, "UnrecognizedClientException"), "UnauthorizedError", "ledger-unauthorized"],
    [refusal(400, "ExpiredTokenException"), "UnauthorizedError", "ledger-unauthorized"],
    [refusal(400, "ResourceNotFoundException"), "ConfigurationError", "ledger-missing"],
    [refusal(400, "ValidationException"), "Error", undefined],
  ] as const;

  test.each(cases)("%j is %s", async (fault, name, code) => {
    const { proxy, ledger, table } = await opened(fault.kind === "hang-after" ? { requestTimeoutMs: 100 } : {});
    const secretive = operationOf(1, { reason: "content-of-the-record" });
    const calls = [
      () => ledger.read(key),
      () => ledger.create(operationKey(idOf(1)), secretive),
      () => ledger.write(operationKey(idOf(1)), secretive, "nonce-0"),
      () => ledger.remove(key, "nonce-0"),
      () => ledger.due(1, 1),
      () => ledger.listOperations({}, 1),
      () => ledger.listByPrefix("turn/", 1),
    ];
    for (const call of calls) {
      const rule = proxy.on(() => true, fault, { times: Number.POSITIVE_INFINITY });
      const error = await call().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      rule.remove();
      expect(error).toBeInstanceOf(Error);
      if (!(error instanceof Error)) return;
      expect(error.name).toBe(name);
      if (code !== undefined) expect(error).toHaveProperty("code", code);
      expect(error.message).toMatch(new RegExp(`^Expected .*${table}.*[^.]$`));
      expect(error.cause).toBeUndefined();
      expect(`${error.message} ${JSON.stringify(error)}`).not.toContain("content-of");
    }
  });

  test("of rows that are left unread again and again say so, and rows left unread once are asked for again", async () => {
    const { proxy, ledger, table } = await opened();
    await ledger.create(operationKey(idOf(1)), operationOf(1));
    const item = { part: { S: "operation/x" }, key: { S: operationKey(idOf(1)) } };
    const body = JSON.stringify({ Responses: {}, UnprocessedKeys: { [table]: { Keys: [item] } } });
    proxy.on(byTarget("BatchGetItem"), { kind: "answer", status: 200, body });
    expect((await ledger.listOperations({}, 10)).items).toHaveLength(1);
    proxy.on(byTarget("BatchGetItem"), { kind: "answer", status: 200, body }, { times: 99 });
    await expect(ledger.listOperations({}, 10)).rejects.toMatchObject({
      name: "RetryableError",
      code: "ledger-throttled",
    });
  });
});
