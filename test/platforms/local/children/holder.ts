import { messageOf } from "../../../../lib/contracts/errors.ts";
import { openLocalPlatform } from "../../../../lib/platforms/local/platform.ts";
import { silentLog } from "../manual-time.ts";

/** Opens the folder, says so or why not, and holds it until it is killed. */
try {
  const platform = openLocalPlatform({ folder: process.argv[2] ?? "", log: silentLog });
  process.stdout.write("opened\n");
  setInterval(() => platform.health(), 1_000);
} catch (error) {
  process.stdout.write(`${error instanceof Error && "code" in error ? error.code : "?"}: ${messageOf(error)}\n`);
}
