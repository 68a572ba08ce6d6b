/** A process of its own that creates one secret and says what stands there: see vault-processes.test.ts. */
import { Secret } from "../../../lib/contracts/secret.ts";
import { localVault } from "../../../lib/platforms/local/vault.ts";

const [dataFolder = "", name = "", startAt = "0"] = process.argv.slice(2);
const vault = localVault({ dataFolder });
const wait = Math.max(0, Number(startAt) - Date.now());
await new Promise((done) => setTimeout(done, wait));
const created = [];
for (let index = 0; index < 20; index += 1) {
  created.push((await vault.create(`${name}-${index}`, new Secret(`${process.pid} ${index}`))).reveal());
}
process.stdout.write(JSON.stringify(created));
