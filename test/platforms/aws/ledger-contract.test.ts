import { afterAll, beforeAll } from "vitest";
import { describeLedger } from "../../contracts/ledger.ts";
import { type Dynamo, openLedger, startDynamo } from "./dynalite.ts";

let dynamo: Dynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.close());

describeLedger("aws", () => openLedger(dynamo));
