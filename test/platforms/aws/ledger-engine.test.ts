import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { operationKey } from "../../../lib/contracts/operation.ts";
import { createDynamoLedger } from "../../../lib/platforms/aws/ledger/ledger.ts";
import { idOf } from "../../operations/fleet.ts";
import { VirtualClock } from "../../simulation/virtual-clock.ts";
import { type Dynamo, dynamoClient, startDynamo } from "./dynalite.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import { LedgerBill } from "./ledger-bill.ts";
import { SphereChain } from "./sphere-chain.ts";

let dynamo: Dynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.close());

async function opened(operationMs: number, maxAttempts = 1) {
  const proxy = await startFaultProxy(dynamo.url);
  onTestFinished(() => proxy.close());
  const table = await dynamo.newTable();
  const client = dynamoClient(proxy.url, { maxAttempts });
  onTestFinished(() => client.destroy());
  const clock = new VirtualClock(Date.UTC(2026, 10, 21, 9, 3));
  const chain = new SphereChain({ clock, operationMs, ledger: createDynamoLedger({ client, table, clock }) });
  // What a test asks itself goes past the proxy.
  return { proxy, clock, table, ledger: createDynamoLedger({ client: dynamo.client, table, clock }), chain };
}

const typesOf = (chain: SphereChain) => {
  const seen = new Set(chain.store.events.map(({ id, type }) => `${id} ${type.split(".").at(-1)}`));
  return [...seen].map((entry) => entry.split(" ")[1]);
};

describe("the engine on the DynamoDB ledger", () => {
  test("carries a deployment from the inbox to its success, and the sweep forgets it in the end", async () => {
    const { chain, ledger, clock, proxy, table } = await opened(20_000);
    chain.submit("one");
    await chain.run();
    const key = operationKey(idOf("one"));
    expect((await ledger.read(key))?.record).toMatchObject({ state: "ended", outcome: "succeeded" });
    expect(typesOf(chain)).toEqual(["accepted", "started", "succeeded"]);
    const lived = LedgerBill.of(proxy.log);
    clock.advance(90 * 86_400_000);
    await chain.sweep();
    expect((await ledger.read(key))?.record.kind).toBe("tombstone");
    expect((await ledger.listOperations({}, 10)).items).toEqual([]);
    clock.advance(311 * 86_400_000);
    await chain.sweep();
    expect(await ledger.read(key)).toBeUndefined();
    expect(await dynamo.items(table)).toEqual([]);
    console.log(
      `${chain.deliveries} deliveries\n${lived.table()}\n${LedgerBill.of(proxy.log).summary("with tombstone and removal")}`,
    );
  });

  test.each([1, 3])(
    "loses and doubles nothing while every answer is lost now and then, with %i attempts",
    async (attempts) => {
      const { chain, ledger, proxy } = await opened(20_000, attempts);
      strike(proxy);
      for (const id of ["one", "two", "three"]) chain.submit(id);
      await chain.run();
      for (const id of ["one", "two", "three"]) {
        expect((await ledger.read(operationKey(idOf(id))))?.record).toMatchObject({ outcome: "succeeded" });
      }
      for (const type of ["accepted", "started", "succeeded"]) {
        expect(typesOf(chain).filter((other) => other === type)).toHaveLength(3);
      }
      expect(chain.deployments).toBe(3);
    },
  );
});

/** Each fourth write lands unheard of, and each seventh request is throttled. */
function strike(proxy: FaultProxy): void {
  const everyFourth = ({ number, operation }: { number: number; operation: string }) =>
    /^(PutItem|DeleteItem)$/.test(operation) && number % 4 === 0;
  const often = { times: Number.POSITIVE_INFINITY };
  proxy.on(everyFourth, { kind: "drop-after" }, often);
  const body = '{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"Rate exceeded"}';
  proxy.on(({ number }) => number % 7 === 0, { kind: "answer", status: 400, body }, often);
}
